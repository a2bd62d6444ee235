"""Cells that were typed, pasted or filled and wait for Apply or Revert."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from soleflip_desktop.domain.unit_fields import UnitValue

#: (row id, field name)
Place = tuple[int, str]


@dataclass(frozen=True, slots=True)
class StagedCell:
    """What shall stand in a cell. With an `error` it cannot be applied, and `value` is None.

    `text` is what the cell shows; `was` is the value, `was_text` the text it replaces; `title`
    names the row for the change list.
    """

    row_id: int
    field: str
    text: str
    value: UnitValue | None
    was: UnitValue | None
    was_text: str = ""
    title: str = ""
    error: str | None = None


class StagedEdits(QObject):
    """The staged cells of one table, in the order they were first touched.

    Signals:
        changed: cells were staged, taken back or cleared.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cells: dict[Place, StagedCell] = {}
        self._gestures: list[dict[Place, StagedCell | None]] = []  # what each one replaced

    def __len__(self) -> int:
        return len(self._cells)

    @property
    def cells(self) -> tuple[StagedCell, ...]:
        return tuple(self._cells.values())

    @property
    def errors(self) -> int:
        return sum(cell.error is not None for cell in self._cells.values())

    def cell(self, row_id: int, field: str) -> StagedCell | None:
        return self._cells.get((row_id, field))

    def stage(self, cells: Iterable[StagedCell]) -> None:
        """One gesture (a cell, a paste, a fill). A value that is stored already needs no edit."""
        before: dict[Place, StagedCell | None] = {}
        for cell in cells:
            place = (cell.row_id, cell.field)
            before.setdefault(place, self._cells.get(place))
            if cell.error is None and cell.value == cell.was:
                self._cells.pop(place, None)
            else:
                self._cells[place] = cell
        if before:
            self._gestures.append(before)
            self.changed.emit()

    def revert(self, places: Iterable[Place]) -> None:
        for place in places:
            self._cells.pop(place, None)
        self._gestures.clear()
        self.changed.emit()

    def take_back(self) -> bool:
        """Undoes the last gesture; False where there is none."""
        if not self._gestures:
            return False
        for place, cell in self._gestures.pop().items():
            if cell is None:
                self._cells.pop(place, None)
            else:
                self._cells[place] = cell
        self.changed.emit()
        return True

    def clear(self) -> None:
        self._cells.clear()
        self._gestures.clear()
        self.changed.emit()
