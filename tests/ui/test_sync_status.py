"""The sync in the status bar."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt, SignalInstance
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow, QToolButton
from pytestqt.qtbot import QtBot

from helpers.fake_sync import (
    NOW,
    FakeDesk,
    kind_state,
    overview,
    progress,
    report,
    review_row,
    run_row,
    still_live,
)
from soleflip_desktop.domain.changes import Domain
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.marketplace import Marketplace
from soleflip_desktop.domain.sync import (
    AccountOverview,
    AccountSettings,
    AccountState,
    RunStatus,
    SyncKind,
)
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.formatting import Formatter
from soleflip_desktop.ui.common.sync_status import SyncStatus
from soleflip_desktop.ui.common.sync_words import due, mirrored_at, oldest, problem_of

LEFT = Qt.MouseButton.LeftButton
MIRRORED = (SyncKind.ORDERS, SyncKind.LISTINGS, SyncKind.MARKET)


def synced(number: int = 1, *, minutes: int = 3, **more: object) -> AccountOverview:
    """An account whose market data are that old and all else is new."""
    kinds = [kind_state(kind, succeeded_at=NOW) for kind in MIRRORED[:2]]
    kinds.append(kind_state(SyncKind.MARKET, succeeded_at=NOW - timedelta(minutes=minutes)))
    return overview(number, kinds=kinds, **more)  # type: ignore[arg-type]  # passed on


@pytest.fixture
def fakes() -> FakeDesk:
    return FakeDesk([synced()])


@pytest.fixture
def make(fakes: FakeDesk, kit: UiKit, qtbot: QtBot) -> Callable[[], SyncStatus]:
    windows: list[QMainWindow] = []

    def make() -> SyncStatus:
        window = QMainWindow()
        windows.append(window)
        qtbot.addWidget(window)
        window.resize(1000, 300)
        status = SyncStatus(fakes.desk, kit, window, now=lambda: NOW)
        window.statusBar().addPermanentWidget(status)
        window.show()
        status.refresh()
        qtbot.waitUntil(lambda: fakes.accounts.readings > 0 and kit.tasks.active == 0)
        return status

    return make


def shown(status: SyncStatus) -> list[str]:
    buttons = (status.still_live, status.problem, status.review, status.activity)
    return [button.text() for button in buttons if button.isVisible()]


def click(qtbot: QtBot, button: QToolButton, signal: SignalInstance) -> None:
    with qtbot.waitSignal(signal):
        QTest.mouseClick(button, LEFT)


def test_without_accounts_there_is_nothing(fakes: FakeDesk, make: Callable[[], SyncStatus]) -> None:
    fakes.accounts.overviews = []
    assert not make().isVisible()


def test_idle_it_tells_the_oldest_age(
    fakes: FakeDesk, make: Callable[[], SyncStatus], qtbot: QtBot
) -> None:
    fakes.accounts.overviews.append(synced(2, minutes=40, label="second"))
    fakes.accounts.overviews.append(synced(3, minutes=900, active=False))
    status = make()
    assert shown(status) == ["Synced 40 min ago"]
    assert "StockX (main): 3 min ago" in status.activity.toolTip().splitlines()
    click(qtbot, status.activity, status.accounts_requested)


def test_what_is_stale_is_said_by_sign_and_word(
    fakes: FakeDesk, make: Callable[[], SyncStatus]
) -> None:
    fakes.accounts.overviews = [synced(minutes=3 * 24 * 60)]
    assert shown(make()) == ["Last synced ⚠ 3 days ago, stale"]


def test_an_account_that_was_never_synced_comes_first(
    fakes: FakeDesk, make: Callable[[], SyncStatus]
) -> None:
    fakes.accounts.overviews.append(overview(2, Marketplace.EBAY, "shop"))
    assert shown(make()) == ["Not completely synced yet: eBay (shop)"]


def test_a_job_is_shown_and_bursts_are_coalesced(
    fakes: FakeDesk, make: Callable[[], SyncStatus], qtbot: QtBot
) -> None:
    status = make()
    told: list[str] = []
    status.sync.progressed.connect(lambda: told.append(status.activity.text()))
    for done in range(0, 12_400, 100):
        fakes.control.tell(progress(1, done=done))
    qtbot.waitUntil(status.bar.isVisible)
    assert shown(status) == ["Syncing StockX (main): orders 12,300 of 50,000"]
    assert status.bar.value() == 246
    assert len(told) < 5
    readings = fakes.accounts.readings
    fakes.control.end(report(1))
    assert not status.bar.isVisible()
    assert shown(status) == ["Synced 3 min ago"]
    qtbot.waitUntil(lambda: fakes.accounts.readings == readings + 1)


def test_problems_lead_to_the_accounts(
    fakes: FakeDesk, make: Callable[[], SyncStatus], qtbot: QtBot
) -> None:
    failed = run_row(status=RunStatus.FAILED)
    fakes.accounts.overviews = [
        overview(1, kinds=[kind_state(kind, last=failed) for kind in MIRRORED]),
        synced(2, marketplace=Marketplace.EBAY, state=AccountState.LOGIN_NEEDED),
    ]
    status = make()
    assert status.problem.text() == "eBay: log in again (and 1 more)"
    assert status.problem.toolTip().splitlines() == [
        "eBay: log in again",
        "StockX: orders and listings and market data failed",
    ]
    click(qtbot, status.problem, status.accounts_requested)


def test_what_is_still_live_warns_until_it_is_not(
    fakes: FakeDesk, make: Callable[[], SyncStatus], qtbot: QtBot
) -> None:
    fakes.outbox.live = [still_live(1, "eBay", "alias"), still_live(2, "alias", title="B & C")]
    status = make()
    assert status.still_live.text() == "Still live on: alias, eBay (2 units)"
    assert status.still_live.toolTip().splitlines()[1] == "B & C: alias"
    click(qtbot, status.still_live, status.outbox_requested)
    fakes.outbox.live = []
    status.note_change(frozenset({Domain.INTEGRATION}))
    qtbot.waitUntil(lambda: not status.still_live.isVisible())


def test_questions_lead_to_the_review(
    fakes: FakeDesk, make: Callable[[], SyncStatus], qtbot: QtBot
) -> None:
    fakes.review.questions = [review_row(number) for number in range(17)]
    status = make()
    assert status.review.text() == "17 to review"
    click(qtbot, status.review, status.review_requested)


def test_many_changes_are_read_once(
    fakes: FakeDesk, make: Callable[[], SyncStatus], qtbot: QtBot
) -> None:
    status = make()
    readings = fakes.accounts.readings
    status.note_change(frozenset({Domain.CATALOG}))
    assert not status._quiet.isActive()
    for _ in range(100):
        status.note_change(frozenset({Domain.TRANSACTIONS}))
    qtbot.waitUntil(lambda: fakes.accounts.readings > readings)
    assert fakes.accounts.readings == readings + 1


def test_a_failed_reading_is_a_sentence_in_the_tip(
    fakes: FakeDesk, make: Callable[[], SyncStatus], qtbot: QtBot
) -> None:
    status = make()
    fakes.accounts.error = UserError("The database cannot be reached.")
    status.refresh()
    qtbot.waitUntil(status.problem.isVisible)
    assert status.problem.toolTip() == "The database cannot be reached."
    status.refresh()
    qtbot.waitUntil(lambda: not status.problem.isVisible())


def test_kinds_that_are_switched_off_have_no_age() -> None:
    settings = AccountSettings(kinds=(SyncKind.ORDERS,))
    assert mirrored_at(overview(kinds=[kind_state()], settings=settings)) is not None
    assert mirrored_at(overview(kinds=[kind_state()])) is None
    assert oldest([]) is None


def test_a_log_in_on_another_desktop_is_no_problem_while_it_works() -> None:
    away = AccountState.NOT_CONNECTED
    assert problem_of(synced(state=away), NOW) is None
    assert problem_of(synced(state=away), NOW + timedelta(days=2)) is not None
    assert problem_of(overview(state=away), NOW) == "not connected on this computer"
    assert problem_of(overview(state=away, active=False), NOW) is None


def test_when_in_words(formatter: Formatter) -> None:
    cases = ((-5, "now"), (0, "now"), (30, "in 1 min"), (60, "in 1 min"), (61, "in 2 min"))
    for seconds, words in cases:
        assert due(NOW + timedelta(seconds=seconds), NOW, formatter) == words
    later = due(NOW + timedelta(hours=5), NOW, formatter)
    assert later == "at 23 Nov 2026, 17:00:00"
