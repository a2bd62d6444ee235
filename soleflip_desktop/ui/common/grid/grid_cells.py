"""What a grid answers for a cell: for editors, tooltips and screen readers, not for painting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic

from PySide6.QtCore import QObject, Qt, Signal

from soleflip_desktop.services.grid import Group
from soleflip_desktop.ui.common.cell_roles import cell_data
from soleflip_desktop.ui.common.columns import Column, RenderedRow, RowT
from soleflip_desktop.ui.common.grid.cell_access import Wording
from soleflip_desktop.ui.common.grid.staged_edits import StagedCell, StagedEdits

#: Takes what was typed into (row, column).
StageText = Callable[[int, int, str], object]
#: The text that an editor of (row, UnitField) begins with.
EditText = Callable[[Any, str], str]

_ROLE = Qt.ItemDataRole
_FLAG = Qt.ItemFlag
_HEAD_FLAGS = _FLAG.ItemIsEnabled | _FLAG.ItemNeverHasChildren
_CELL_FLAGS = _HEAD_FLAGS | _FLAG.ItemIsSelectable
_NONE_STAGED: dict[int, StagedCell] = {}


class GridCells(QObject, Generic[RowT]):
    """The cells of one table, with what is staged in them.

    Whoever edits sets `stage_text` (without it the cells are read-only) and may set `edit_text`.

    Signals:
        staged_changed: other cells are staged.
    """

    staged_changed = Signal()

    def __init__(
        self,
        columns: Sequence[Column[RowT]],
        wording: Wording[RowT],
        staged: StagedEdits | None,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self.wording = wording
        self.staged: StagedEdits | None = None
        self.stage_text: StageText | None = None
        self.edit_text: EditText | None = None
        self._columns = columns
        self._by_field = {column.edit: at for at, column in enumerate(columns) if column.edit}
        self._staged: dict[int, dict[int, StagedCell]] = {}
        if staged is not None:
            self.watch(staged)

    def watch(self, staged: StagedEdits) -> None:
        """Shows what is staged there from now on."""
        self.staged = staged
        staged.changed.connect(self._note_staged)
        self._note_staged()

    def staged_in(self, row_id: int) -> dict[int, StagedCell]:
        """The staged cells of that row by column."""
        return self._staged.get(row_id, _NONE_STAGED)

    def flags(self, rendered: RenderedRow[RowT] | None, column: int) -> Qt.ItemFlag:
        editable = self.stage_text is not None and self._columns[column].edit is not None
        return _CELL_FLAGS | _FLAG.ItemIsEditable if editable and rendered else _CELL_FLAGS

    def data(
        self,
        rendered: RenderedRow[RowT] | None,
        row_id: int,
        place: tuple[int, int],
        column: int,
        role: int,
    ) -> Any:
        """`place`: the row's number counted from 1, and the number of rows."""
        staged = self.staged_in(row_id).get(column)
        if staged is not None and role in {_ROLE.DisplayRole, _ROLE.EditRole}:
            return staged.text
        if staged is not None and role == _ROLE.ToolTipRole:
            return staged.error or f"Was {staged.was_text or 'empty'}. Not applied yet."
        if rendered is None:
            return self._loading(place, column, role)
        if role == _ROLE.EditRole:
            return self._text_to_edit(rendered.row, self._columns[column])
        if role == _ROLE.AccessibleTextRole:
            return self._spoken(rendered, staged, place, column)
        return cell_data(self._columns[column], column, rendered, role)

    def head_data(self, group: Group, place: tuple[int, int], column: int, role: int) -> Any:
        """A head says all in its first cell; the others are part of the same line."""
        if role == _ROLE.AccessibleTextRole:
            return self.wording.spoken_head(group, place)
        if role in {_ROLE.DisplayRole, _ROLE.ToolTipRole}:
            return self.wording.head(group) if column == 0 else ""
        return None

    def _text_to_edit(self, row: RowT, column: Column[RowT]) -> str:
        if self.edit_text is None or column.edit is None:
            return column.clipboard(row)
        return self.edit_text(row, column.edit)

    def _spoken(
        self,
        rendered: RenderedRow[RowT],
        staged: StagedCell | None,
        place: tuple[int, int],
        column: int,
    ) -> str:
        text = rendered.texts[column] if staged is None else staged.text
        spoken = self.wording.cell(rendered.row, place, self._columns[column].title, text)
        if staged is None:
            return spoken
        return f"{spoken}, {staged.error or 'not applied yet'}"

    def _loading(self, place: tuple[int, int], column: int, role: int) -> Any:
        if role == _ROLE.AccessibleTextRole:
            return f"{self.wording.where(place)}: {self._columns[column].title} loading"
        return cell_data(self._columns[column], column, None, role)

    def _note_staged(self) -> None:
        self._staged = {}
        for cell in self.staged.cells if self.staged is not None else ():
            if (column := self._by_field.get(cell.field)) is not None:
                self._staged.setdefault(cell.row_id, {})[column] = cell
        self.staged_changed.emit()
