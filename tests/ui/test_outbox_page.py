"""The outbox page: states in words, what they allow, and nothing called done that is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from helpers.fake_sync import NOW, FakeControl, FakeOutbox, outbox_row, progress, report, still_live
from soleflip_desktop.domain.changes import Domain
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.outbox import OutboxAction, OutboxReason, OutboxState
from soleflip_desktop.domain.sync import RunStatus, SyncKind, SyncRequest
from soleflip_desktop.ui.common.actions import Menu, name_of
from soleflip_desktop.ui.common.columns import Column
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.entry_list import EntryModel, age_column
from soleflip_desktop.ui.common.formatting import Formatter
from soleflip_desktop.ui.common.line_dialog import LineDialog
from soleflip_desktop.ui.common.menus import page_actions
from soleflip_desktop.ui.transactions.outbox.page import OutboxPage
from soleflip_desktop.ui.transactions.outbox.questions import drop_words
from soleflip_desktop.ui.transactions.outbox.words import STATE_WORDS, entry_text, state_text

S = OutboxState
#: One entry of each unsettled state; its number is its row, counted from 1.
STATES = (S.HELD, S.QUEUED, S.SENDING, S.PENDING, S.FAILED, S.UNKNOWN)
_FLAG = QItemSelectionModel.SelectionFlag


@pytest.fixture
def outbox() -> FakeOutbox:
    return FakeOutbox(
        [outbox_row(number, state=state) for number, state in enumerate(STATES, 1)]
        + [outbox_row(9, state=S.CONFIRMED, settled_at=NOW)]
    )


@pytest.fixture
def control() -> FakeControl:
    return FakeControl()


@pytest.fixture
def make_page(
    outbox: FakeOutbox, control: FakeControl, kit: UiKit, qtbot: QtBot
) -> Callable[[], OutboxPage]:
    def make() -> OutboxPage:
        page = OutboxPage(outbox, control, kit)
        qtbot.addWidget(page)
        page.resize(1200, 600)
        page.show()
        idle(qtbot, kit)
        return page

    return make


@pytest.fixture
def page(make_page: Callable[[], OutboxPage]) -> OutboxPage:
    return make_page()


def idle(qtbot: QtBot, kit: UiKit) -> None:
    qtbot.waitUntil(lambda: kit.tasks.active == 0)


def choose(page: OutboxPage, *states: OutboxState) -> None:
    page.view.clearSelection()
    for row in (STATES.index(state) for state in states):
        index = page.view.entries.index(row, 0)
        page.view.selectionModel().select(index, _FLAG.Select | _FLAG.Rows)


def enabled(page: OutboxPage) -> set[str]:
    return {name_of(action) for action in page.actions_of_entries.all if action.isEnabled()}


def press(page: OutboxPage, text: str) -> None:
    button = next(each for each in page.findChildren(QPushButton) if text in each.text())
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def answer_box(page: OutboxPage, text: str) -> QMessageBox:
    box = page.findChild(QMessageBox)
    assert box is not None
    button = next(each for each in box.findChildren(QPushButton) if text in each.text())
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    return box


def test_each_state_is_a_sign_and_a_word_and_none_but_one_is_done(page: OutboxPage) -> None:
    at = [column.key for column in page.spec.columns].index("state")
    shown = [str(page.view.entries.index(row, at).data()) for row in range(len(STATES))]
    assert shown == [
        "‖ Held",
        "○ Waiting",
        "↑ Sending",
        "◔ Accepted, not confirmed yet",
        "✕ Refused",
        "? Unclear, being looked up",
    ]
    done = {state for state in S if "confirmed" in STATE_WORDS[state].split(",")[0]}
    assert done == {S.CONFIRMED}
    assert len({state_text(state)[0] for state in S}) == len(S)


@pytest.mark.parametrize(
    ("state", "allowed"),
    [
        (S.HELD, {"Edit price…", "Release", "Drop…", "Push now"}),
        (S.QUEUED, {"Edit price…", "Hold", "Drop…", "Push now"}),
        (S.SENDING, {"Push now"}),
        (S.PENDING, {"Push now"}),
        (S.FAILED, {"Edit price…", "Retry", "Drop…", "Push now"}),
        (S.UNKNOWN, {"Drop…", "Push now"}),
    ],
)
def test_only_what_the_state_allows_can_be_done(
    page: OutboxPage, state: OutboxState, allowed: set[str]
) -> None:
    choose(page, state)
    assert enabled(page) == allowed


def test_a_price_is_edited_with_f2_and_a_bad_one_is_explained(
    page: OutboxPage, outbox: FakeOutbox, kit: UiKit, qtbot: QtBot
) -> None:
    choose(page, S.QUEUED)
    page.view.setFocus()
    page.activateWindow()
    qtbot.waitUntil(page.view.hasFocus)
    QTest.keyClick(page.view, Qt.Key.Key_F2)
    dialog = page.findChild(LineDialog)
    assert dialog is not None
    assert dialog.line.text() == "150.00"
    dialog.line.clear()
    QTest.keyClicks(dialog.line, "0")
    QTest.keyClick(dialog.line, Qt.Key.Key_Return)
    idle(qtbot, kit)
    assert dialog.problem.text() == "“0” is no ask: write an amount above zero."
    dialog.line.clear()
    QTest.keyClicks(dialog.line, "144.50")
    QTest.keyClick(dialog.line, Qt.Key.Key_Return)
    idle(qtbot, kit)
    assert outbox.calls == [("edit", (2, Decimal("144.50")))]


def test_hold_and_release_keep_the_selection(
    page: OutboxPage, outbox: FakeOutbox, kit: UiKit, qtbot: QtBot
) -> None:
    choose(page, S.QUEUED)
    press(page, "Hold")
    idle(qtbot, kit)
    assert [row.id for row in page.view.chosen()] == [2]
    assert page.view.chosen()[0].state is S.HELD
    press(page, "Release")
    idle(qtbot, kit)
    assert outbox.calls == [("hold", (2,)), ("release", (2,))]
    assert kit.notifier.messages[-1].text == "1 entry is waiting to be sent."


def test_of_several_entries_those_that_allow_it_are_moved(
    page: OutboxPage, outbox: FakeOutbox, kit: UiKit, qtbot: QtBot
) -> None:
    choose(page, S.HELD, S.QUEUED, S.PENDING, S.FAILED)
    assert "Edit price…" not in enabled(page)
    press(page, "Release / retry")
    idle(qtbot, kit)
    assert outbox.calls == [("release", (1, 5))]


def test_dropping_an_unclear_entry_says_that_the_offer_may_be_live(
    page: OutboxPage, outbox: FakeOutbox, kit: UiKit, qtbot: QtBot
) -> None:
    choose(page, S.UNKNOWN)
    page.activateWindow()
    page.view.setFocus()
    qtbot.waitUntil(page.view.hasFocus)
    QTest.keyClick(page.view, Qt.Key.Key_Delete)
    box = answer_box(page, "Keep")
    assert "may be live" in box.informativeText()
    qtbot.waitUntil(lambda: page.findChild(QMessageBox) is None)
    assert outbox.calls == []
    page.activateWindow()
    qtbot.waitUntil(page.view.hasFocus)
    QTest.keyClick(page.view, Qt.Key.Key_Delete)
    answer_box(page, "Drop 1 entry")
    idle(qtbot, kit)
    assert outbox.calls == [("drop", (6,))]


def test_dropping_an_end_says_that_the_offer_stays_live(formatter: Formatter) -> None:
    ending = outbox_row(1, action=OutboxAction.DELETE, reason=OutboxReason.OVERSELL, ask=None)
    assert "stays live" in drop_words([ending], formatter)
    assert drop_words([outbox_row(2)], formatter) == "What was not sent is never sent."
    both = drop_words([ending, outbox_row(2)], formatter)
    assert "1 of them would end" in both
    assert both.endswith("never sent.")


def test_a_push_tells_what_the_entries_say_afterwards(
    page: OutboxPage, outbox: FakeOutbox, control: FakeControl, kit: UiKit, qtbot: QtBot
) -> None:
    choose(page)
    press(page, "Push now")
    assert control.requests == [SyncRequest(1, (SyncKind.OUTBOX,))]
    assert page.push_line.words.text() == "StockX (main): waiting for its turn…"
    control.tell(progress(kind=SyncKind.OUTBOX, words="Sending 2 of 4"))
    qtbot.waitUntil(lambda: "Sending 2 of 4" in page.push_line.words.text())
    outbox.entries[1] = replace(outbox.entries[1], state=S.CONFIRMED, settled_at=NOW)
    control.end(report(kind=SyncKind.OUTBOX))
    idle(qtbot, kit)
    assert page.push_line.words.text() == (
        "StockX (main): 1 sending, 1 accepted, not confirmed yet, 1 confirmed, "
        "1 unclear, being looked up"
    )
    assert [row.id for row in page.view.entries.rows()] == [1, 3, 4, 5, 6]


def test_a_push_that_failed_says_why(
    page: OutboxPage, control: FakeControl, kit: UiKit, qtbot: QtBot
) -> None:
    choose(page, S.QUEUED)
    press(page, "Push now")
    message = "StockX cannot be reached. Check the connection."
    control.end(report(1, RunStatus.FAILED, kind=SyncKind.OUTBOX, message=message))
    idle(qtbot, kit)
    assert page.push_line.words.text() == f"StockX (main): 1 waiting · {message}"


def test_the_warning_stays_until_confirmed(
    page: OutboxPage, outbox: FakeOutbox, kit: UiKit, qtbot: QtBot
) -> None:
    assert not page.strip.isVisible()
    since = datetime.now(UTC) - timedelta(minutes=4, seconds=5)
    outbox.live = [still_live(1, "alias / GOAT", "eBay", since=since)]
    page.note_change(frozenset({Domain.INTEGRATION}))
    qtbot.waitUntil(page.strip.isVisible)
    assert page.strip.words.text() == (
        "Still live: Acme Runner, US 9 on alias / GOAT, eBay (since 4 min ago). "
        "The end of these offers is not confirmed yet."
    )
    outbox.live = [still_live(number, "eBay") for number in range(1, 6)]
    page.refresh()
    idle(qtbot, kit)
    assert "and 2 more units." in page.strip.words.text()
    outbox.live = []
    page.refresh()
    idle(qtbot, kit)
    assert not page.strip.isVisible()


def test_settled_entries_are_a_list_of_their_own(
    page: OutboxPage, kit: UiKit, qtbot: QtBot
) -> None:
    press(page, "Settled")
    idle(qtbot, kit)
    assert [row.id for row in page.view.entries.rows()] == [9]
    assert page.totals == "1 confirmed"
    page.view.selectRow(0)
    assert enabled(page) == set()


def test_the_chosen_entry_is_told_in_full(page: OutboxPage, formatter: Formatter) -> None:
    page.view.selectRow(STATES.index(S.PENDING))
    assert page.headline.text() == "List Acme Runner US 9 at €150"
    assert "Operation op-1" in page.words.text()
    assert "Sent once" in page.words.text()
    page.view.selectAll()
    assert page.headline.text().startswith("6 entries: 1 held, 1 waiting")
    guard = outbox_row(1, reason=OutboxReason.OVERSELL)
    assert "by the oversell guard" in entry_text(guard, formatter)


def test_an_empty_outbox_says_what_it_is_for(
    make_page: Callable[[], OutboxPage], outbox: FakeOutbox
) -> None:
    outbox.entries = []
    page = make_page()
    assert page.empty.isVisible()
    assert page.empty.title == "Nothing waits in the outbox"


def test_what_cannot_be_read_is_said_and_tried_again(
    page: OutboxPage, outbox: FakeOutbox, kit: UiKit, qtbot: QtBot
) -> None:
    outbox.error = UserError("The database cannot be used.")
    page.refresh()
    idle(qtbot, kit)
    assert page.banner.text == "The database cannot be used."
    assert page.view.entries.rowCount() == len(STATES)
    press(page, "Try again")
    idle(qtbot, kit)
    assert not page.banner.isVisible()


def test_ages_go_on_without_a_question(formatter: Formatter) -> None:
    told = [datetime.now(UTC)]
    column: Column[int] = age_column("created", "Asked", lambda _row: told[0], formatter)
    model: EntryModel[int] = EntryModel([column])
    model.set_rows([1])
    assert model.index(0, 0).data() == "just now"
    told[0] -= timedelta(hours=3)
    assert model.index(0, 0).data() == "just now"
    model.refresh_texts()
    assert model.index(0, 0).data() == "3 h ago"


def test_the_actions_stand_in_menus_and_palette(page: OutboxPage) -> None:
    names = [name_of(action) for action in page_actions(page, Menu.EDIT)]
    assert names == ["Edit price…", "Hold", "Release / retry", "Drop…", "Push now"]


def test_a_page_that_is_gone_watches_no_longer(
    outbox: FakeOutbox, control: FakeControl, kit: UiKit, qtbot: QtBot
) -> None:
    page = OutboxPage(outbox, control, kit)
    assert control.watchers == 1
    page.deleteLater()
    qtbot.waitUntil(lambda: control.watchers == 0)
