"""What editing needs to know of the table: which cells are chosen, and what stands where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from soleflip_desktop.domain.inventory import ItemRow
from soleflip_desktop.ui.common.table_view import VirtualTableView
from soleflip_desktop.ui.common.virtual_table_model import VirtualTableModel


@dataclass(frozen=True, slots=True)
class CellBlock:
    """A rectangle of cells; columns are counted as they are shown, and ends are included."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def height(self) -> int:
        return self.bottom - self.top + 1

    @property
    def width(self) -> int:
        return self.right - self.left + 1


class UnitGrid(Protocol):
    """The table of units as editing sees it."""

    def shown_columns(self) -> Sequence[str]:
        """The keys of the visible columns from left to right."""

    def current_cell(self) -> tuple[int, int] | None:
        """Row and shown column of the cursor."""

    def chosen(self) -> list[CellBlock]:
        """The selected cells, at least the current one."""

    def ids(self, first: int, count: int) -> list[int]:
        """The ids of that many units from that row on; heads of groups are passed over."""

    def ids_of(self, block: CellBlock) -> list[int]:
        """The ids of the units in a block."""

    def selected_ids(self) -> list[int]:
        """The units of which a cell is selected, at least the current one."""

    def selected_count(self) -> int:
        """How many units are selected; cheap enough to ask at each change."""

    def row(self, position: int) -> ItemRow | None:
        """The row at that place, where it is in memory."""


class ViewGrid:
    """A UnitGrid over the table widget."""

    def __init__(self, view: VirtualTableView, model: VirtualTableModel[ItemRow]) -> None:
        self._view, self._model = view, model

    def shown_columns(self) -> Sequence[str]:
        return [self._model.columns[at].key for at in self._order()]

    def current_cell(self) -> tuple[int, int] | None:
        index = self._view.currentIndex()
        order = self._order()
        if not index.isValid() or index.column() not in order:
            return None
        return index.row(), order.index(index.column())

    def chosen(self) -> list[CellBlock]:
        places = {logical: place for place, logical in enumerate(self._order())}
        blocks: list[CellBlock] = []
        selection = self._view.selectionModel().selection()
        for span in (selection.at(at) for at in range(selection.count())):
            shown = sorted(
                places[at] for at in range(span.left(), span.right() + 1) if at in places
            )
            blocks.extend(
                CellBlock(span.top(), left, span.bottom(), right) for left, right in _runs(shown)
            )
        current = self.current_cell()
        if not blocks and current is not None:
            row, column = current
            blocks = [CellBlock(row, column, row, column)]
        return blocks

    def ids(self, first: int, count: int) -> list[int]:
        ids = self._model.ids(first, self._model.rowCount() - 1)
        chosen: list[int] = ids[ids >= 0][:count].tolist()
        return chosen

    def ids_of(self, block: CellBlock) -> list[int]:
        ids = self._model.ids(block.top, block.bottom)
        chosen: list[int] = ids[ids >= 0].tolist()
        return chosen

    def selected_ids(self) -> list[int]:
        chosen: list[int] = np.sort(self._view.selected_ids()).tolist()
        current = self._view.current_id()
        return chosen if chosen or current is None else [current]

    def selected_count(self) -> int:
        return int(self._view.selected_ids().size)

    def row(self, position: int) -> ItemRow | None:
        rendered = self._model.rendered(position)
        return None if rendered is None else rendered.row

    def key(self, column: int) -> str:
        """The key of a column by its number in the model."""
        return self._model.columns[column].key

    def _order(self) -> list[int]:
        header = self._view.horizontalHeader()
        order = (header.logicalIndex(place) for place in range(header.count()))
        return [at for at in order if not header.isSectionHidden(at)]


def _runs(places: list[int]) -> list[tuple[int, int]]:
    """[1, 2, 3, 7] is 1 to 3 and 7 to 7."""
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and runs[-1][1] == place - 1:
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return runs
