"""The server, an empty schema, and the books of an older version."""

from __future__ import annotations

import asyncio
import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import zstandard

from soleflip_desktop.db import schema
from soleflip_desktop.db.embedded import EmbeddedServer, dumps
from soleflip_desktop.db.engine import Database
from soleflip_desktop.domain.analytics import ProfitBy, ProfitQuery
from soleflip_desktop.domain.changes import ChangeBus
from soleflip_desktop.resources import resource_path
from soleflip_desktop.services.analytics import AnalyticsService
from soleflip_desktop.services.system import SystemService
from soleflip_desktop.settings.paths import DataFolder
from soleflip_desktop.smoke.steps import SmokeError, Step, Steps, demand

#: The same order of texts on every system, whatever its libraries think of umlauts.
SORTING = ("UTF8", "b", "C.UTF-8")
_OLDER_DATABASE = "older_books"


def try_database(folder: DataFolder, steps: Steps) -> None:
    """Makes, starts, fills and stops the folder's server. Takes seconds: run it in a thread."""
    server = EmbeddedServer(folder)
    url = ""
    try:
        with steps.step(Step.SERVER_START) as facts:
            url = server.acquire(exclusive=False)
            status = server.status()
            facts.update(server=status.version, pid=status.pid, data=str(status.data))
            encoding, provider, locale = facts["sorting"] = dumps.sorting(url)
            demand((encoding, provider, locale) == SORTING, f"it sorts by {facts['sorting']}")
        with steps.step(Step.MIGRATION) as facts:
            _needed(url)
            facts.update(_from_empty(url))
        with steps.step(Step.OLDER_BOOKS) as facts:
            _needed(url)
            facts.update(_older_books(url))
    finally:
        with steps.step(Step.SERVER_STOP):
            _needed(url)
            server.release()
            demand(stopped(folder), "the server still runs, or left its pid file")


def stopped(folder: DataFolder) -> bool:
    """No server answers, and none left a sign of life."""
    status = EmbeddedServer(folder).status()
    return not status.running and not (status.data / "postmaster.pid").exists()


def _needed(url: str) -> None:
    if not url:
        raise SmokeError("not possible: the server did not start")


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    database = Database(url, ChangeBus(), threads=1)
    try:
        yield database
    finally:
        database.close()


def _from_empty(url: str) -> dict[str, Any]:
    with _opened(url) as database:
        demand(schema.upgrade(database.engine), "the new database had a schema already")
        status = asyncio.run(SystemService(database).status())
    demand(status.revision == schema.HEAD, f"it is at {status.revision}, not at {schema.HEAD}")
    return {"revision": status.revision, "bytes": status.size}


def _older_books(url: str) -> dict[str, Any]:
    """Restores them beside the others, brings them to our schema, counts and sums them."""
    older = resource_path("smoke/older-books.json").read_text(encoding="utf-8")
    expected: dict[str, Any] = json.loads(older)
    with TemporaryDirectory(prefix="soleflip-smoke-") as name:
        source = Path(name) / "older-books.dump"
        packed = resource_path("smoke/older-books.dump.zst").read_bytes()
        source.write_bytes(zstandard.decompress(packed))
        other = dumps.create_database(url, _OLDER_DATABASE)
        try:
            dumps.restore(source, other)
            with _opened(other) as database:
                before = asyncio.run(SystemService(database).status()).revision
                demand(before == expected["revision"], f"they are at {before} already")
                demand(schema.upgrade(database.engine), "nothing was migrated")
                found = asyncio.run(_figures(database, Path(name)))
            size = dumps.dump(other, Path(name) / "again.dump")
        finally:
            dumps.drop_database(url, _OLDER_DATABASE)
    known = {key: expected[key] for key in found}
    demand(found == known, f"they hold {found} instead of {known}")
    return {"from": before, "to": schema.HEAD, "dumped_bytes": size, **found}


async def _figures(database: Database, scratch: Path) -> dict[str, Any]:
    rows = await AnalyticsService(database).profit(ProfitQuery(ProfitBy.PLATFORM))
    demand(len(rows) == 1, f"sales of {len(rows)} platforms and currencies")
    export = scratch / "items.csv"
    await SystemService(database).export("items", export)
    with export.open(encoding="utf-8", newline="") as file:
        units = sum(1 for _row in csv.DictReader(file))
    [row] = rows
    return {
        "units": units,
        "sales": row.sales,
        "currency": row.currency,
        "gross": str(row.gross),
        "payout": str(row.payout),
    }
