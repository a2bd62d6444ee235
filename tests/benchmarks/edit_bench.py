"""How long does a bulk edit of 5,000 units take, with its undo, against a plain UPDATE?

    python packaging/dev.py exec python tests/benchmarks/edit_bench.py [ROWS]

Medians of `ROUNDS` in one run, beside 100,000 units. Target (issue 4): 5,000 units within 2 s as
one step; who, when, old and new of each unit are in the event store.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Callable, Coroutine
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import sqlalchemy as sa

from benchmarks.import_bench import ROUNDS, benchmark_server, fresh_database, run_import
from helpers.stockx_report import Report
from soleflip_desktop.db.engine import Database
from soleflip_desktop.domain.changes import ChangeBus
from soleflip_desktop.domain.unit_fields import UnitValue
from soleflip_desktop.services.steps import StepsService
from soleflip_desktop.services.units import UnitsService

EDITED = 5_000
PLAIN = "UPDATE inventory.item SET notes = :note, updated_at = now() WHERE id = ANY(:ids)"
EVENTS = "SELECT count(*) FROM system.event_store WHERE event_type LIKE 'item.%'"


def main(rows: int) -> None:
    with benchmark_server() as (url, folder):
        path = folder / "sales.csv"
        Report(rows, bad_pct=0, duplicate_pct=0).write(path)
        with fresh_database(url) as target:
            run_import(target, path)
            asyncio.run(compare(target.render_as_string(hide_password=False)))


async def compare(url: str) -> None:
    times: dict[str, list[float]] = {}
    for turn in range(ROUNDS):
        database = Database(url, ChangeBus())  # each turn as after a restart
        units, steps = UnitsService(database), StepsService(database)
        with database.session() as session:
            ids = list(session.scalars(sa.text("SELECT id FROM inventory.item LIMIT 5000")))
            before = session.scalar(sa.text(EVENTS)) or 0
        values: dict[str, UnitValue | None] = {
            "notes": f"round {turn}",
            "cost": Decimal(turn + 1),
            "cost_currency": "EUR",
        }
        run = times.setdefault
        run("plain UPDATE", []).append(_timed(partial(_plain, database, ids, turn)))
        run("bulk edit", []).append(await _awaited(units.set_fields(ids, values)))
        run("undo", []).append(await _awaited(StepsService(database).undo()))
        run("redo", []).append(await _awaited(steps.redo()))
        with database.session() as session:
            added = (session.scalar(sa.text(EVENTS)) or 0) - before
        if added != 3 * EDITED:
            raise SystemExit(f"{added:,} events instead of {3 * EDITED:,}")
        database.close()
    plain = statistics.median(times["plain UPDATE"])
    for name, seconds in times.items():
        median = statistics.median(seconds)
        ratio = median / plain
        print(f"{name:14} of {EDITED:,} units {median:6.2f} s = {ratio:4.1f} x a plain UPDATE")


def _plain(database: Database, ids: list[int], turn: int) -> None:
    with database.session() as session:
        session.execute(sa.text(PLAIN), {"note": f"plain {turn}", "ids": ids})


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


async def _awaited(work: Coroutine[Any, Any, object]) -> float:
    started = time.perf_counter()
    await work
    return time.perf_counter() - started


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
