"""Planted secrets, looked for wherever the app leaves traces. Only the credential store has them.

The log-ins of StockX, eBay and alias are kept in a credential store; nothing else may hold them:
no file of the data folder, no row, nothing that commands print, no process list, no repr, no
crash report.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from helpers.command_line import CommandsHere
from helpers.fakes import alias
from helpers.fakes.alias import FakeAlias
from helpers.fakes.ebay import FakeEbay, filled
from helpers.fakes.faults import status
from helpers.fakes.stockx import FakeStockX
from helpers.fakes.stockx_pages import V2
from helpers.planted import EBAY_BASIC, family_of, found_in, seen_of
from helpers.sync_scene import (
    HeldPage,
    Scene,
    addresses,
    as_lines,
    data_folder,
    keeping_secrets,
    log_in,
    wait_until,
)
from soleflip_desktop.db.embedded import EmbeddedServer
from soleflip_desktop.domain.marketplace import Marketplace
from soleflip_desktop.settings.paths import DataFolder

ORDERS, LISTINGS, SCALE = 600, 20, 100
pytestmark = [
    pytest.mark.db,
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]


@dataclass(frozen=True)
class Traces:
    """Everything that was left, by where it was."""

    files: Mapping[str, bytes]
    rows: Mapping[str, str]
    said: list[str]
    processes: Mapping[str, str]
    exported: str
    kept: str


@pytest.fixture(scope="module")
def traces(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Traces]:
    """Of accounts that are connected, synced, refused, revoked and removed."""
    place = tmp_path_factory.mktemp("secrets")
    with marketplaces() as fakes, data_folder() as folder, pytest.MonkeyPatch.context() as patch:
        for name, text in log_in(Marketplace.ALIAS, {"access_token": alias.TOKEN}).items():
            patch.setenv(name, text)  # as where the app starts the server with it
        with EmbeddedServer(DataFolder(folder)) as server:
            url = server.acquire(exclusive=False)
            patch.undo()
            environment = {**fakes.environment, **keeping_secrets(place / "store.json")}
            scene = Scene(folder, url, environment)
            processes = {"server": seen_of(server_of(folder))} | used(scene, fakes)
            scene.soleflip("accounts", "export", "--out", place / "setup.json")
            kept = (place / "store.json").read_text()
            scene.soleflip("accounts", "remove", "--platform", "stockx", "--label", "main")
            rows = dumped(url)
        files = {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        exported = (place / "setup.json").read_text()
        yield Traces(files, rows, scene.soleflip.said, processes, exported, kept)


@dataclass(frozen=True)
class Fakes:
    stockx: FakeStockX
    ebay: FakeEbay
    alias: FakeAlias

    @property
    def environment(self) -> dict[str, str]:
        """Where they are; no secrets."""
        return {
            **addresses(Marketplace.STOCKX, self.stockx.base_url, self.stockx.auth_url, SCALE),
            **addresses(Marketplace.EBAY, self.ebay.url, self.ebay.url, SCALE),
            **addresses(Marketplace.ALIAS, self.alias.api_url, self.alias.url, SCALE),
        }


@contextmanager
def marketplaces() -> Iterator[Fakes]:
    with ExitStack() as stack:
        fakes = Fakes(
            stack.enter_context(FakeStockX(orders=ORDERS, listings=LISTINGS, scale=SCALE)),
            stack.enter_context(filled(orders=5, offers=2, scale=SCALE)),
            stack.enter_context(FakeAlias(scale=SCALE)),
        )
        fakes.alias.add_order()
        yield fakes


def used(scene: Scene, fakes: Fakes) -> dict[str, str]:
    """The life of three accounts; returns what other processes could see of the syncing one."""
    scene.soleflip(*ADD, stdin="planted-client-secret\n", code=1)  # a line that is none
    scene.soleflip(*ADD, stdin='{"api_key": "planted-api-key"', code=1)  # no JSON either
    stockx = fakes.stockx.credentials(access_token="")
    scene.connect(stdin=as_lines(stockx))
    scene.connect("ebay", stdin=json.dumps(fakes.ebay.credentials(fresh=False)))
    by_environment = {
        **scene.environment,
        **log_in(Marketplace.ALIAS, {"access_token": alias.TOKEN}),
    }
    other = CommandsHere(scene.folder, by_environment)
    other("accounts", "add", "--platform", "alias", "--label", "main")
    seen = synced_under_watch(scene, fakes.stockx)
    echo(fakes)
    scene.soleflip("sync", "--full", "--json", code=2)
    fakes.stockx.faults.clear()
    fakes.stockx.revoke()
    fakes.alias.token = "another"
    fakes.ebay.refresh_token = "another"
    fakes.ebay.expire_tokens()
    scene.soleflip("sync", code=2)
    scene.soleflip("accounts", "list", "--json")
    scene.soleflip.said.extend(other.said)
    return seen


ADD = ("accounts", "add", "--platform", "stockx", "--label", "main")


def synced_under_watch(scene: Scene, fake: FakeStockX) -> dict[str, str]:
    page = HeldPage(fake, 2)
    process = scene.soleflip.start("sync", "--json")
    try:
        assert wait_until(page.reached.is_set, process), process.communicate()
        seen = {f"process {pid}": seen_of(pid) for pid in family_of(process.pid)}
    finally:
        page.go_on.set()
        said = process.communicate()
    scene.soleflip.said.extend(said)
    assert process.returncode == 0, said
    return seen


def echo(fakes: Fakes) -> None:
    """Servers that quote what they were sent, in all that can go wrong."""
    sent = fakes.stockx.requests(V2)[-1].headers
    words = f"{sent['authorization']} of key {sent['x-api-key']} is not for this"
    for code in (400, 500, 400, 503):
        body = {"statusCode": code, "message": words, "errorMessage": words}
        fakes.stockx.faults.add(status(code, body), path="/selling/", times=2)
    fakes.ebay.expire_tokens()
    quoted = f"Basic {EBAY_BASIC} with v^1.1#synthetic-refresh"
    refused = {"error": "invalid_client", "error_description": quoted}
    fakes.ebay.faults.add(status(401, refused), path="/oauth2/token", times=5)
    grpc = {"code": 3, "message": f"Bearer {alias.TOKEN} is not for this"}
    fakes.alias.faults.add(status(400, grpc), path="/orders", times=1)


def server_of(folder: Path) -> int:
    return int((DataFolder(folder).pgdata / "postmaster.pid").read_text().splitlines()[0])


def dumped(url: str) -> dict[str, str]:
    """Every row of every table."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    tables = "SELECT schemaname, tablename FROM pg_tables WHERE schemaname !~ '^(pg_|information_)'"
    with engine.connect() as connection:
        return {
            f"{schema}.{name}": "\n".join(
                connection.scalars(
                    sa.text(f'SELECT to_jsonb(t)::text FROM "{schema}"."{name}" AS t')
                )
            )
            for schema, name in connection.execute(sa.text(tables))
        }


def test_only_the_credential_store_holds_secrets(traces: Traces) -> None:
    """One test: what it looks at takes long to make, in each process of the suite."""
    look_at_files(traces)
    look_at_rows(traces)
    look_at_output(traces)
    look_at_processes(traces)


def look_at_files(traces: Traces) -> None:
    assert set(found_in(traces.kept)) >= {"planted-client-secret", "planted-api-key", alias.TOKEN}
    assert len(traces.files) > 100  # the server's files are among them
    holding = {path: found_in(data) for path, data in traces.files.items()}
    assert {path: found for path, found in holding.items() if found} == {}
    assert found_in(traces.exported) == []


def look_at_rows(traces: Traces) -> None:
    assert len(traces.rows["transactions.order"].splitlines()) >= ORDERS
    refusals = traces.rows["integration.sync_run"]
    assert "Log in again: StockX does not accept this log-in any more" in refusals
    assert "is not for this" in refusals  # what the servers said is told, without what they quoted
    assert {name: found for name, rows in traces.rows.items() if (found := found_in(rows))} == {}


def look_at_output(traces: Traces) -> None:
    said = "\n".join(traces.said)
    assert "is not name=value" in said
    assert "Log in again" in said
    assert found_in(said) == []


def look_at_processes(traces: Traces) -> None:
    """Not the server that was started with a token in the environment, nor the syncing one."""
    assert len(traces.processes) >= 2
    assert {
        name: found for name, seen in traces.processes.items() if (found := found_in(seen))
    } == {}
