"""Planted secrets, looked for inside the app: its child processes, reprs and crash reports."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any, cast

import httpx
import pytest
from PySide6.QtWidgets import QPlainTextEdit
from pytestqt.qtbot import QtBot

from helpers.clusters import Databases
from helpers.fakes.gate import OpenGate, Saved
from helpers.fakes.stockx import FakeStockX
from helpers.in_memory_store import InMemoryStore
from helpers.planted import CREDENTIALS, family_of, found_in, seen_of
from helpers.sync_scene import (
    HeldPage,
    addresses,
    log_in,
    opened_scene,
    wait_until,
)
from soleflip_desktop.bootstrap import sync_task_in_child
from soleflip_desktop.connectors.base import ApiOptions
from soleflip_desktop.connectors.oauth import OAuthLogin
from soleflip_desktop.connectors.stockx.marketplace import open_api
from soleflip_desktop.connectors.tokens import BearerTokens
from soleflip_desktop.domain.marketplace import Marketplace
from soleflip_desktop.domain.sync import (
    Account,
    AccountSettings,
    RunStatus,
    SyncKind,
    SyncReport,
    SyncRequest,
)
from soleflip_desktop.settings.vault import Vault
from soleflip_desktop.sync.child import Sign
from soleflip_desktop.sync.connect import Connecting
from soleflip_desktop.sync.marketplaces import LOGINS, open_with
from soleflip_desktop.sync.sync_child import ChildSyncs, Renewed, SyncTask
from soleflip_desktop.ui.common.error_dialog import ErrorDialog

ORDERS, SCALE = 600, 100
pytestmark = [
    pytest.mark.db,
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]


def test_the_child_process_of_the_window_shows_no_secret(databases: Databases) -> None:
    """Credentials travel to it through a pipe."""
    with FakeStockX(orders=ORDERS, scale=SCALE) as fake:
        where = addresses(Marketplace.STOCKX, fake.base_url, fake.auth_url, SCALE)
        with opened_scene({**where, **log_in(Marketplace.STOCKX, CREDENTIALS)}, databases) as scene:
            account = scene.connect()
            page = HeldPage(fake, 2)

            async def sync() -> tuple[dict[int, str], SyncReport]:
                syncs = ChildSyncs(sync_task_in_child, scene.url, where, lambda *_: None)
                request = SyncRequest(account, (SyncKind.ORDERS,))
                run = syncs.start(request, CREDENTIALS, lambda _: None)
                try:
                    assert await asyncio.to_thread(wait_until, page.reached.is_set)
                    seen = {pid: seen_of(pid) for pid in family_of(os.getpid())}
                finally:
                    page.go_on.set()
                return seen, await run.wait()

            seen, report = asyncio.run(sync())
        assert report.status is RunStatus.COMPLETED
        assert len(seen) > 1
        assert {pid: found for pid, text in seen.items() if (found := found_in(text))} == {}


def test_no_repr_holds_a_secret() -> None:
    """Whatever of these is written into a log or a report, by whom ever."""
    assert found_in(repr(CREDENTIALS))  # the search finds them
    options = ApiOptions("http://127.0.0.1/stockx/v2", "http://127.0.0.1/stockx-auth")
    tokens = BearerTokens(CREDENTIALS, name="StockX", refresh=None, save=Saved())
    request = SyncRequest(1, (SyncKind.ORDERS,))
    api = open_api(CREDENTIALS, options, gate=OpenGate(), save=Saved())
    vault = Vault(InMemoryStore(), {"account-1": dict(CREDENTIALS)})
    environ = dict(log_in(Marketplace.STOCKX, CREDENTIALS))
    things = [
        options,
        tokens,
        asyncio.run(tokens.headers()) and tokens,
        request,
        api,
        vault,
        SyncTask(request, CREDENTIALS, environ),
        Renewed(1, CREDENTIALS),
        Sign(Renewed(1, CREDENTIALS)),
        Account(1, Marketplace.STOCKX, "main", AccountSettings()),
        started_connecting(vault),
        ChildSyncs(sync_task_in_child, "postgresql://", environ, lambda *_: None),
        LOGINS[Marketplace.STOCKX],
    ]
    asyncio.run(api.aclose())
    assert {type(one).__name__: found for one in things if (found := found_in(repr(one)))} == {}
    for one in things:
        assert found_in(f"{one} {[one]}") == []


def started_connecting(vault: Vault) -> Connecting:
    connecting = Connecting(
        Marketplace.STOCKX,
        login=LOGINS[Marketplace.STOCKX],
        open_api=lambda given, options, save: open_with(
            Marketplace.STOCKX, given, options, save, OpenGate()
        ),
        options=lambda _: ApiOptions("http://127.0.0.1", "http://127.0.0.1"),
        vault=vault,
        accounts=cast("Any", None),
    )
    asyncio.run(connecting.start(CREDENTIALS))
    return connecting


@pytest.mark.parametrize("gone_wrong", ["renewing", "saving", "sending"])
def test_a_crash_report_holds_no_secret(
    qtbot: QtBot, gone_wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug in the middle of it, where the variables all around are full of secrets."""
    error = crashed(gone_wrong, monkeypatch)
    dialog = ErrorDialog(error, "0.1.0")
    qtbot.addWidget(dialog)
    shown = dialog.findChild(QPlainTextEdit)
    assert shown is not None
    assert "ZeroDivisionError" in shown.toPlainText()
    assert "soleflip_desktop" in shown.toPlainText()
    assert found_in(shown.toPlainText()) == found_in(dialog.report) == found_in(repr(error)) == []


def crashed(gone_wrong: str, monkeypatch: pytest.MonkeyPatch) -> Exception:
    def fail(*given: Any, **_named: Any) -> Any:
        assert given
        raise ZeroDivisionError

    async def ask(fake: FakeStockX) -> None:
        save = cast("Any", fail) if gone_wrong == "saving" else Saved()
        given = {**CREDENTIALS, "access_token": ""}
        api = open_api(given, fake.options(), gate=OpenGate(), save=save)
        try:
            await api.orders(None, None)
        finally:
            await api.aclose()

    if gone_wrong == "renewing":
        monkeypatch.setattr(OAuthLogin, "_accepted", fail)
    if gone_wrong == "sending":
        monkeypatch.setattr(httpx.AsyncClient, "send", fail)
    with FakeStockX(scale=SCALE) as fake, pytest.raises(ZeroDivisionError) as caught:
        asyncio.run(ask(fake))
    return caught.value
