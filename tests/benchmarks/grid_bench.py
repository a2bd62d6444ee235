"""How fast is the grid at a million units, beside the naive ways, all in one run?

    python packaging/dev.py exec python tests/benchmarks/grid_bench.py [ROWS]

Fills a throw-away server with generated sales, drives the real table (model, view, service)
offscreen and prints p50 and p95 in milliseconds with the longest time the GUI thread was away;
then the same table while another process imports; then what a list, a proxy model, OFFSET and SQL
take for the same. Targets (performance.md B): repaint at most 1.15 x a C++ model, jump p95 30 ms,
sort 50, filter 60 (twice that during an import), memory at most 0.1 x the list of rows.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import qasync  # type: ignore[import-untyped]
import sqlalchemy as sa
from PySide6.QtCore import QElapsedTimer, QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication

from benchmarks.grid_naive import SIZE, WAYS, repaint_ms, resident_mb
from benchmarks.import_bench import CHILD, benchmark_server, fresh_database, run_import
from helpers.stockx_report import Report
from soleflip_desktop.db.engine import Database
from soleflip_desktop.domain.changes import ChangeBus
from soleflip_desktop.domain.grid_query import GridQuery, SortKey
from soleflip_desktop.domain.inventory import ItemRow
from soleflip_desktop.services.inventory import InventoryService
from soleflip_desktop.ui.common.formatting import Formatter
from soleflip_desktop.ui.common.table_view import VirtualTableView
from soleflip_desktop.ui.common.tasks import TaskRunner
from soleflip_desktop.ui.common.theme import Theme, ThemeMode
from soleflip_desktop.ui.common.virtual_table_model import VirtualTableModel
from soleflip_desktop.ui.inventory.columns import inventory_columns

NEWEST = GridQuery((SortKey("id", descending=True),))
SORTS_BUSY = ("product", "gross", "sold_at", "size", "status")
WORDS = ("d", "du", "dun", "dunk", "j", "jo", "jor", "y", "ye", "yee")
FILL = (
    "INSERT INTO inventory.location (name) SELECT 'Shelf ' || n FROM generate_series(1, 300) n",
    "INSERT INTO suppliers.supplier (name) SELECT 'Supplier ' || n FROM generate_series(1, 200) n",
    (
        "UPDATE inventory.item SET cost_gross = 50 + id % 400 + 0.37, cost_currency = 'EUR', "
        "location_id = 1 + id % 300, supplier_id = 1 + id % 200, "
        "acquired_at = timestamptz '2021-01-01' + id * interval '37 seconds'"
    ),
    "VACUUM FULL ANALYZE inventory.item",
)
BEAT_MS = 5
OPENINGS = 5
LIMIT_S = 120


def main(rows: int) -> None:
    print(f"{rows:,} units")
    with benchmark_server() as (url, folder):
        path = folder / "sales.csv"
        Report(rows, bad_pct=0, duplicate_pct=0).write(path)
        with fresh_database(url) as target:
            run_import(target, path)
            fill(target)
            compare(target, path, rows)


def fill(url: sa.URL) -> None:
    """Purchases, places and suppliers, as a reseller's stock has them."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in FILL:
            connection.execute(sa.text(statement))
    engine.dispose()


def compare(url: sa.URL, path: Path, rows: int) -> None:
    """Ours in a process of its own, then each naive way in one of its own."""
    text = url.render_as_string(hide_password=False)
    ours = _child(__file__, "ours", text, str(path))
    naive = Path(__file__).with_name("grid_naive.py")
    others = {way: _child(str(naive), way, text, str(rows)) for way in WAYS}
    for line in ours["lines"]:
        print(line)
    _ratios(ours, others)


def _child(*command: str) -> dict[str, Any]:
    done = subprocess.run([sys.executable, *command], check=True, stdout=subprocess.PIPE, text=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _ratios(ours: dict[str, Any], others: dict[str, dict[str, float]]) -> None:
    listed, proxied = others["list"], others["proxy"]
    repaint = ours["repaint_ms"] / others["floor"]["repaint_ms"]
    print(f"repaint: {ours['repaint_ms']:.1f} ms, {repaint:.2f} x a C++ model")
    print(
        f"memory: {ours['memory_mb']:.0f} MB beside {listed['memory_mb']:,.0f} MB as a list "
        f"of rows = {ours['memory_mb'] / listed['memory_mb']:.3f} x"
    )
    for name, ours_ms in (("sort", ours["sort_ms"]), ("filter", ours["filter_ms"])):
        print(
            f"{name}: {ours_ms:.1f} ms; list {listed[f'{name}_ms']:,.0f} ms, which is "
            f"{listed[f'{name}_ms'] / ours_ms:,.0f} x; proxy model of {proxied['rows']:,.0f} rows "
            f"{proxied[f'{name}_ms']:,.0f} ms, {proxied[f'{name}_ms'] / ours_ms:,.0f} x"
        )
    for name, naive in (("jump", others["offset"]["jump_ms"]), ("sums", others["sums"]["sums_ms"])):
        mine = ours[f"{name}_ms"]
        words = "OFFSET" if name == "jump" else "in SQL"
        print(f"{name}: {mine:.1f} ms; {words} {naive:,.0f} ms, which is {naive / mine:,.0f} x")
    print(f"whole list: {listed['load_s']:.1f} s until the first row")


class Heartbeat:
    """The longest time the GUI thread was away since `restart`, in milliseconds."""

    def __init__(self) -> None:
        self.longest = 0
        self._since = QElapsedTimer()
        self._timer = QTimer(interval=BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._since.start()
        self._timer.start()

    def restart(self) -> None:
        self.longest = 0
        self._since.restart()

    def _beat(self) -> None:
        self.longest = max(self.longest, int(self._since.restart()))


class WatchedView(VirtualTableView):
    """Tells when it has painted rows, not placeholders: what somebody in front of it waits for."""

    def __init__(self, model: VirtualTableModel[ItemRow], theme: Theme) -> None:
        super().__init__(model, theme)
        self.painted = asyncio.Event()
        self._watched = model

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        top = self.rowAt(0)
        if top < 0 or self._watched.rendered(top) or self._watched.group_at(top) is not None:
            self.painted.set()

    async def seen(self, act: Callable[[], object]) -> None:
        self.painted.clear()
        act()
        await asyncio.wait_for(self.painted.wait(), LIMIT_S)


class Drive:
    """The real table with somebody in front of it."""

    def __init__(self, database: Database, theme: Theme) -> None:
        self.lines: list[str] = []
        self.medians: dict[str, float] = {}
        self.beat = Heartbeat()
        self._theme, self._tasks = theme, TaskRunner()
        self._database = database
        self._columns = inventory_columns(Formatter("en_GB"))
        self.open()

    def open(self) -> None:
        self.source = InventoryService(self._database).grid
        self.model: VirtualTableModel[ItemRow] = VirtualTableModel(
            self.source, self._columns, self._tasks, NEWEST
        )
        self.answered = asyncio.Event()
        self.model.view_changed.connect(self.answered.set)
        self.view = WatchedView(self.model, self._theme)
        self.view.resize(*SIZE)

    async def first_paint(self) -> None:
        """From the opening of the page to its first rows on screen, before there is a mirror."""
        self.open()
        self.view.show()
        self.model.reload()
        await until(lambda: self.model.rendered(0) is not None)
        await self.view.seen(self.view.viewport().update)

    async def ready(self) -> None:
        """The rest of the opening: all rows in order, with their sums."""
        await until(lambda: self.model.loaded)

    async def openings(self) -> None:
        """Each page has a mirror of its own, as after a start of the app."""
        first, ready = [], []
        for _ in range(OPENINGS):
            first.append(await self.timed(self.first_paint))
            ready.append(await self.timed(self.ready))
        self.report("first rows of a page", first)
        self.report("all rows in order", ready)

    async def query(self, query: GridQuery) -> None:
        """Until the rows of the answer stand on screen."""
        self.answered.clear()
        self.model.set_query(query)
        await asyncio.wait_for(self.answered.wait(), LIMIT_S)
        await self.view.seen(self.view.viewport().update)

    async def jump(self, row: int) -> None:
        """Until its rows stand on screen; placeholders were there before."""
        await self.view.seen(lambda: self.view.verticalScrollBar().setValue(row))

    async def measure(self, name: str, runs: list[Callable[[], Awaitable[object]]]) -> None:
        """Each run by itself; p50, p95 and the longest gap go into the report."""
        self.beat.restart()
        times = []
        for run in runs:
            times.append(await self.timed(run))
            await asyncio.sleep(0.03)  # as nobody clicks without a pause
        self.report(name, times)

    async def timed(self, run: Callable[[], Awaitable[object]]) -> float:
        started = time.perf_counter()
        await run()
        return (time.perf_counter() - started) * 1e3

    def report(self, name: str, times: list[float]) -> None:
        times.sort()
        p95 = times[min(len(times) - 1, round(0.95 * len(times)))]
        self.medians[name] = statistics.median(times)
        self.lines.append(
            f"{name:28} p50 {self.medians[name]:7.1f}  p95 {p95:7.1f} ms   "
            f"GUI thread away {self.beat.longest} ms   ({len(times)} x)"
        )

    def sorts(self, names: tuple[str, ...]) -> list[Callable[[], Awaitable[object]]]:
        queries = [GridQuery((SortKey(name, down),)) for name in names for down in (False, True)]
        return [partial(self.query, query) for query in queries]

    def typing(self) -> list[Callable[[], Awaitable[object]]]:
        queries = [GridQuery((SortKey("gross", descending=True),), search=word) for word in WORDS]
        return [partial(self.query, query) for query in queries]

    def jumps(self) -> list[Callable[[], Awaitable[object]]]:
        chosen = random.Random(11)  # noqa: S311
        places = [chosen.randrange(self.model.rowCount()) for _ in range(10)]
        return [partial(self.jump, place) for place in places]


async def until(done: Callable[[], object]) -> None:
    end = time.monotonic() + LIMIT_S
    while not done():
        if time.monotonic() > end:
            raise TimeoutError
        await asyncio.sleep(0.002)


async def ours(url: str, path: str, theme: Theme) -> dict[str, Any]:
    database = Database(url, ChangeBus())
    before = resident_mb()
    drive = Drive(database, theme)
    await drive.openings()
    await drive.measure("all keys read", [drive.source.warm])
    await drive.measure("sort by each column", drive.sorts(tuple(drive.source.kinds)))
    await drive.measure("search, key by key", drive.typing())
    await drive.query(NEWEST)
    await drive.measure("jump to random places", drive.jumps())
    ids = drive.model.ids(0, drive.model.rowCount() // 2)
    fields = ("gross", "payout", "profit")
    await drive.measure("sums of half of all", [lambda: drive.source.sums(ids, fields)] * 5)
    await drive.measure(
        "group by brand", [lambda: drive.query(GridQuery(NEWEST.sort, group_by="brand"))]
    )
    await drive.query(NEWEST)
    memory = resident_mb() - before
    repaint = repaint_ms(drive.view)
    if path:
        await during_import(drive, url, path)
    database.close()
    return {
        "lines": drive.lines,
        "memory_mb": memory,
        "repaint_ms": repaint,
        "sort_ms": drive.medians["sort by each column"],
        "filter_ms": drive.medians["search, key by key"],
        "jump_ms": drive.medians["jump to random places"],
        "sums_ms": drive.medians["sums of half of all"],
    }


async def during_import(drive: Drive, url: str, path: str) -> None:
    """The same clicks while another process imports a file into another database."""
    target = sa.make_url(url)
    other = target.set(database="bench_other").render_as_string(hide_password=False)
    engine = sa.create_engine(target.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text("CREATE DATABASE bench_other TEMPLATE bench_template"))
        importer = subprocess.Popen(  # noqa: ASYNC220  (it runs beside us, nobody waits for it)
            [sys.executable, "-c", CHILD, other, path], stdout=subprocess.DEVNULL
        )
        await asyncio.sleep(2)
        await drive.measure("importing: sort", drive.sorts(SORTS_BUSY))
        await drive.measure("importing: search", drive.typing())
        await drive.query(NEWEST)
        await drive.measure("importing: jump", drive.jumps())
        if importer.poll() is not None:
            drive.lines.append("the import had ended before the last of these")
        importer.kill()
        importer.wait()
        connection.execute(sa.text("DROP DATABASE bench_other WITH (FORCE)"))
    engine.dispose()


def run_ours(url: str, path: str) -> None:
    application = QApplication(sys.argv[:1])
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    with loop:
        print(
            json.dumps(
                loop.run_until_complete(ours(url, path, Theme(application, ThemeMode.LIGHT)))
            )
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["ours"]:
        run_ours(*sys.argv[2:4])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
