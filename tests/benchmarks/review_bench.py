"""How fast are preview, check, diff and undo, against a raw COPY of the same file?

    python packaging/dev.py exec python tests/benchmarks/review_bench.py [ROWS ...]

One run, one throw-away server, medians of ROUNDS. Targets (issue 3): the first preview within a
second whatever the size, check (validate + diff) at 50,000 rows/s or more at 1M, undo of 10,000
rows within 5 s.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psycopg
import sqlalchemy as sa

from benchmarks.import_bench import (
    ROUNDS,
    _dsn,
    benchmark_server,
    fresh_database,
    rate,
    raw_copy,
    run_import,
)
from helpers.stockx_report import Report
from soleflip_desktop.connectors.files.profiles import builtin
from soleflip_desktop.connectors.files.sketch import sketch_file
from soleflip_desktop.domain.import_plan import PlanChoices

UNDONE = 10_000

CHECK = """
import json, resource, sys, time
from soleflip_desktop.bootstrap import import_in_child
from soleflip_desktop.domain.cancellation import CancelToken
from soleflip_desktop.domain.import_plan import ImportMode, PlanChoices
from soleflip_desktop.domain.integration import ImportAction, ImportRequest
request = ImportRequest(sys.argv[2], choices=PlanChoices(mode=ImportMode.BOTH),
    action=ImportAction.CHECK)
started = time.perf_counter()
result = import_in_child(sys.argv[1], request, lambda _: None, CancelToken())
print(json.dumps({
    "seconds": time.perf_counter() - started,
    "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    "new": result.imported, "changed": result.changed, "unchanged": result.unchanged,
    "batch": result.batch_id}))
"""

UNDO = """
import asyncio, json, sys, time
from soleflip_desktop.db.engine import Database
from soleflip_desktop.domain.changes import ChangeBus
from soleflip_desktop.services.undo import ImportUndo
database = Database(sys.argv[1], ChangeBus())
started = time.perf_counter()
report = asyncio.run(ImportUndo(database).undo(int(sys.argv[2])))
print(json.dumps({"seconds": time.perf_counter() - started, "reverted": report.reverted}))
"""


def main(sizes: list[int]) -> None:
    with benchmark_server() as (url, folder):
        for rows in sizes:
            compare(url, folder, rows)


def compare(url: sa.URL, folder: Path, rows: int) -> None:
    path = folder / f"{rows}.csv"
    Report(rows).write(path)
    print(f"{rows:>9,} rows, {path.stat().st_size / 1e6:.0f} MB")
    print(f"    first preview {statistics.median(preview(path) for _ in range(ROUNDS)):.2f} s")
    raw, fresh, stored, memory = [], [], [], 0
    changed = folder / f"{rows}-changed.csv"
    change_some(path, changed)
    for _ in range(ROUNDS):
        raw.append(raw_copy(url, path))
        with fresh_database(url) as target:
            answer = child(CHECK, target, str(path))
            fresh.append(answer["seconds"])
            memory = max(memory, int(answer["peak"]))
    with fresh_database(url) as target:
        run_import(target, path)
        for _ in range(ROUNDS):
            answer = child(CHECK, target, str(changed))
            stored.append(answer["seconds"])
            memory = max(memory, int(answer["peak"]))
        undo(target, folder, rows, raw)
    for words, seconds in (
        ("into an empty database", fresh),
        ("a sixth of the rows changed", stored),
    ):
        ratio = statistics.median(seconds) / statistics.median(raw)
        print(f"    check, {words}: {rate(rows, seconds)} rows/s = {ratio:.2f} x raw COPY")
    print(f"    changed rows found: {answer['changed']:,.0f}; peak {memory} MB")


def preview(path: Path) -> float:
    started = time.perf_counter()
    sketch_file(path, list(builtin().values()), PlanChoices())
    return time.perf_counter() - started


def change_some(path: Path, target: Path) -> None:
    """Another buyer country in a sixth of the records, line by line.

    A child's peak of memory counts from what its parent needed.
    """
    with path.open("rb") as source, target.open("wb") as changed:
        changed.writelines(line.replace(b",Germany,", b",Denmark,") for line in source)


def undo(url: sa.URL, folder: Path, rows: int, raw: list[float]) -> None:
    seconds = []
    for round_ in range(ROUNDS):
        path = folder / f"undone{round_}.csv"
        Report(UNDONE, seed=3 + round_, first_order=70_000_000 + round_ * UNDONE).write(path)
        run_import(url, path)
        with psycopg.connect(_dsn(url)) as connection:
            found = connection.execute("SELECT max(id) FROM integration.import_batch").fetchone()
        answer = child(UNDO, url, str(found[0] if found else 0))
        seconds.append(answer["seconds"])
    share = statistics.median(raw) * UNDONE / rows
    print(
        f"    undo of {answer['reverted']:,.0f} rows beside {rows:,}: "
        f"{statistics.median(seconds):.2f} s = {statistics.median(seconds) / share:.0f} x "
        "their raw COPY"
    )


def child(code: str, url: sa.URL, argument: str) -> dict[str, float]:
    command = [sys.executable, "-c", code, url.render_as_string(hide_password=False), argument]
    answer: dict[str, float] = json.loads(
        subprocess.run(command, check=True, capture_output=True, text=True).stdout
    )
    return answer


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [100_000, 1_000_000])
