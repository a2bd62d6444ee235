"""The ways a grid is usually built, measured for grid_bench.py, each in a process of its own.

    python tests/benchmarks/grid_naive.py list|proxy|offset|sums|floor URL ROWS

`list`: all rows in a Python list, sorted and filtered there. `proxy`: a QAbstractTableModel over
such a list under a QSortFilterProxyModel. `offset`: LIMIT/OFFSET pages. `sums`: the totals of a
selection in SQL. `floor`: the repaint of a QStandardItemModel, which is all C++.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTableView

from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.queries import inventory
from soleflip_desktop.domain.changes import ChangeBus
from soleflip_desktop.domain.inventory import ItemRow

PROXY_ROWS = 100_000
PIECE = 5_000
SIZE = (1400, 900)
COLUMNS = ("product", "brand", "style_code", "size", "status", "cost", "gross", "payout")
PAGE = (
    "SELECT i.id, p.name, o.gross_amount FROM inventory.item i "
    "JOIN catalog.product_variant v ON v.id = i.variant_id "
    "JOIN catalog.product p ON p.id = v.product_id "
    "LEFT JOIN transactions.order o ON o.item_id = i.id "
    "ORDER BY i.id LIMIT 64 OFFSET %s"
)
SUMS = (
    "SELECT o.gross_currency, count(*), sum(o.gross_amount), avg(o.gross_amount), "
    "min(o.gross_amount), max(o.gross_amount) FROM unnest(%s::bigint[]) chosen (id) "
    "JOIN transactions.order o ON o.item_id = chosen.id GROUP BY 1"
)


def main(way: str, url: str, rows: int) -> None:
    print(json.dumps(WAYS[way](url, rows)))


def whole_list(url: str, rows: int) -> dict[str, float]:
    """Everything in memory; the interpreter's lock is held while it sorts."""
    before = resident_mb()
    started = time.perf_counter()
    items = _load(url, rows)
    load = time.perf_counter() - started
    memory = resident_mb() - before
    started = time.perf_counter()
    items.sort(key=lambda item: item.product)
    sort = time.perf_counter() - started
    started = time.perf_counter()
    found = [item for item in items if "dun" in item.product.casefold()]
    return {
        "load_s": load,
        "memory_mb": memory,
        "sort_ms": sort * 1e3,
        "filter_ms": (time.perf_counter() - started) * 1e3,
        "found": len(found),
    }


class ListModel(QAbstractTableModel):
    """What a tutorial would write."""

    def __init__(self, items: list[ItemRow]) -> None:
        super().__init__()
        self.items = items

    def rowCount(self, parent: Any = QModelIndex()) -> int:  # noqa: B008  (Qt's own default)
        return 0 if parent.isValid() else len(self.items)

    def columnCount(self, parent: Any = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Any, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return str(getattr(self.items[index.row()], COLUMNS[index.column()]) or "")


def proxy(url: str, rows: int) -> dict[str, float]:
    """Blocks the window while it sorts or filters."""
    _application()
    model = ListModel(_load(url, min(rows, PROXY_ROWS)))
    proxied = QSortFilterProxyModel()
    proxied.setSourceModel(model)
    view = QTableView()
    view.setModel(proxied)
    view.resize(*SIZE)
    view.show()
    sort = _timed(lambda: proxied.sort(0, Qt.SortOrder.AscendingOrder))
    narrow = _timed(lambda: proxied.setFilterFixedString("Dun"))
    return {"rows": model.rowCount(), "sort_ms": sort, "filter_ms": narrow}


def offset(url: str, rows: int) -> dict[str, float]:
    with psycopg.connect(_dsn(url)) as connection:
        places = [random.Random(7 + turn).randrange(rows) for turn in range(10)]  # noqa: S311
        times = [
            _timed(partial(lambda at: connection.execute(PAGE, (at,)).fetchall(), at))
            for at in places
        ]
    return {"jump_ms": statistics.median(times), "jump_p95_ms": max(times)}


def sums(url: str, rows: int) -> dict[str, float]:
    with psycopg.connect(_dsn(url)) as connection:
        chosen = [
            row[0]
            for row in connection.execute(
                "SELECT id FROM inventory.item ORDER BY id LIMIT %s", (rows // 2,)
            )
        ]
        times = [_timed(lambda: connection.execute(SUMS, (chosen,)).fetchall()) for _ in range(3)]
    return {"sums_ms": statistics.median(times), "chosen": len(chosen)}


def floor(_url: str, _rows: int) -> dict[str, float]:
    _application()
    model = QStandardItemModel(2_000, len(COLUMNS) + 4)
    for row in range(model.rowCount()):
        for column in range(model.columnCount()):
            model.setItem(row, column, QStandardItem(f"Nike Dunk Low {row} {column}"))
    view = QTableView()
    view.setModel(model)
    view.setShowGrid(False)
    view.verticalHeader().hide()
    view.resize(*SIZE)
    view.show()
    QTest.qWaitForWindowExposed(view)
    return {"repaint_ms": repaint_ms(view)}


def repaint_ms(view: QTableView, turns: int = 60) -> float:
    """The median of a repaint after a step of one row."""
    bar = view.verticalScrollBar()
    times = []
    for turn in range(turns):
        bar.setValue(turn)
        times.append(_timed(view.viewport().repaint))
    return statistics.median(times)


def _load(url: str, rows: int) -> list[ItemRow]:
    database = Database(url, ChangeBus(), threads=1)
    items: list[ItemRow] = []
    with database.session(read_only=True) as session:
        ids = list(
            session.scalars(
                sa.text("SELECT id FROM inventory.item ORDER BY id LIMIT :rows"), {"rows": rows}
            )
        )
        for start in range(0, len(ids), PIECE):
            items.extend(inventory.rows(session, ids[start : start + PIECE]))
    database.close()
    return items


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1e3


def resident_mb() -> int:
    """What the process holds now; its peak would count the parent's too."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1_000_000


def _application() -> QApplication:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    instance = QApplication.instance()
    return instance if isinstance(instance, QApplication) else QApplication(sys.argv[:1])


def _dsn(url: str) -> str:
    return sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


WAYS: dict[str, Callable[[str, int], dict[str, float]]] = {
    "list": whole_list,
    "proxy": proxy,
    "offset": offset,
    "sums": sums,
    "floor": floor,
}

if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
