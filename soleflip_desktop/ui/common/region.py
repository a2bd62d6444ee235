"""The region of this desktop: how it writes numbers, amounts and days, and Qt's own words."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QSettings, QTranslator

#: Of `window.ini`: the locale, such as "de_AT"; the operating system's where there is none.
REGION_KEY = "window/locale"
_TRANSLATOR = "qt_words"


def stored_region(settings: QSettings) -> str | None:
    return str(settings.value(REGION_KEY, "")) or None


def store_region(settings: QSettings, locale: str) -> None:
    settings.setValue(REGION_KEY, locale)


def apply_region(application: QCoreApplication, locale: str) -> bool:
    """Spin boxes and Qt's own dialogs follow; whether Qt has words in that language.

    Before the widgets are made that it is to hold for.
    """
    wanted = QLocale(locale)
    QLocale.setDefault(wanted)
    former = application.findChild(QTranslator, _TRANSLATOR)
    if former is not None:
        application.removeTranslator(former)
        former.setObjectName("")
        former.deleteLater()
    translator = QTranslator(application)
    translator.setObjectName(_TRANSLATOR)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if not translator.load(wanted, "qtbase", "_", folder):
        translator.deleteLater()
        return False
    return application.installTranslator(translator)
