"""Offering units for sale: prices from the market, what is left out, ends, presale marks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from helpers.fake_services import FakeItems, item_row
from helpers.fake_sync import FakeMarket, FakeOutbox, account_choice, market_row
from helpers.fake_workbench import FakeDoors
from soleflip_desktop.domain.edit_text import EditStyle
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.inventory import ItemRow, ItemStatus
from soleflip_desktop.domain.marketplace import Capability, Marketplace
from soleflip_desktop.domain.money import Money
from soleflip_desktop.domain.open_listings import OpenListing
from soleflip_desktop.domain.outbox import ListingDraft
from soleflip_desktop.ui.common.actions import Menu, name_of
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.line_dialog import LineDialog
from soleflip_desktop.ui.common.menus import page_actions
from soleflip_desktop.ui.inventory.list_dialog import ListDialog
from soleflip_desktop.ui.inventory.listing_actions import ListingDoors
from soleflip_desktop.ui.inventory.offers import PriceRule, PriceWish, offers_of
from soleflip_desktop.ui.inventory.page import InventoryPage
from soleflip_desktop.ui.inventory.presale_dialog import read_ship_by

STOCKX, EBAY = account_choice(1), account_choice(2, Marketplace.EBAY)
LEFT = Qt.MouseButton.LeftButton


def unit(number: int, status: ItemStatus = ItemStatus.AVAILABLE) -> ItemRow:
    return replace(item_row(number), status=status)


@pytest.fixture
def stock(items: FakeItems) -> FakeItems:
    for number in (1, 2, 3):
        items.by_id[number] = unit(number)
    items.by_id[4] = unit(4, ItemStatus.SHIPPED)
    return items


@pytest.fixture
def outbox() -> FakeOutbox:
    outbox = FakeOutbox()
    outbox.choices = [STOCKX, EBAY]
    return outbox


@pytest.fixture
def market() -> FakeMarket:
    market = FakeMarket()
    seen = datetime.now(UTC) - timedelta(minutes=5, seconds=5)
    market.figures = {
        1: [market_row(observed_at=seen), market_row("eBay", observed_at=seen - timedelta(days=3))],
        2: [market_row(observed_at=seen, lowest_ask=None)],
        4: [market_row(observed_at=seen)],
    }
    return market


@pytest.fixture
def open_dialog(
    stock: FakeItems, outbox: FakeOutbox, market: FakeMarket, kit: UiKit, qtbot: QtBot
) -> Callable[..., ListDialog]:
    window = QWidget()
    qtbot.addWidget(window)

    def show(*ids: int) -> ListDialog:
        dialog = ListDialog(ids, stock, outbox, market, kit, parent=window)
        dialog.open()
        idle(qtbot, kit)
        return dialog

    return show


def idle(qtbot: QtBot, kit: UiKit) -> None:
    qtbot.waitUntil(lambda: kit.tasks.active == 0)


def tick(dialog: ListDialog, account_id: int) -> None:
    box = dialog.accounts[account_id][1]
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Space)


def choose(dialog: ListDialog, rule: PriceRule) -> None:
    button = dialog.price.buttons[rule]
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)


def preview(dialog: ListDialog) -> list[list[str]]:
    lines = dialog.preview.as_text().splitlines()[1:]
    return [line.split("\t")[1:] for line in lines]


def drafts(outbox: FakeOutbox) -> tuple[ListingDraft, ...]:
    ((name, sent),) = outbox.calls
    assert name == "list_units"
    assert isinstance(sent, tuple)
    return sent


# -- the rule ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wish", "ask", "problem"),
    [
        (PriceWish(PriceRule.SAME, Decimal(150)), Decimal(150), ""),
        (PriceWish(PriceRule.SAME), None, "No amount entered yet."),
        (PriceWish(PriceRule.SAME, Decimal("150.50")), None, "The price 150.50 has cents;"),
        (PriceWish(PriceRule.LOWEST), Decimal(160), ""),
        (PriceWish(PriceRule.UNDERCUT, Decimal(1)), Decimal(159), ""),
        (PriceWish(PriceRule.UNDERCUT, Decimal(160)), None, "The price 0 is not above 0;"),
        (PriceWish(PriceRule.UNDERCUT), None, "No amount entered yet."),
        (PriceWish(PriceRule.EARN_MORE), Decimal(155), ""),
    ],
)
def test_a_rule_gives_an_ask_or_a_reason(
    wish: PriceWish, ask: Decimal | None, problem: str
) -> None:
    (offer,) = offers_of([unit(1)], [STOCKX], {1: [market_row()]}, wish)
    assert offer.ask == ask
    assert problem in offer.problem
    assert bool(offer.problem) is (ask is None)


def test_only_the_accounts_own_platform_and_currency_are_a_price() -> None:
    dollars, other = account_choice(3, currency="USD"), account_choice(4, Marketplace.ALIAS)
    wish = PriceWish(PriceRule.LOWEST)
    offers = offers_of([unit(1)], [STOCKX, dollars, other, EBAY], {1: [market_row()]}, wish)
    assert [offer.ask for offer in offers] == [Decimal(160), None, None, None]
    assert offers[1].problem == "No lowest ask in USD known: left out."


def test_what_is_not_in_stock_or_cannot_be_listed_there_is_left_out() -> None:
    wish, mute = (
        PriceWish(PriceRule.SAME, Decimal(100)),
        replace(STOCKX, capabilities=frozenset({Capability.ORDERS})),
    )
    sold, gone = offers_of([unit(1, ItemStatus.TO_SHIP), unit(2)], [mute], {}, wish)
    (shipped,) = offers_of([unit(1, ItemStatus.TO_SHIP)], [STOCKX], {}, wish)
    assert {sold.ask, gone.ask, shipped.ask} == {None}
    assert gone.problem == "StockX (main) takes no offers from here."
    assert shipped.problem == "The unit is to ship, not in stock."


@given(
    lowest=st.decimals(1, 5_000, places=2),
    less=st.decimals("0.01", 6_000, places=2),
    whole=st.booleans(),
)
def test_an_ask_is_always_positive_and_of_the_right_grain(
    lowest: Decimal, less: Decimal, *, whole: bool
) -> None:
    account = replace(STOCKX, whole_units=whole)
    wish = PriceWish(PriceRule.UNDERCUT, less)
    (offer,) = offers_of([unit(1)], [account], {1: [market_row(lowest_ask=lowest)]}, wish)
    assert offer.ask is None or (offer.ask > 0 and offer.ask == lowest - less)
    if whole and offer.ask is not None:
        assert offer.ask == int(offer.ask)


# -- the dialog --------------------------------------------------------------------------------


def test_the_lowest_ask_of_each_size_with_its_age_and_the_rest_left_out(
    open_dialog: Callable[..., ListDialog], outbox: FakeOutbox, kit: UiKit, qtbot: QtBot
) -> None:
    dialog = open_dialog(1, 2, 3, 4)
    assert not dialog.queue.isEnabled()
    assert dialog.summary.text() == "Choose where to list them."
    tick(dialog, 1)
    assert preview(dialog) == [
        ["StockX (main)", "160.00", "160.00", "5 min ago", "○ Goes to the outbox"],
        ["StockX (main)", "", "", "5 min ago", "! No lowest ask in EUR known: left out."],
        ["StockX (main)", "", "", "no data yet", "! No lowest ask in EUR known: left out."],
        ["StockX (main)", "", "160.00", "5 min ago", "! The unit is shipped, not in stock."],
    ]
    assert dialog.summary.text().startswith("1 offer for the outbox, 3 left out.")
    tick(dialog, 2)
    assert preview(dialog)[1][3] == "⚠ 3 days ago, stale"
    assert dialog.queue.text() == "&Queue 2 offers"
    QTest.mouseClick(dialog.queue, LEFT)
    idle(qtbot, kit)
    sent = drafts(outbox)
    assert [(each.item_id, each.account_id, each.ask) for each in sent] == [
        (1, 1, Money(Decimal(160), "EUR")),
        (1, 2, Money(Decimal(160), "EUR")),
    ]
    assert not any(each.held for each in sent)
    message = kit.notifier.messages[-1].text
    assert message.startswith("2 offers waiting in the outbox.")
    assert "when the marketplace confirms" in message


def test_one_ask_for_all_held_until_released(
    open_dialog: Callable[..., ListDialog], outbox: FakeOutbox, kit: UiKit, qtbot: QtBot
) -> None:
    dialog = open_dialog(1, 2, 3)
    tick(dialog, 1)
    line = dialog.price.amounts[PriceRule.SAME]
    QTest.keyClicks(line, "149.5")  # typing chooses the rule
    assert dialog.price.rule is PriceRule.SAME
    assert (
        preview(dialog)[0][-1]
        == "! The price 149.5 has cents; this marketplace takes whole amounts only."
    )
    QTest.keyClicks(line, "x")
    assert "149.5x" in dialog.problem.text()
    assert not dialog.queue.isEnabled()
    line.clear()
    QTest.keyClicks(line, "149")
    assert dialog.problem.text() == ""
    dialog.days.setFocus()
    dialog.days.selectAll()
    QTest.keyClicks(dialog.days, "7")
    dialog.held.setFocus()
    QTest.keyClick(dialog.held, Qt.Key.Key_Space)
    before = datetime.now(UTC)
    QTest.mouseClick(dialog.queue, LEFT)
    idle(qtbot, kit)
    sent = drafts(outbox)
    assert {(each.ask.amount, each.held) for each in sent} == {(Decimal(149), True)}
    assert len(sent) == 3
    expires = sent[0].expires_at
    assert expires is not None
    assert timedelta(days=7) <= expires - before < timedelta(days=7, minutes=1)
    assert kit.notifier.messages[-1].text.startswith("3 offers held in the outbox.")


def test_undercutting_and_earning_more(open_dialog: Callable[..., ListDialog]) -> None:
    dialog = open_dialog(1)
    tick(dialog, 1)
    QTest.keyClicks(dialog.price.amounts[PriceRule.UNDERCUT], "3")
    assert dialog.price.rule is PriceRule.UNDERCUT
    assert preview(dialog)[0][1] == "157.00"
    choose(dialog, PriceRule.EARN_MORE)
    assert preview(dialog)[0][1] == "155.00"


def test_refusals_are_told_in_words_and_nothing_is_sent_twice(
    open_dialog: Callable[..., ListDialog], outbox: FakeOutbox, kit: UiKit, qtbot: QtBot
) -> None:
    outbox.refused = ("Acme Runner US 9 is offered on StockX (main) already.",)
    dialog = open_dialog(1, 2)
    tick(dialog, 1)
    QTest.keyClicks(dialog.price.amounts[PriceRule.SAME], "150")
    QTest.mouseClick(dialog.queue, LEFT)
    idle(qtbot, kit)
    assert dialog.isVisible()
    assert dialog.problem.text() == (
        "1 offer waiting in the outbox. Refused:\n"
        "Acme Runner US 9 is offered on StockX (main) already."
    )
    assert not dialog.queue.isVisible()
    assert dialog.close_button.text() == "&Close"


def test_an_error_keeps_the_dialog_with_all_that_was_entered(
    open_dialog: Callable[..., ListDialog], outbox: FakeOutbox, kit: UiKit, qtbot: QtBot
) -> None:
    dialog = open_dialog(1)
    tick(dialog, 1)
    outbox.error = UserError("The database cannot be used.")
    QTest.mouseClick(dialog.queue, LEFT)
    idle(qtbot, kit)
    assert dialog.problem.text() == "The database cannot be used."
    assert dialog.isVisible()
    assert dialog.queue.isEnabled()


def test_accounts_days_and_rule_are_remembered(
    open_dialog: Callable[..., ListDialog], kit: UiKit, qtbot: QtBot
) -> None:
    first = open_dialog(1)
    tick(first, 1)
    choose(first, PriceRule.EARN_MORE)
    QTest.mouseClick(first.queue, LEFT)
    idle(qtbot, kit)
    again = open_dialog(1)
    assert [account.id for account in again.chosen_accounts()] == [1]
    assert again.price.rule is PriceRule.EARN_MORE


def test_without_an_account_the_remedy_is_named(
    open_dialog: Callable[..., ListDialog], outbox: FakeOutbox
) -> None:
    outbox.choices = []
    dialog = open_dialog(1)
    assert not dialog.queue.isEnabled()
    assert dialog.no_account.text().endswith("connect one on the page Accounts.")


# -- the actions of the grid -------------------------------------------------------------------


@pytest.fixture
def page(
    *,
    stock: FakeItems,
    outbox: FakeOutbox,
    market: FakeMarket,
    kit: UiKit,
    qtbot: QtBot,
    tmp_path: Path,
) -> InventoryPage:
    doors = FakeDoors.over(stock.by_id, tmp_path).workbench
    page = InventoryPage(stock, doors, kit, offers=ListingDoors(outbox, market))
    qtbot.addWidget(page, before_close_func=lambda _page: kit.tasks.close())
    page.resize(1200, 600)
    page.show()
    qtbot.waitUntil(lambda: page.model.loaded)
    page.show_row(1)
    qtbot.waitUntil(lambda: page.view.current_id() == 1)
    return page


def run(page: InventoryPage, name: str) -> None:
    next(each for each in page_actions(page, Menu.UNIT) if name_of(each) == name).trigger()


def answer_box(page: InventoryPage, text: str) -> None:
    box = page.findChild(QMessageBox)
    assert box is not None
    button = next(each for each in box.findChildren(QPushButton) if text in each.text())
    QTest.mouseClick(button, LEFT)


def test_the_dialog_opens_by_key_for_the_selected_units(
    page: InventoryPage, qtbot: QtBot, kit: UiKit
) -> None:
    page.activateWindow()
    page.view.setFocus()
    qtbot.waitUntil(page.view.hasFocus)
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(page.view, Qt.Key.Key_L, both)
    dialog = page.findChild(ListDialog)
    assert dialog is not None
    assert dialog.headline.text() == "List 1 unit for sale"
    idle(qtbot, kit)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)


def test_ending_offers_asks_first(
    page: InventoryPage, outbox: FakeOutbox, qtbot: QtBot, kit: UiKit
) -> None:
    run(page, "End offers…")
    answer_box(page, "Keep")
    qtbot.waitUntil(lambda: page.findChild(QMessageBox) is None)
    assert outbox.calls == []
    run(page, "End offers…")
    answer_box(page, "End offers")
    idle(qtbot, kit)
    assert outbox.calls == [("end", (1,))]
    assert kit.notifier.messages[-1].text == "End of 1 offer: waiting in the outbox."


def test_a_new_price_for_the_open_offers(
    page: InventoryPage, outbox: FakeOutbox, qtbot: QtBot, kit: UiKit
) -> None:
    run(page, "Change price…")
    idle(qtbot, kit)
    assert kit.notifier.messages[-1].text == "These units have no open offers."
    outbox.listings = [
        OpenListing(71, 1, "Acme Runner US 9 on StockX (main)", Money(Decimal(160), "EUR")),
        OpenListing(72, 1, "Acme Runner US 9 on alias (main)", Money(Decimal(170), "USD")),
    ]
    run(page, "Change price…")
    idle(qtbot, kit)
    dialog = page.findChild(LineDialog)
    assert dialog is not None
    assert dialog.line.text() == ""  # two asks, two currencies: none is suggested
    assert "nothing is converted" in dialog.hint.text()
    QTest.keyClicks(dialog.line, "155")
    QTest.keyClick(dialog.line, Qt.Key.Key_Return)
    idle(qtbot, kit)
    assert outbox.calls == [("reprice", ((71, 72), Decimal(155)))]


def test_presale_with_a_day_and_without(
    page: InventoryPage, market: FakeMarket, qtbot: QtBot, kit: UiKit
) -> None:
    run(page, "Mark as presale…")
    dialog = page.findChild(LineDialog)
    assert dialog is not None
    QTest.keyClicks(dialog.line, "soon")
    QTest.keyClick(dialog.line, Qt.Key.Key_Return)
    idle(qtbot, kit)
    assert "is not a day" in dialog.problem.text()
    dialog.line.clear()
    QTest.keyClicks(dialog.line, "24/12/2026")
    QTest.keyClick(dialog.line, Qt.Key.Key_Return)
    idle(qtbot, kit)
    assert market.presales == [((1,), datetime(2026, 12, 24, tzinfo=UTC))]
    run(page, "Unmark presale")
    idle(qtbot, kit)
    assert market.unmarked == [(1,)]
    assert read_ship_by("", EditStyle()) is None


def test_without_the_doors_there_is_nothing_to_offer(
    stock: FakeItems, kit: UiKit, qtbot: QtBot, tmp_path: Path
) -> None:
    page = InventoryPage(stock, FakeDoors.over(stock.by_id, tmp_path).workbench, kit)
    qtbot.addWidget(page, before_close_func=lambda _page: kit.tasks.close())
    names = [name_of(each) for each in page_actions(page, Menu.UNIT)]
    assert "List for sale…" not in names
