"""The accounts page: what it says of each account, and what can be done there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QMainWindow, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from helpers.fake_sync import (
    NOW,
    FakeDesk,
    kind_state,
    overview,
    progress,
    report,
    run_row,
)
from soleflip_desktop.domain.changes import Domain
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.marketplace import Marketplace
from soleflip_desktop.domain.sync import (
    AccountSettings,
    AccountState,
    QuotaLeft,
    RunStatus,
    SyncCounts,
    SyncKind,
    SyncRequest,
)
from soleflip_desktop.ui.common.actions import name_of
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.formatting import Formatter
from soleflip_desktop.ui.common.theme import Theme, ThemeMode
from soleflip_desktop.ui.system.accounts.connect_dialog import ConnectDialog
from soleflip_desktop.ui.system.accounts.page import AccountsPage
from soleflip_desktop.ui.system.accounts.settings_dialog import SettingsDialog
from soleflip_desktop.ui.system.accounts.words import figures_words, quota_words

LEFT = Qt.MouseButton.LeftButton
FAILED = "StockX did not answer (HTTP 503). It goes on by itself in 8 min."


class Clock:
    """A time that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def fakes() -> FakeDesk:
    """StockX is fine but for its listings, eBay wants a new log-in."""
    kinds = (
        kind_state(SyncKind.ORDERS, last=run_row(1)),
        kind_state(
            SyncKind.LISTINGS,
            last=run_row(2, kind=SyncKind.LISTINGS, status=RunStatus.FAILED, message=FAILED),
        ),
        kind_state(SyncKind.MARKET, succeeded_at=NOW - timedelta(hours=23)),
    )
    quota = QuotaLeft("requests", 25_000, 688, NOW + timedelta(hours=12))
    fakes = FakeDesk(
        [
            overview(1, kinds=kinds, quotas=[quota], waiting=3, to_review=17),
            overview(2, Marketplace.EBAY, "shop", state=AccountState.LOGIN_NEEDED),
        ]
    )
    fakes.accounts.runs[1] = [
        run_row(2, kind=SyncKind.LISTINGS, status=RunStatus.FAILED, message=FAILED),
        run_row(1, full=True),
    ]
    return fakes


@pytest.fixture
def page(fakes: FakeDesk, kit: UiKit, clock: Clock, qtbot: QtBot) -> Iterator[AccountsPage]:
    page = AccountsPage(fakes.accounts, fakes.control, kit, now=clock, open_url=lambda _url: None)
    window = QMainWindow()
    qtbot.addWidget(window)
    window.setCentralWidget(page)
    window.addActions(list(page.window_actions))
    window.resize(1100, 720)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: page.detail.log.runs.rowCount() == len(fakes.accounts.runs.get(1, [])))
    qtbot.waitUntil(lambda: page.totals != "" or page.empty.isVisible())
    yield page
    page.save_state()


def texts(page: AccountsPage) -> list[str]:
    return [label.text() for label in page.detail.findChildren(QLabel) if label.isVisible()]


def action(page: AccountsPage, name: str) -> QAction:
    return next(each for each in page.actions() if name_of(each) == name)


def test_an_account_is_told_in_three_lines(page: AccountsPage) -> None:
    first, second = page.list.lines.lines
    assert first.spoken == (
        "StockX, main. ✓ Connected. Synced 23 h ago · next in 12 min. 17 to review · 3 waiting"
    )
    assert second.spoken == "eBay, shop. ! Log in again. Not completely synced yet"
    assert page.totals == "2 accounts · 17 to review · 3 waiting in the outbox"
    assert page.header.count_text == "2"


def test_each_kind_says_age_plan_and_figures(page: AccountsPage) -> None:
    lines = page.detail.kinds.lines
    orders = lines[SyncKind.ORDERS]
    assert orders.age.text() == "3 min ago"
    assert orders.age.toolTip() == "2026-11-23 11:57:00"
    assert orders.due.text() == "in 12 min"
    assert orders.last.text() == (
        "✓ Completed. 12 fetched: 2 created, 3 updated, 6 unchanged, 1 failed · 4 requests, "
        "waited 1.5 s"
    )
    assert lines[SyncKind.LISTINGS].last.text() == f"! Failed. {FAILED}"
    assert lines[SyncKind.MARKET].last.text() == "none yet"
    assert lines[SyncKind.OUTBOX].age.text() == "never"
    assert "24,312 of 25,000 requests left today · full again 24 Nov 2026, 00:00:00" in texts(page)


def test_ages_grow_without_a_query(page: AccountsPage, fakes: FakeDesk, clock: Clock) -> None:
    readings = fakes.accounts.readings
    clock.now = NOW + timedelta(hours=2)
    page._ages.timeout.emit()
    assert page.list.lines.lines[0].age == "Synced ⚠ 25 h ago, stale · next now"
    assert page.list.lines.lines[0].stale
    lines = page.detail.kinds.lines
    assert lines[SyncKind.MARKET].age.text() == "⚠ 25 h ago, stale"
    assert lines[SyncKind.ORDERS].age.text() == "2 h ago"
    assert fakes.accounts.readings == readings


def test_failed_runs_are_read_in_full(page: AccountsPage) -> None:
    log = page.detail.log
    assert log.runs.as_text().splitlines()[1].split("\t")[1:3] == ["Listings", "! Failed"]
    assert log.runs.as_text().splitlines()[2].split("\t")[1] == "Orders, full"
    assert not log.message.isVisible()
    log.view.setFocus()
    QTest.keyClick(log.view, Qt.Key.Key_Down)
    log.view.selectRow(0)
    assert log.message.text() == FAILED
    assert log.message.isVisible()
    QTest.keyClick(log.view, Qt.Key.Key_Down)
    assert not log.message.isVisible()


def test_a_job_shows_its_progress_and_is_cancelled(
    page: AccountsPage, fakes: FakeDesk, qtbot: QtBot
) -> None:
    readings = fakes.accounts.readings
    running = page.detail.running
    assert not running.isVisible()
    for done in range(0, 12_300, 100):
        fakes.control.tell(progress(1, done=done))
    fakes.control.tell(progress(1))
    qtbot.waitUntil(running.isVisible)
    assert running.headline.text() == "Syncing orders 12,300 of 50,000"
    assert running.words.text() == "Reading orders"
    assert running.bar.value() == 246
    assert page.list.lines.lines[0].state == "↻ Syncing"
    assert not page.detail.sync.isEnabled()
    assert page.detail.sync.toolTip() == "This account is being synced already."
    QTest.mouseClick(running.cancel, LEFT)
    assert fakes.control.cancelled == [1]
    assert not running.cancel.isEnabled()
    fakes.control.tell(progress(1, done=13_000))
    qtbot.waitUntil(lambda: running.headline.text() == "Syncing orders 13,000 of 50,000")
    assert running.words.text().startswith("Cancelling…")
    assert fakes.accounts.readings == readings  # progress costs no query
    fakes.control.end(report(1, RunStatus.CANCELLED))
    assert not running.isVisible()
    assert page.detail.sync.isEnabled()
    qtbot.waitUntil(lambda: fakes.accounts.readings == readings + 1)


def test_a_job_that_ran_before_the_page_was_built_is_shown(
    fakes: FakeDesk, kit: UiKit, qtbot: QtBot
) -> None:
    fakes.control.now[1] = progress(1, total=None)
    page = AccountsPage(fakes.accounts, fakes.control, kit, now=lambda: NOW)
    page.show()
    qtbot.waitUntil(page.detail.running.isVisible)
    assert page.detail.running.bar.maximum() == 0
    assert fakes.control.watchers == 1
    qtbot.waitUntil(lambda: kit.tasks.active == 0)
    page.deleteLater()
    qtbot.waitUntil(lambda: fakes.control.watchers == 0)


def test_sync_now_and_its_parts(page: AccountsPage, fakes: FakeDesk) -> None:
    QTest.mouseClick(page.detail.sync, LEFT)
    action(page, "Full sync").trigger()
    action(page, "Sync only listings").trigger()
    assert fakes.control.requests == [
        SyncRequest(1, tuple(SyncKind)),
        SyncRequest(1, tuple(SyncKind), full=True),
        SyncRequest(1, (SyncKind.LISTINGS,)),
    ]


def test_a_key_syncs_all_that_can_be_synced(
    page: AccountsPage, fakes: FakeDesk, qtbot: QtBot
) -> None:
    modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(page.window(), Qt.Key.Key_Y, modifiers)
    qtbot.waitUntil(lambda: len(fakes.control.requests) == 1)
    assert fakes.control.requests[0].account_id == 1


def test_a_log_in_that_ended_is_said_and_mended(
    page: AccountsPage, fakes: FakeDesk, qtbot: QtBot
) -> None:
    page.list.setFocus()
    QTest.keyClick(page.list, Qt.Key.Key_Down)
    assert page.detail.title.text() == "eBay (shop)"
    assert page.detail.state.text() == "! Log in again"
    assert page.detail.sentence.text().startswith("eBay does not accept the stored log-in")
    assert not page.detail.sync.isVisible()
    assert not action(page, "Full sync").isEnabled()
    QTest.mouseClick(page.detail.connect_again, LEFT)
    dialog = page.window().findChild(ConnectDialog)
    assert dialog is not None
    assert dialog.marketplace is Marketplace.EBAY
    assert dialog.fields is not None
    for name in ("client_id", "client_secret", "redirect_uri"):
        QTest.keyClicks(dialog.fields.lines[name].line, "synthetic")
    QTest.mouseClick(dialog.start, LEFT)
    qtbot.waitUntil(lambda: bool(fakes.accounts.flows))
    fakes.accounts.flows[0].came_back.set()
    qtbot.waitUntil(lambda: len(fakes.control.requests) == 1)
    assert fakes.control.requests[0].account_id == 2
    assert page.detail.state.text() == "✓ Connected"
    assert not page.detail.connect_again.isVisible()


def test_pause_and_resume(page: AccountsPage, fakes: FakeDesk, qtbot: QtBot) -> None:
    QTest.mouseClick(page.detail.pause, LEFT)
    qtbot.waitUntil(lambda: page.detail.state.text() == "‖ Paused")
    assert fakes.accounts.changes == [(1, AccountSettings(), False)]
    assert fakes.control.cancelled == [1]
    assert page.detail.kinds.lines[SyncKind.ORDERS].due.text() == "paused"
    assert not page.detail.sync.isEnabled()
    assert page.detail.pause.text() == "Re&sume"
    QTest.mouseClick(page.detail.pause, LEFT)
    qtbot.waitUntil(lambda: page.detail.state.text() == "✓ Connected")
    assert fakes.control.cancelled == [1]


def open_settings(page: AccountsPage, qtbot: QtBot) -> SettingsDialog:
    QTest.mouseClick(page.detail.settings, LEFT)
    dialog = page.window().findChild(SettingsDialog)
    assert dialog is not None
    qtbot.waitUntil(dialog.isVisible)
    return dialog


def test_settings_are_changed(page: AccountsPage, fakes: FakeDesk, qtbot: QtBot) -> None:
    dialog = open_settings(page, qtbot)
    form = dialog.form
    assert form.currency.currentText() == "Euro (EUR)"
    form.currency.setFocus()
    QTest.keyClicks(form.currency, "Swiss")
    QTest.keyClick(form.kinds[SyncKind.MARKET], Qt.Key.Key_Space)
    form.minutes.selectAll()
    QTest.keyClicks(form.minutes, "45")
    QTest.mouseClick(dialog.save, LEFT)
    qtbot.waitUntil(lambda: len(fakes.accounts.changes) == 1)
    wanted = AccountSettings(
        currency="CHF",
        every_minutes=45,
        kinds=(SyncKind.OUTBOX, SyncKind.ORDERS, SyncKind.LISTINGS),
    )
    assert fakes.accounts.changes == [(1, wanted, True)]
    qtbot.waitUntil(lambda: page.detail.kinds.lines[SyncKind.MARKET].due.text() == "switched off")


def test_settings_that_do_not_fit_stay_open(
    page: AccountsPage, fakes: FakeDesk, qtbot: QtBot
) -> None:
    dialog = open_settings(page, qtbot)
    for box in dialog.form.kinds.values():
        QTest.keyClick(box, Qt.Key.Key_Space)
    QTest.mouseClick(dialog.save, LEFT)
    assert dialog.problem.text().startswith("Choose at least one kind")
    QTest.keyClick(dialog.form.kinds[SyncKind.ORDERS], Qt.Key.Key_Space)
    QTest.keyClick(dialog.form.scheduled, Qt.Key.Key_Space)
    fakes.accounts.error = UserError("The database cannot be reached.")
    QTest.mouseClick(dialog.save, LEFT)
    qtbot.waitUntil(lambda: dialog.problem.text() == "The database cannot be reached.")
    assert dialog.isVisible()
    QTest.mouseClick(dialog.save, LEFT)
    qtbot.waitUntil(lambda: len(fakes.accounts.changes) == 1)
    assert fakes.accounts.changes[0][1].every_minutes == 0


def test_settings_of_ebay(page: AccountsPage, fakes: FakeDesk, qtbot: QtBot) -> None:
    page.list.choose(2)
    dialog = open_settings(page, qtbot)
    site = dialog.form.site
    assert site is not None
    assert site.currentText() == "Germany"
    site.setFocus()
    QTest.keyClicks(site, "Switz")
    site.activated.emit(site.currentIndex())  # a popup that is closed by Enter does that
    QTest.keyClicks(dialog.form.policies["return_policy"], "123")
    QTest.mouseClick(dialog.save, LEFT)
    qtbot.waitUntil(lambda: len(fakes.accounts.changes) == 1)
    stored = fakes.accounts.changes[0][1]
    assert (stored.site, stored.language, stored.currency) == ("EBAY_CH", "de-CH", "CHF")
    assert stored.policies == {"return_policy": "123"}


def test_disconnecting_asks_and_says_what_stays(
    page: AccountsPage, fakes: FakeDesk, qtbot: QtBot
) -> None:
    def answer(text: str) -> str:
        action(page, "Disconnect…").trigger()
        qtbot.waitUntil(lambda: bool(page.window().findChildren(QMessageBox)))
        box = page.window().findChildren(QMessageBox)[-1]
        button = next(each for each in box.findChildren(QPushButton) if text in each.text())
        said = box.informativeText()
        QTest.mouseClick(button, LEFT)
        return said

    assert "orders, listings and history stay here" in answer("Keep it")
    assert fakes.accounts.disconnected == []
    answer("&Disconnect")
    qtbot.waitUntil(lambda: len(page.list.lines.lines) == 1)
    assert fakes.accounts.disconnected == [1]
    assert page.detail.title.text() == "eBay (shop)"


def test_the_setup_is_exported_without_secrets(
    page: AccountsPage, fakes: FakeDesk, kit: UiKit, tmp_path: Path, qtbot: QtBot
) -> None:
    assert "without passwords" in page.export.toolTip()
    page.export.trigger()
    dialog = page.window().findChild(QFileDialog)
    assert dialog is not None
    assert "holds no secrets" in dialog.windowTitle()
    dialog.fileSelected.emit(str(tmp_path / "setup.json"))
    qtbot.waitUntil(lambda: fakes.accounts.exported == [tmp_path / "setup.json"])
    qtbot.waitUntil(lambda: bool(kit.notifier.messages))
    assert "no passwords, keys or tokens" in kit.notifier.messages[0].text
    dialog.close()


def test_what_waits_leads_to_its_page(page: AccountsPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.review_requested):
        QTest.mouseClick(page.detail.review, LEFT)
    with qtbot.waitSignal(page.outbox_requested):
        QTest.mouseClick(page.detail.outbox, LEFT)


def test_a_missing_keyring_is_explained(fakes: FakeDesk, kit: UiKit, qtbot: QtBot) -> None:
    fakes.accounts.problem = "This computer offers no credential store. Install one."
    page = AccountsPage(fakes.accounts, fakes.control, kit)
    qtbot.addWidget(page)
    page.show()
    assert page.keyring.isVisible()
    assert "for this session only" in page.keyring.words.text()
    assert fakes.accounts.problem in page.keyring.words.text()


def test_without_accounts_each_platform_is_offered(
    fakes: FakeDesk, kit: UiKit, qtbot: QtBot
) -> None:
    fakes.accounts.overviews = []
    page = AccountsPage(fakes.accounts, fakes.control, kit)
    qtbot.addWidget(page)
    page.resize(1000, 700)
    page.show()
    qtbot.waitUntil(page.empty.isVisible)
    assert page.totals == ""
    texts = [button.text() for button in page.connect_buttons.values()]
    assert texts == ["Connect StockX", "Connect eBay", "Connect alias"]
    QTest.mouseClick(page.connect_buttons[Marketplace.ALIAS], LEFT)
    dialog = page.window().findChild(ConnectDialog)
    assert dialog is not None
    assert dialog.fields is not None
    QTest.keyClicks(dialog.fields.lines["access_token"].line, "synthetic")
    QTest.mouseClick(dialog.start, LEFT)
    qtbot.waitUntil(lambda: page.detail.title.text() == "alias / GOAT (main)")
    assert not page.empty.isVisible()
    assert fakes.control.requests == [SyncRequest(1, tuple(SyncKind))]


def test_an_error_keeps_what_was_shown(page: AccountsPage, fakes: FakeDesk, qtbot: QtBot) -> None:
    fakes.accounts.error = UserError("The database cannot be reached. Check the network.")
    page.refresh()
    qtbot.waitUntil(page.banner.isVisible)
    assert len(page.list.lines.lines) == 2
    page.banner.retry_requested.emit()
    qtbot.waitUntil(lambda: not page.banner.isVisible())


def test_many_changes_are_read_once(page: AccountsPage, fakes: FakeDesk, qtbot: QtBot) -> None:
    readings = fakes.accounts.readings
    page.note_change(frozenset({Domain.INVENTORY}))
    assert not page._quiet.isActive()
    for _ in range(50):
        page.note_change(frozenset({Domain.INTEGRATION}))
    qtbot.waitUntil(lambda: fakes.accounts.readings > readings)
    assert fakes.accounts.readings == readings + 1
    page.hide()
    page.note_change(frozenset({Domain.INTEGRATION}))
    assert not page._quiet.isActive()
    page.show()
    qtbot.waitUntil(lambda: fakes.accounts.readings == readings + 2)


def test_the_chosen_account_is_chosen_again_after_a_restart(
    page: AccountsPage, fakes: FakeDesk, kit: UiKit, qtbot: QtBot
) -> None:
    page.list.choose(2)
    page.save_state()
    again = AccountsPage(fakes.accounts, fakes.control, kit)
    qtbot.addWidget(again)
    again.show()
    qtbot.waitUntil(lambda: again.detail.title.text() == "eBay (shop)")


def test_it_paints_in_light_and_dark(page: AccountsPage, theme: Theme) -> None:
    light = page.grab().toImage()
    theme.set_mode(ThemeMode.DARK)
    assert page.grab().toImage() != light


def test_figures_in_words(formatter: Formatter) -> None:
    nothing = figures_words(SyncCounts(), SyncKind.ORDERS, formatter)
    assert nothing == "0 fetched · 0 requests"
    sent = SyncCounts(fetched=1, created=1, requests=1, waited_s=Decimal("899.04"))
    words = figures_words(sent, SyncKind.OUTBOX, formatter)
    assert words == "1 sent: 1 created · 1 request, waited 899 s"
    unknown = quota_words(QuotaLeft("requests", 0, 124, None), formatter)
    assert unknown == "124 requests today; no limit is known"
    over = quota_words(QuotaLeft("requests", 100, 124, None), formatter)
    assert over == "0 of 100 requests left today"
