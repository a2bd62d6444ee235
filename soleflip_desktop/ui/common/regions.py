"""Regions and currencies to choose from, and what choosing one of them looks like.

Reads Babel's tables: a tenth of a second for all of them, so pages load their lists in a thread.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.languages import get_official_languages
from babel.numbers import get_currency_name, get_territory_currencies
from PySide6.QtCore import QLocale

from soleflip_desktop.domain.currencies import USUAL_CURRENCIES, with_first
from soleflip_desktop.ui.common.formatting import FALLBACK_LOCALE, Formatter
from soleflip_desktop.ui.common.search_combo import Named

#: Offered next after the system's own, in this order: where most resellers sell.
USUAL_REGIONS = (
    *("de_DE", "de_AT", "de_CH", "en_GB", "en_US", "fr_FR", "nl_NL", "it_IT", "es_ES", "pl_PL"),
    *("en_IE", "fr_BE", "nl_BE", "fr_CH", "da_DK", "sv_SE", "nb_NO", "cs_CZ", "pt_PT", "en_CA"),
    *("en_AU", "ja_JP", "ko_KR"),
)
_SAMPLE_AMOUNT = Decimal("1234.56")


def regions(system: str) -> list[Named]:
    """Languages with their countries, in their own words; the system's first, then usual ones."""
    anything = QLocale.matchingLocales(
        QLocale.Language.AnyLanguage, QLocale.Script.AnyScript, QLocale.Country.AnyCountry
    )
    names = [each.name() for each in anything if _is_official(each)]
    found = {name for name in (*names, *USUAL_REGIONS, system) if _readable(name)}
    rest = sorted(map(_region, found), key=lambda region: region.title.casefold())
    first = [_region(name) for name in with_first(USUAL_REGIONS, system) if name in found]
    return list({region.value: region for region in (*first, *rest)}.values())


def region_named(locale: str) -> Named:
    """The one region, such as “Deutsch (Deutschland)”, found as "German Germany", too."""
    return _region(locale)


def currencies(locale: str, base: str | None) -> list[Named]:
    """All that are in use, named in the locale's language: `base`, usual ones, then the rest."""
    parsed = _parsed(locale)
    territories: Iterable[str] = get_global("territory_currencies")
    used = sorted({code for each in territories for code in get_territory_currencies(each)})
    codes = dict.fromkeys((*with_first(USUAL_CURRENCIES, base), *used))
    return [_currency(code, parsed) for code in codes]


def currency_of(locale: str) -> str:
    """What is paid with in the locale's country; euros where that is not known."""
    territory = locale.rpartition("_")[2]
    found = get_territory_currencies(territory)
    return str(found[0]) if found else USUAL_CURRENCIES[0]


def sample_text(locale: str, currency: str) -> str:
    """An amount and a day as that region writes them: “1.234,56 € · 24.11.2026”."""
    formatter = Formatter(locale)
    day = formatter.calendar_day(date(2026, 11, 24))
    return f"{formatter.money(_SAMPLE_AMOUNT, currency)} · {day}"


def _is_official(locale: QLocale) -> bool:
    language, _, territory = locale.name().partition("_")
    if not territory or not locale.nativeTerritoryName():
        return False
    return language in get_official_languages(territory, regional=False, de_facto=True)


def _readable(name: str) -> bool:
    try:
        Locale.parse(name)
    except (UnknownLocaleError, ValueError):
        return False
    return True


def _region(name: str) -> Named:
    own = QLocale(name)
    language, territory = own.nativeLanguageName(), own.nativeTerritoryName()
    title = f"{language[:1].title()}{language[1:]} ({territory})"
    spoken, where = QLocale.languageToString(own.language()), own.territory()
    return Named(name, title, f"{title} {spoken} {QLocale.territoryToString(where)} {name}")


def _currency(code: str, locale: Locale) -> Named:
    title = f"{get_currency_name(code, locale=locale)} ({code})"
    return Named(code, title, f"{title} {get_currency_name(code, locale='en')}")


def _parsed(locale: str) -> Locale:
    return Locale.parse(locale if _readable(locale) else FALLBACK_LOCALE)
