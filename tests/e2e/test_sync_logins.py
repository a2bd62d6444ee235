"""Log-ins that expire, are revoked, or lie nowhere; and the other two marketplaces."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from helpers.clusters import Databases
from helpers.fakes.alias import CATALOG_ID, FakeAlias, priced
from helpers.fakes.ebay import filled
from helpers.fakes.stockx import FakeStockX
from helpers.fakes.stockx_pages import V2
from helpers.file_keyring import FileKeyring
from helpers.sync_scene import (
    addresses,
    as_lines,
    keeping_secrets,
    opened_scene,
    reaching_alias,
    reaching_ebay,
    reaching_stockx,
)
from soleflip_desktop.domain.marketplace import Marketplace
from soleflip_desktop.settings.vault import Vault

ORDERS, LISTINGS, SCALE = 600, 150, 50
HOUR_S = 3_600
pytestmark = [pytest.mark.db, pytest.mark.slow]


def test_a_token_that_expires_between_two_pages_is_renewed_and_nothing_is_lost(
    databases: Databases,
) -> None:
    with stockx() as fake, opened_scene(reaching_stockx(fake), databases) as scene:
        scene.connect()
        before = fake.refreshes
        at_page(fake, 3, fake.expire_tokens)
        reports = scene.synced()
        assert {report["status"] for report in reports.values()} == {"completed"}
        assert fake.refreshes == before + 2  # one to begin with, one on the way
        assert reports["orders"]["created"] == ORDERS
        assert reports["listings"]["fetched"] == LISTINGS


def test_a_revoked_log_in_says_so_and_the_rest_is_not_tried(databases: Databases) -> None:
    with stockx() as fake, opened_scene(reaching_stockx(fake), databases) as scene:
        scene.connect()
        at_page(fake, 3, fake.revoke)
        reports = scene.synced(code=2)
        words = "Log in again: StockX does not accept this log-in any more. Connect the account "
        assert reports["outbox"]["status"] == "completed"
        for kind in ("orders", "listings", "market"):
            assert reports[kind]["status"] == "failed"
            assert reports[kind]["message"].startswith(words)
        assert 0 < reports["orders"]["fetched"] < ORDERS
        assert fake.requests(f"{V2}/selling/listings")[1:] == []  # the first proved the log-in
        [account] = scene.soleflip("accounts", "list", "--json")
        assert account["state"] == "login_needed"
        asked = len(fake.requests(V2))
        assert set(statuses(scene.synced("--only", "orders", code=1))) == {"failed"}
        assert len(fake.requests(V2)) == asked


def test_without_a_credential_store_the_way_out_is_said(databases: Databases) -> None:
    with stockx() as fake:
        where = addresses(Marketplace.STOCKX, fake.base_url, fake.auth_url, SCALE)
        with opened_scene(where, databases) as scene:
            said = scene.soleflip(*ADD, stdin=as_lines(fake.credentials(access_token="")))
            assert "StockX (main) is connected." in said
            assert "This computer offers no credential store" in said
            assert "Until then commands take the secrets from SOLEFLIP_STOCKX_API_KEY" in said
            said = scene.soleflip("sync", code=1)
            assert "This computer has no log-in of “main”. Connect the account here first." in said
            [account] = scene.soleflip("accounts", "list", "--json")
            assert account["state"] == "not_connected"


@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_that_is_wrong_by_an_hour_costs_one_renewal_at_most(
    hours: int, tmp_path: Path, databases: Databases
) -> None:
    """A token of half an hour, kept when the clock was right: it seems to last, or to be over."""
    with stockx() as fake:
        fake.expires_in = HOUR_S // 2
        with opened_scene(keeping(fake, tmp_path / "secrets.json"), databases) as scene:
            scene.connect(stdin=as_lines(fake.credentials(access_token="")))
            [(ref,)] = scene.rows("SELECT keyring_ref FROM system.platform_account WHERE synced")
            vault = Vault(FileKeyring(tmp_path / "secrets.json"), {})
            kept = vault.load(ref) or {}
            kept["expires_at"] = str(int(kept["expires_at"]) + hours * HOUR_S)
            vault.save(ref, kept)
            fake.expire_tokens()
            before = fake.refreshes
            reports = scene.synced()
            assert set(statuses(reports)) == {"completed"}
            assert reports["orders"]["created"] == ORDERS
            assert fake.refreshes == before + 1
            renewed = vault.load(ref) or {}
            assert abs(int(renewed["expires_at"]) - time.time()) < HOUR_S
            assert scene.synced()["orders"]["updated"] == 0
            assert fake.refreshes == before + 1  # the renewed token was kept


def test_ebay_is_connected_and_synced_and_the_second_time_changes_nothing(
    databases: Databases,
) -> None:
    with (
        filled(orders=60, offers=12, scale=SCALE) as fake,
        opened_scene(reaching_ebay(fake, SCALE), databases) as scene,
    ):
        scene.connect("ebay")
        first = scene.synced()
        assert first["orders"]["created"] == 60
        assert first["listings"]["fetched"] == 12
        assert_unchanged(scene.synced("--full"), first)


def test_alias_is_connected_and_synced_and_the_second_time_changes_nothing(
    databases: Databases,
) -> None:
    with FakeAlias(scale=SCALE) as fake:
        fake.prices[CATALOG_ID].append(priced("10"))
        for _ in range(25):
            fake.add_order()
        for _ in range(9):
            fake.add_listing()
        with opened_scene(reaching_alias(fake, SCALE), databases) as scene:
            scene.connect("alias")
            units = ("--style-code", "AC1234-100", "--size", "US 10")
            scene.soleflip("items", "add", "--product", "Acme Runner Low", *units)
            first = scene.synced()
            assert first["orders"]["created"] == 25
            assert first["listings"]["fetched"] == 9
            assert first["market"]["created"] == 2  # one of them was sold
            assert_unchanged(scene.synced("--full"), first)


ADD = ("accounts", "add", "--platform", "stockx", "--label", "main", "--every", "0")


def stockx() -> FakeStockX:
    return FakeStockX(orders=ORDERS, listings=LISTINGS, scale=SCALE)


def at_page(fake: FakeStockX, number: int, happens: Any) -> None:
    """When that page of the past orders is told, once."""

    def look(part: str, page: int) -> None:
        if (part, page) == ("history", number):
            fake.on_page = None
            happens()

    fake.on_page = look


def keeping(fake: FakeStockX, secrets: Path) -> Mapping[str, str]:
    """An environment without secrets: they are kept in a credential store."""
    where = addresses(Marketplace.STOCKX, fake.base_url, fake.auth_url, SCALE)
    return {**where, **keeping_secrets(secrets)}


def statuses(reports: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return [report["status"] for report in reports.values()]


def assert_unchanged(
    again: Mapping[str, Mapping[str, Any]], first: Mapping[str, Mapping[str, Any]]
) -> None:
    for kind in ("orders", "listings"):
        report = again[kind]
        assert (report["created"], report["updated"], report["failed"]) == (0, 0, 0), report
        assert report["fetched"] == first[kind]["fetched"] > 0
