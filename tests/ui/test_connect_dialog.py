"""Connecting an account: what is asked for, the browser's way back, and no secret that stays."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from helpers.fake_sync import AUTHORIZE, FakeAccounts, FakeConnectFlow, overview
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.logins import LOGIN_FORMS
from soleflip_desktop.domain.marketplace import Marketplace
from soleflip_desktop.domain.sync import Account, AccountSettings
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.system.accounts.browser_panel import BrowserPanel
from soleflip_desktop.ui.system.accounts.connect_dialog import ConnectDialog
from soleflip_desktop.ui.system.accounts.login_fields import LoginFields, TokenLine

LEFT = Qt.MouseButton.LeftButton
KEY = "synthetic-key-5f1c"
GIVEN = {
    "api_key": KEY,
    "client_id": "client-1",
    "client_secret": "synthetic-secret-77",
    "redirect_uri": "http://localhost:8765/callback",
}

MakeDialog = Callable[..., ConnectDialog]


@pytest.fixture
def accounts() -> FakeAccounts:
    return FakeAccounts()


@pytest.fixture
def opened() -> list[str]:
    """The addresses that went to the browser."""
    return []


@pytest.fixture
def owner(qtbot: QtBot) -> QWidget:
    """What stands behind the dialogs."""
    owner = QWidget()
    qtbot.addWidget(owner)
    owner.show()
    return owner


@pytest.fixture
def make(
    kit: UiKit, qtbot: QtBot, owner: QWidget, accounts: FakeAccounts, opened: list[str]
) -> MakeDialog:
    def make(
        marketplace: Marketplace = Marketplace.STOCKX, again: Account | None = None
    ) -> ConnectDialog:
        dialog = ConnectDialog(
            accounts,
            kit,
            owner,
            marketplace=marketplace,
            again=again,
            taken=[(Marketplace.STOCKX, "second")],
            open_url=opened.append,
        )
        # Tests look at it after it has closed; the owner ends it.
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
        dialog.open()
        dialog.activateWindow()
        qtbot.waitUntil(dialog.isVisible)
        return dialog

    return make


def fields_of(dialog: ConnectDialog) -> LoginFields:
    assert dialog.fields is not None
    return dialog.fields


def browser_of(dialog: ConnectDialog) -> BrowserPanel:
    assert dialog.browser is not None
    return dialog.browser


def fill(dialog: ConnectDialog, given: dict[str, str] | None = None) -> None:
    for name, text in (given or GIVEN).items():
        QTest.keyClicks(fields_of(dialog).lines[name].line, text)


def started(dialog: ConnectDialog, accounts: FakeAccounts, qtbot: QtBot) -> FakeConnectFlow:
    """The dialog waits for the browser."""
    fill(dialog)
    QTest.keyClick(fields_of(dialog).lines["redirect_uri"].line, Qt.Key.Key_Return)
    qtbot.waitUntil(browser_of(dialog).use.isEnabled)
    return accounts.flows[-1]


def assert_nothing_secret(dialog: ConnectDialog) -> None:
    texts = [line.text() for line in dialog.findChildren(QLineEdit)]
    held = " ".join([*texts, *(repr(widget) for widget in dialog.findChildren(QWidget))])
    assert KEY not in held
    assert GIVEN["client_secret"] not in held
    assert not any(line.isUndoAvailable() for line in dialog.findChildren(TokenLine))


def test_what_is_missing_is_said_and_gets_the_focus(
    make: MakeDialog, accounts: FakeAccounts
) -> None:
    dialog = make()
    lines = fields_of(dialog).lines
    assert dialog.focusWidget() is lines["api_key"].line
    QTest.keyClicks(lines["api_key"].line, KEY)
    QTest.mouseClick(dialog.start, LEFT)
    assert dialog.focusWidget() is lines["client_id"].line
    said = {name: line.problem.text() for name, line in lines.items() if line.problem.isVisible()}
    assert list(said) == ["client_id", "client_secret", "redirect_uri"]
    assert said["client_secret"] == "Client secret is missing."
    QTest.keyClicks(lines["client_id"].line, "c")
    assert not lines["client_id"].problem.isVisible()
    assert accounts.flows == []


def test_secret_fields_are_covered_until_they_are_revealed(make: MakeDialog) -> None:
    lines = fields_of(make()).lines
    covered = QLineEdit.EchoMode.Password
    assert lines["client_id"].line.echoMode() is QLineEdit.EchoMode.Normal
    assert lines["client_id"].reveal is None
    for name in ("api_key", "client_secret", "refresh_token"):
        assert lines[name].line.echoMode() is covered
    reveal = lines["api_key"].reveal
    assert reveal is not None
    assert reveal.accessibleName() == "Show the API key"
    QTest.mouseClick(reveal, LEFT)
    assert lines["api_key"].line.echoMode() is QLineEdit.EchoMode.Normal
    QTest.mouseClick(reveal, LEFT)
    assert lines["api_key"].line.echoMode() is covered


def test_a_paste_loses_its_blanks(make: MakeDialog) -> None:
    line = fields_of(make()).lines["api_key"].line
    QGuiApplication.clipboard().setText(f"  {KEY[:5]}\n{KEY[5:]}\u00a0\t")
    line.setFocus()
    QTest.keyClick(line, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert line.text() == KEY


def test_tab_goes_downwards(make: MakeDialog) -> None:
    dialog = make()
    lines = fields_of(dialog).lines
    visited = []
    for _ in range(9):
        visited.append(dialog.focusWidget())
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
    assert visited == [
        lines["api_key"].line,
        lines["api_key"].reveal,
        lines["client_id"].line,
        lines["client_secret"].line,
        lines["client_secret"].reveal,
        lines["redirect_uri"].line,
        lines["refresh_token"].line,
        lines["refresh_token"].reveal,
        dialog.start,
    ]


def test_the_browser_comes_back_and_the_account_is_there(
    make: MakeDialog, accounts: FakeAccounts, opened: list[str], qtbot: QtBot
) -> None:
    dialog = make()
    browser = browser_of(dialog)
    assert browser.address.isVisible()
    assert not browser.address.isEnabled()
    QTest.keyClicks(dialog.label, "-two")
    flow = started(dialog, accounts, qtbot)
    assert flow.given == GIVEN
    assert opened == [AUTHORIZE]
    assert browser.words.text().startswith("○ Waiting for your browser…")
    assert browser.bar.isVisible()
    QTest.mouseClick(browser.again, LEFT)
    assert opened == [AUTHORIZE, AUTHORIZE]
    with qtbot.waitSignal(dialog.connected) as told:
        flow.came_back.set()
    assert told.args == [1]
    assert flow.finished == ("main-two", AccountSettings(currency="EUR"))
    assert not flow.cancelled
    assert not dialog.isVisible()
    assert_nothing_secret(dialog)


def test_a_pasted_address_does_the_same(
    make: MakeDialog, accounts: FakeAccounts, qtbot: QtBot
) -> None:
    dialog = make()
    flow = started(dialog, accounts, qtbot)
    address = browser_of(dialog).address
    assert dialog.focusWidget() is address
    flow.errors["paste"] = UserError("This address is of another log-in. Open the page again.")
    QTest.keyClicks(address, "http://localhost:8765/callback?code=old")
    QTest.keyClick(address, Qt.Key.Key_Return)
    qtbot.waitUntil(browser_of(dialog).problem.isVisible)
    assert "another log-in" in browser_of(dialog).problem.text()
    assert browser_of(dialog).use.isEnabled()  # it is still waited for
    QTest.keyClicks(address, "http://localhost:8765/callback?code=new")  # over the selected old one
    with qtbot.waitSignal(dialog.connected):
        QTest.mouseClick(browser_of(dialog).use, LEFT)
    assert flow.pasted == ["http://localhost:8765/callback?code=new"]
    assert flow.finished is not None
    flow.came_back.set()
    assert len(accounts.overviews) == 1
    assert_nothing_secret(dialog)


def test_nothing_pasted_is_said(make: MakeDialog, accounts: FakeAccounts, qtbot: QtBot) -> None:
    dialog = make()
    started(dialog, accounts, qtbot)
    QTest.mouseClick(browser_of(dialog).use, LEFT)
    assert browser_of(dialog).problem.text().startswith("Paste the address")


@pytest.mark.parametrize("step", ["start", "wait", "finish"])
def test_a_refusal_is_said_at_the_top_and_can_be_mended(
    make: MakeDialog, accounts: FakeAccounts, qtbot: QtBot, step: str
) -> None:
    accounts.flow_errors[step] = UserError("StockX refused. Allow the access and try again.")
    dialog = make()
    fill(dialog)
    QTest.mouseClick(dialog.start, LEFT)
    qtbot.waitUntil(lambda: bool(accounts.flows))
    accounts.flows[0].came_back.set()
    qtbot.waitUntil(dialog.problem.isVisible)
    assert dialog.problem.text() == "StockX refused. Allow the access and try again."
    assert fields_of(dialog).isVisible()
    assert fields_of(dialog).lines["api_key"].line.text() == KEY
    assert dialog.start.isEnabled()
    QTest.mouseClick(dialog.start, LEFT)
    qtbot.waitUntil(lambda: len(accounts.flows) == 2)
    qtbot.waitUntil(lambda: accounts.flows[0].cancelled)  # its port is free again
    with qtbot.waitSignal(dialog.connected):
        accounts.flows[1].came_back.set()
    assert not dialog.problem.isVisible()


def test_a_browser_that_does_not_come_back_leaves_the_paste(
    make: MakeDialog, accounts: FakeAccounts, qtbot: QtBot
) -> None:
    dialog = make()
    flow = started(dialog, accounts, qtbot)
    flow.errors["wait"] = UserError("Port 8765 is taken. Paste the address instead.")
    flow.came_back.set()
    qtbot.waitUntil(dialog.problem.isVisible)
    assert not browser_of(dialog).bar.isVisible()
    QTest.keyClicks(browser_of(dialog).address, "http://localhost:8765/callback?code=c")
    with qtbot.waitSignal(dialog.connected):
        QTest.mouseClick(browser_of(dialog).use, LEFT)
    assert accounts.flows == [flow]


def test_a_refusal_that_names_a_field_stands_beside_it(
    make: MakeDialog, accounts: FakeAccounts, qtbot: QtBot
) -> None:
    words = "The redirect URI “callback” has no http in front. Copy it from your application."
    accounts.flow_errors["start"] = UserError(words)
    dialog = make()
    fill(dialog)
    QTest.mouseClick(dialog.start, LEFT)
    line = fields_of(dialog).lines["redirect_uri"]
    qtbot.waitUntil(line.problem.isVisible)
    assert line.problem.text() == words
    assert dialog.focusWidget() is line.line
    assert not dialog.problem.isVisible()


@pytest.mark.parametrize("by_key", [True, False])
def test_it_can_be_cancelled_while_it_waits(
    make: MakeDialog, accounts: FakeAccounts, qtbot: QtBot, *, by_key: bool
) -> None:
    dialog = make()
    flow = started(dialog, accounts, qtbot)
    if by_key:
        QTest.keyClick(browser_of(dialog).address, Qt.Key.Key_Escape)
    else:
        QTest.mouseClick(dialog.stop, LEFT)
    assert not dialog.isVisible()
    qtbot.waitUntil(lambda: flow.cancelled)
    flow.came_back.set()
    assert flow.finished is None
    assert accounts.overviews == []
    assert_nothing_secret(dialog)


def test_it_can_be_cancelled_while_it_checks(
    make: MakeDialog, accounts: FakeAccounts, qtbot: QtBot
) -> None:
    dialog = make()
    flow = started(dialog, accounts, qtbot)
    flow.hold_finish = asyncio.Event()
    flow.came_back.set()
    qtbot.waitUntil(lambda: browser_of(dialog).words.text().startswith("↻ Checking"))
    QTest.mouseClick(dialog.stop, LEFT)
    qtbot.waitUntil(lambda: flow.cancelled)
    flow.hold_finish.set()
    assert flow.finished is None


def test_a_token_needs_no_browser(
    make: MakeDialog, accounts: FakeAccounts, opened: list[str], qtbot: QtBot
) -> None:
    dialog = make(Marketplace.ALIAS)
    assert dialog.browser is None
    assert dialog.currency.currentData() == "USD"
    fill(dialog, {"access_token": KEY})
    with qtbot.waitSignal(dialog.connected):
        QTest.keyClick(fields_of(dialog).lines["access_token"].line, Qt.Key.Key_Return)
    assert opened == []
    assert accounts.flows[0].marketplace is Marketplace.ALIAS
    assert_nothing_secret(dialog)


def test_another_platform_has_other_fields(
    make: MakeDialog, opened: list[str], qtbot: QtBot
) -> None:
    dialog = make()
    fill(dialog)
    dialog.platform.setFocus()
    QTest.keyClick(dialog.platform, Qt.Key.Key_Down)
    assert dialog.marketplace is Marketplace.EBAY
    wanted = [field.name for field in LOGIN_FORMS[Marketplace.EBAY].fields]
    assert list(fields_of(dialog).lines) == wanted
    assert fields_of(dialog).given() == {}
    assert "copy the whole address" in " ".join(
        child.text() for child in browser_of(dialog).findChildren(type(browser_of(dialog).words))
    )
    QTest.mouseClick(dialog.where, LEFT)
    assert opened == ["https://developer.ebay.com/my/keys"]


def test_a_label_is_needed_and_not_taken(make: MakeDialog, accounts: FakeAccounts) -> None:
    dialog = make()
    fill(dialog)
    for text, wrong in (("", "Give the account a label"), ("second", "“second” already")):
        dialog.label.clear()
        QTest.keyClicks(dialog.label, text)
        QTest.mouseClick(dialog.start, LEFT)
        assert wrong in dialog.label_problem.text()
        assert dialog.focusWidget() is dialog.label
    assert accounts.flows == []


def test_a_new_log_in_keeps_account_and_settings(
    make: MakeDialog, accounts: FakeAccounts, qtbot: QtBot
) -> None:
    settings = AccountSettings(currency="CHF", every_minutes=60)
    accounts.overviews = [overview(7, label="shop", settings=settings)]
    dialog = make(again=accounts.overviews[0].account)
    for widget in (dialog.platform, dialog.label, dialog.currency):
        assert not widget.isEnabled()
    assert dialog.currency.currentData() == "CHF"
    flow = started(dialog, accounts, qtbot)
    with qtbot.waitSignal(dialog.connected) as told:
        flow.came_back.set()
    assert told.args == [7]
    assert flow.old == 7
    assert flow.finished == ("shop", settings)


def test_a_missing_keyring_is_said_before_the_log_in(
    make: MakeDialog, accounts: FakeAccounts
) -> None:
    accounts.problem = "This computer offers no credential store."
    labels = [child.text() for child in make().findChildren(type(make().problem))]
    assert any(accounts.problem in text for text in labels)


def test_an_error_of_ours_leaves_the_dialog_usable(
    make: MakeDialog,
    accounts: FakeAccounts,
    qtbot: QtBot,
    bugs: list[BaseException],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def broken(_flow: FakeConnectFlow) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(FakeConnectFlow, "wait", broken)
    dialog = make()
    fill(dialog)
    QTest.mouseClick(dialog.start, LEFT)
    qtbot.waitUntil(lambda: len(bugs) == 1)
    assert dialog.start.isEnabled()
    assert isinstance(bugs.pop(), ZeroDivisionError)


def test_no_secret_is_logged(
    make: MakeDialog, accounts: FakeAccounts, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        dialog = make()
        started(dialog, accounts, qtbot)
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda: accounts.flows[0].cancelled)
    assert KEY not in caplog.text
    assert GIVEN["client_secret"] not in caplog.text
