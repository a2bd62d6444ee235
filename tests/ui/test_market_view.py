"""Market data at the unit and in the grid: never without its age, never 0 for "no data"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal

import pytest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from helpers.fake_services import FakeItems, item_row
from helpers.fake_sync import FakeMarket, market_row
from soleflip_desktop.domain.edit_text import EditStyle
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.market import MarketRow
from soleflip_desktop.ui.common.columns import Tone
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.formatting import Formatter
from soleflip_desktop.ui.inventory.columns import STALE_SIGN, inventory_columns
from soleflip_desktop.ui.inventory.detail_pane import ItemPane
from soleflip_desktop.ui.inventory.market_view import AgeLabel, MarketView
from soleflip_desktop.ui.inventory.price_line import PriceHistory


class BrokenMarket(FakeMarket):
    async def of_item(self, item_id: int) -> list[MarketRow]:
        raise UserError("The database cannot be used.")


def ago(**age: int) -> datetime:
    return datetime.now(UTC) - timedelta(seconds=5, **age)


def show(qtbot: QtBot, kit: UiKit, market: FakeMarket) -> MarketView:
    view = MarketView(7, market, kit)
    qtbot.addWidget(view)
    view.show()
    qtbot.waitUntil(lambda: kit.tasks.active == 0)
    return view


def texts(widget: QWidget) -> Sequence[str]:
    labels = widget.findChildren(QLabel)
    return [label.text() for label in labels if label.text() and not label.isHidden()]


def test_each_platform_with_its_figures_and_its_age(qtbot: QtBot, kit: UiKit) -> None:
    market = FakeMarket()
    market.figures[7] = [
        market_row(observed_at=ago(days=2), lowest_ask=Decimal(999)),  # an older observation
        market_row(observed_at=ago(minutes=5)),
        market_row("eBay", observed_at=ago(days=3), highest_bid=None),
    ]
    view = show(qtbot, kit, market)
    shown = texts(view)
    assert shown[:2] == ["StockX", "5 min ago"]
    for words, value in (
        ("Lowest ask", "€160.00"),
        ("Highest bid", "€131.00"),
        ("Last sale", "no data"),
        ("Sell faster", "€140.00"),
        ("Earn more", "€155.00"),
        ("Sales in 72 h", "12"),
    ):
        assert shown[shown.index(words) + 1] == value
    fresh, stale = view.findChildren(AgeLabel)
    assert stale.words.text() == "stale · 3 days ago"
    assert stale.icon.isVisible()
    assert not fresh.icon.isVisible()
    assert "€0.00" not in shown


def test_the_way_of_the_lowest_ask(qtbot: QtBot, kit: UiKit) -> None:
    market = FakeMarket()
    asks = [(200, 999), (80, 150), (40, None), (20, 170), (0, 160)]
    market.figures[7] = [
        market_row(observed_at=ago(days=days), lowest_ask=None if ask is None else Decimal(ask))
        for days, ask in asks
    ]
    market.figures[7].append(market_row("eBay", observed_at=ago(days=1)))
    view = show(qtbot, kit, market)
    (history,) = view.findChildren(PriceHistory)  # one observation is no way
    assert "Lowest ask in 90 days: €150.00 to €170.00" in texts(history)
    first, high, last = history.line.points()
    assert first.x() < high.x() < last.x()
    assert high.y() < last.y() < first.y()  # upwards is dearer
    assert not history.grab().isNull()


def test_an_ask_that_never_changed_is_a_level_line(qtbot: QtBot, kit: UiKit) -> None:
    market = FakeMarket()
    market.figures[7] = [market_row(observed_at=ago(days=days)) for days in (3, 2)]
    view = show(qtbot, kit, market)
    (history,) = view.findChildren(PriceHistory)
    assert len({point.y() for point in history.line.points()}) == 1


def test_no_data_is_said(qtbot: QtBot, kit: UiKit) -> None:
    view = show(qtbot, kit, FakeMarket())
    assert [text for text in texts(view) if "No data yet" in text]
    assert not any("0" in text for text in texts(view))


def test_what_cannot_be_read_is_said(qtbot: QtBot, kit: UiKit) -> None:
    view = show(qtbot, kit, BrokenMarket())
    assert texts(view) == ["The database cannot be used."]


def test_an_age_goes_on_and_turns_stale_without_a_question(
    qtbot: QtBot, kit: UiKit, monkeypatch: pytest.MonkeyPatch
) -> None:
    market = FakeMarket()
    market.figures[7] = [market_row(observed_at=ago(hours=23))]
    view = show(qtbot, kit, market)
    (age,) = view.findChildren(AgeLabel)
    assert age.words.text() == "23 h ago"
    market.figures.clear()

    class Tomorrow(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # no Self
            return datetime.now(tz) + timedelta(hours=2)

    monkeypatch.setattr("soleflip_desktop.ui.inventory.market_view.datetime", Tomorrow)
    view._timer.timeout.emit()
    assert age.words.text() == "stale · 25 h ago"
    assert age.icon.isVisible()


def test_the_pane_shows_the_market_of_its_unit(qtbot: QtBot, kit: UiKit, items: FakeItems) -> None:
    market = FakeMarket()
    market.figures[7] = [market_row(observed_at=ago(minutes=5))]
    items.by_id[7] = replace(
        items.by_id[7], market_value=Decimal(160), margin_at_ask_pct=Decimal("12.5")
    )
    pane = ItemPane(None, EditStyle(), kit, market)
    qtbot.addWidget(pane)
    pane.show()

    async def fill() -> None:
        pane.show_detail(await items.detail(7))

    kit.tasks.start(fill())
    qtbot.waitUntil(lambda: "StockX" in texts(pane))
    shown = texts(pane)
    assert shown.count("Lowest ask") == 1
    assert shown[shown.index("Margin at lowest ask") + 1] == "12.50 %"


@pytest.mark.parametrize(
    ("age", "marked", "told"),
    [(timedelta(hours=3), False, "3 h ago"), (timedelta(days=4), True, "⚠ 4 days ago, stale")],
)
def test_the_cell_marks_a_stale_value_and_its_tooltip_tells_the_age(
    formatter: Formatter, age: timedelta, *, marked: bool, told: str
) -> None:
    columns = {column.key: column for column in inventory_columns(formatter)}
    market = columns["market_value"]
    row = replace(
        item_row(1),
        market_value=Decimal("199.00"),
        market_currency="EUR",
        market_seen_at=datetime.now(UTC) - age - timedelta(seconds=5),
    )
    assert market.display(row) == (f"{STALE_SIGN} €199.00" if marked else "€199.00")
    assert market.tone(row) is (Tone.MUTED if marked else Tone.PLAIN)
    assert market.tooltip(row).startswith(f"{told}: 199.00 EUR, lowest ask seen on ")
    assert market.clipboard(row) == "199.00"


def test_a_unit_without_a_market_value_is_not_stale(formatter: Formatter) -> None:
    columns = {column.key: column for column in inventory_columns(formatter)}
    row = replace(item_row(1), market_value=None, market_currency=None, market_seen_at=None)
    assert columns["market_value"].display(row) == ""
    assert columns["market_value"].tooltip(row) == ""
