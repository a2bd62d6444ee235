"""How this desktop writes, and choosing it by typing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from decimal import Decimal

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from soleflip_desktop.ui.common import regions
from soleflip_desktop.ui.common.formatting import Formatter
from soleflip_desktop.ui.common.region import (
    apply_region,
    store_region,
    stored_region,
)
from soleflip_desktop.ui.common.search_combo import Named, SearchCombo

THREE = [
    Named("de_DE", "Deutsch (Deutschland)", "Deutsch (Deutschland) German Germany de_DE"),
    Named("de_CH", "Deutsch (Schweiz)", "Deutsch (Schweiz) German Switzerland de_CH"),
    Named("fr_FR", "Français (France)", "Français (France) French France fr_FR"),
]


@pytest.fixture
def english(qapp: QApplication) -> Iterator[QApplication]:
    before = QLocale()
    yield qapp
    apply_region(qapp, "en_GB")
    QLocale.setDefault(before)


@pytest.fixture
def combo(qtbot: QtBot) -> SearchCombo:
    box = SearchCombo("Region")
    qtbot.addWidget(box)
    box.fill(THREE, "de_CH")
    box.show()
    box.setFocus()
    return box


def test_a_formatter_writes_in_another_region_from_then_on() -> None:
    formatter = Formatter("en_GB", UTC)
    money = formatter.money
    assert money(Decimal("1234.5"), "EUR") == "€1,234.50"
    formatter.use("de_DE")
    assert (money(Decimal("1234.5"), "EUR"), formatter.locale) == ("1.234,50\xa0€", "de_DE")


def test_the_systems_region_comes_first_then_where_most_sell() -> None:
    found = regions.regions("en_DE")
    assert [each.value for each in found[:4]] == ["en_DE", "de_DE", "de_AT", "de_CH"]
    assert found[1].title == "Deutsch (Deutschland)"
    assert "German Germany" in found[1].search
    values = [each.value for each in found]
    assert len(set(values)) == len(values)
    assert {"ja_JP", "zh_CN", "sr_RS", "pt_BR"} < set(values)
    assert "en_JP" not in values  # nobody's official language there
    assert all(Formatter(value).locale for value in values[:40])


def test_a_region_that_nobody_knows_is_left_out() -> None:
    assert regions.regions("xx_YY")[0].value == "de_DE"


@pytest.mark.parametrize(
    ("locale", "currency"), [("de_AT", "EUR"), ("fr_CH", "CHF"), ("en_GB", "GBP"), ("xx", "EUR")]
)
def test_each_region_has_its_currency(locale: str, currency: str) -> None:
    assert regions.currency_of(locale) == currency


def test_currencies_begin_with_the_base_currency() -> None:
    found = regions.currencies("en_GB", "THB")
    assert [each.value for each in found[:3]] == ["THB", "EUR", "USD"]
    assert found[1].title == "Euro (EUR)"
    assert {"VND", "BRL"} < {each.value for each in found}
    assert "DEM" not in {each.value for each in found}


def test_the_sample_shows_what_a_region_means() -> None:
    assert regions.sample_text("de_DE", "EUR") == "1.234,56\xa0€ · 24.11.2026"
    assert regions.sample_text("en_US", "USD") == "$1,234.56 · Nov 24, 2026"


def test_the_region_is_kept(settings: QSettings) -> None:
    assert stored_region(settings) is None
    store_region(settings, "de_AT")
    assert stored_region(settings) == "de_AT"


def test_qts_own_words_follow(english: QApplication) -> None:
    assert apply_region(english, "de_DE")
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Abbrechen"
    assert QLocale().decimalPoint() == ","
    assert apply_region(english, "fr_FR")
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Annuler"
    apply_region(english, "en_GB")
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Cancel"


@pytest.mark.qt_log_ignore("plugin does not support", extend=True)
@pytest.mark.parametrize(
    ("typed", "value"),
    [("germ", "de_DE"), ("schweiz", "de_CH"), ("fr_fr", "fr_FR"), ("xyz", "de_CH")],
)
def test_part_of_a_name_chooses(qtbot: QtBot, combo: SearchCombo, typed: str, value: str) -> None:
    picked: list[str] = []
    combo.picked.connect(picked.append)
    edit = combo.lineEdit()
    assert edit is not None
    edit.selectAll()
    QTest.keyClicks(edit, typed)
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert combo.value == value
    assert combo.currentText() == next(each.title for each in THREE if each.value == value)
    assert picked == ([] if value == "de_CH" else [value])


@pytest.mark.qt_log_ignore("plugin does not support", extend=True)
def test_arrow_keys_choose_in_the_popup(qtbot: QtBot, combo: SearchCombo) -> None:
    edit = combo.lineEdit()
    assert edit is not None
    edit.selectAll()
    QTest.keyClicks(edit, "deutsch")
    finder = combo.completer()
    assert finder is not None
    popup = finder.popup()
    assert popup is not None
    qtbot.waitUntil(popup.isVisible)
    with qtbot.waitSignal(combo.picked) as told:
        QTest.keyClick(popup, Qt.Key.Key_Down)
        QTest.keyClick(popup, Qt.Key.Key_Return)
    assert told.args == ["de_DE"]
    assert combo.currentText() == "Deutsch (Deutschland)"
