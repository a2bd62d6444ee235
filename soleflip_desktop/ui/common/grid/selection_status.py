"""What the selected cells come to: counted here, summed by the service."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from soleflip_desktop.domain.grid_query import FieldKind
from soleflip_desktop.services.grid import FieldSums, GridSource
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.formatting import Formatter
from soleflip_desktop.ui.common.table_view import VirtualTableView
from soleflip_desktop.ui.common.virtual_table_model import VirtualTableModel

#: Dragging over rows asks only for the selection it ends with.
DELAY_MS = 100
_SHOWN = 3
_GAP = "      "
_SUMMED = frozenset({FieldKind.AMOUNT, FieldKind.NUMBER})


class SelectionStatus(QLabel):
    """Like "12 cells in 4 rows   Cost EUR: 4 · sum 400.00 · average 100.00 · min … · max …".

    The line begins with the column of the cursor; where there are many, the tooltip has all.
    """

    def __init__(
        self,
        view: VirtualTableView,
        model: VirtualTableModel[Any],
        source: GridSource[Any],
        kit: UiKit,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._view, self._source, self._kit = view, source, kit
        self._asked = 0  # counts selections: an answer for an older one is dropped
        self.setProperty("role", "muted")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAccessibleName("Selection")
        self.setContentsMargins(20, 5, 16, 5)
        # A long line must not make the window wider.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._timer = QTimer(self, interval=DELAY_MS, singleShot=True)
        self._timer.timeout.connect(self._start)
        view.selectionModel().selectionChanged.connect(self._on_changed)
        model.view_changed.connect(self._on_changed)
        self.hide()

    def _on_changed(self) -> None:
        self._asked += 1
        self._timer.start()

    def _start(self) -> None:
        selection, count = self._view.cell_selection, self._kit.formatter.count
        cells = selection.count()
        self.setVisible(cells > 1)
        if cells <= 1:
            self._show("", [])
            return
        rows = int(selection.rows().size)
        head = f"{count(cells)} cells in {count(rows)} {'row' if rows == 1 else 'rows'}"
        self._show(head, [])
        self._kit.tasks.start(self._ask(self._asked, head))

    async def _ask(self, asked: int, head: str) -> None:
        """One call for all columns that are selected in the same rows, which is nearly always."""
        selection = self._view.cell_selection
        sums: list[FieldSums] = []
        for at, fields in self._questions():
            ids = selection.ids(at)
            if ids.size:
                sums += await self._source.sums(ids, fields)
            if asked != self._asked:
                return
        self._show(head, sums)

    def _questions(self) -> list[tuple[int, list[str]]]:
        """The fields that are selected in the same rows, with one of their columns."""
        selection, kinds = self._view.cell_selection, self._source.kinds
        found: dict[tuple[int, ...], tuple[int, list[str]]] = {}
        for at in selection.columns():
            key = self._view.columns[at].key
            if kinds.get(key) in _SUMMED:
                spans = enumerate(selection.spans.spans)
                places = tuple(place for place, span in spans if at in span.columns)
                found.setdefault(places, (at, []))[1].append(key)
        return list(found.values())

    def _show(self, head: str, sums: list[FieldSums]) -> None:
        titles = {column.key: column.title for column in self._view.columns}
        current = self._view.currentIndex().column()
        key = self._view.columns[current].key if current >= 0 else ""
        sums = sorted(sums, key=lambda one: one.field != key)  # that of the cursor comes first
        lines = [_line(titles[one.field], one, self._kit.formatter) for one in sums]
        more = len(lines) - _SHOWN
        shown = [*lines[:_SHOWN], *([f"and {more} more"] if more > 0 else [])]
        self.setText(_GAP.join((head, *shown)))
        everything = "\n".join(lines)
        self.setToolTip(everything)
        self.setAccessibleDescription(everything)


def _line(title: str, sums: FieldSums, formatter: Formatter) -> str:
    name = title if sums.currency is None else f"{title} {sums.currency}"
    figures = (
        ("sum", sums.total),
        ("average", sums.average),
        ("min", sums.smallest),
        ("max", sums.largest),
    )
    texts = (f"{word} {_figure(value, sums, formatter)}" for word, value in figures)
    return f"{name}: {formatter.count(sums.count)} · {' · '.join(texts)}"


def _figure(value: Decimal, sums: FieldSums, formatter: Formatter) -> str:
    """Plain whole numbers, such as days, need no places."""
    if sums.currency is None and value == value.to_integral_value():
        return formatter.count(int(value))
    return formatter.amount(value)
