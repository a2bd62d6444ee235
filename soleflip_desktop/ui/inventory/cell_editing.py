"""Typing, pasting, filling and emptying cells: everything is staged, nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from soleflip_desktop.domain.edit_text import EditStyle, EditTextError, parse_value, show_value
from soleflip_desktop.domain.inventory import ItemRow
from soleflip_desktop.domain.unit_fields import UNIT_FIELDS_BY_NAME, UnitField, UnitValue
from soleflip_desktop.services.grid import GridSource
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.grid.staged_edits import StagedCell, StagedEdits
from soleflip_desktop.ui.inventory.paste import Block, parse_block, spread
from soleflip_desktop.ui.inventory.unit_grid import CellBlock, UnitGrid

#: More cells than anybody looks through one by one: the bulk edit is made for that.
MAX_CELLS = 50_000
#: Read and parsed in one go; the window answers between two of them.
_FETCH_ROWS = 250


@dataclass(frozen=True, slots=True)
class _Typed:
    """A text for one cell."""

    row_id: int
    field: str
    text: str


def unit_value(row: ItemRow, field: UnitField) -> UnitValue | None:
    """What is stored in a field of a unit."""
    value: UnitValue | None = getattr(row, field.name)
    return None if value == () else value


class CellEditing(QObject):
    """Stages what is done to the cells of the table of units."""

    def __init__(
        self,
        grid: UnitGrid,
        source: GridSource[ItemRow],
        staged: StagedEdits,
        *,
        style: EditStyle,
        kit: UiKit,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._grid, self._source, self._staged = grid, source, staged
        self.style, self._kit = style, kit

    # -- gestures ------------------------------------------------------------------------------

    def type_text(self, row: int, key: str, text: str) -> None:
        """What was typed into one cell; at once where its row is in memory."""
        stored = self._grid.row(row)
        if key not in UNIT_FIELDS_BY_NAME:
            return
        if stored is not None:
            self._staged.stage([self._cell(stored, key, text)])
        else:
            self._start([_Typed(row_id, key, text) for row_id in self._grid.ids(row, 1)])

    def text_of(self, row: ItemRow, key: str) -> str:
        """The text that an editor starts with: what is staged there, or what is stored."""
        staged = self._staged.cell(row.id, key)
        field = UNIT_FIELDS_BY_NAME[key]
        return staged.text if staged else show_value(field, unit_value(row, field), self.style)

    def empty_cells(self) -> None:
        """Delete and Backspace: the selected cells become empty, their rows stay."""
        self._put_everywhere("")

    def paste(self) -> None:
        """The clipboard's block, from the top left of the selection on."""
        block = parse_block(QGuiApplication.clipboard().text())
        chosen = self._grid.chosen()
        if not block or not chosen:
            self._kit.notifier.info(
                "Nothing to paste: copy cells in a spreadsheet, then choose a cell here."
            )
        elif len(block) == len(block[0]) == 1:
            self._put_everywhere(block[0][0])
        else:
            self._paste_at(block, chosen)

    def fill_down(self) -> None:
        """Ctrl+D: the top cell of each selected column into those below; one cell: from above."""
        chosen = [
            CellBlock(block.top - 1, block.left, block.bottom, block.right)
            if block.height == 1 and block.top > 0
            else block
            for block in self._grid.chosen()
        ]
        if self._too_many(chosen):
            return
        self._kit.tasks.start(self._fill_down([block for block in chosen if block.height > 1]))

    def fill_selection(self, text: str | None = None) -> None:
        """Ctrl+Enter: one text, or that of the current cell, into all selected cells."""
        current = self._grid.current_cell()
        if text is not None:
            self._put_everywhere(text)
        elif current is not None:
            row, column = current
            self._kit.tasks.start(self._fill_from(row, self._grid.shown_columns()[column]))

    # -- the ways there ------------------------------------------------------------------------

    def _put_everywhere(self, text: str) -> None:
        chosen = self._grid.chosen()
        if self._too_many(chosen):
            return
        typed: list[_Typed] = []
        fixed: list[str] = []
        for block in chosen:
            keys = self._grid.shown_columns()[block.left : block.right + 1]
            fixed.extend(key for key in keys if key not in UNIT_FIELDS_BY_NAME)
            typed.extend(
                _Typed(row_id, key, text)
                for row_id in self._grid.ids_of(block)
                for key in keys
                if key in UNIT_FIELDS_BY_NAME
            )
        self._start(typed, self._said_of_fixed(fixed))

    def _paste_at(self, block: Block, chosen: Sequence[CellBlock]) -> None:
        at = min(chosen, key=lambda each: (each.top, each.left))
        if len(chosen) == 1:
            block = spread(block, at.height, at.width)
        if len(block) * max(map(len, block)) > MAX_CELLS:
            self._say_too_many(len(block) * max(map(len, block)))
            return
        keys = self._grid.shown_columns()[at.left :]
        ids = self._grid.ids(at.top, len(block))
        typed = [
            _Typed(row_id, key, text)
            for row_id, texts in zip(ids, block, strict=False)
            for key, text in zip(keys, texts, strict=False)
            if key in UNIT_FIELDS_BY_NAME
        ]
        width = max(map(len, block))
        said = self._said_of_fixed([key for key in keys[:width] if key not in UNIT_FIELDS_BY_NAME])
        said += _beyond(len(block) - len(ids), "row", "below the last row of the table")
        said += _beyond(width - len(keys), "column", "right of the last column shown")
        self._start(typed, said)

    async def _fill_down(self, blocks: Iterable[CellBlock]) -> None:
        typed: list[_Typed] = []
        for block in blocks:
            ids = self._grid.ids_of(block)
            top = await self._source.rows(ids[:1])
            keys = self._grid.shown_columns()[block.left : block.right + 1]
            typed.extend(
                _Typed(row_id, key, self.text_of(row, key))
                for row in top
                for key in keys
                if key in UNIT_FIELDS_BY_NAME
                for row_id in ids[1:]
            )
        await self._stage(typed, [])

    async def _fill_from(self, position: int, key: str) -> None:
        rows = await self._source.rows(self._grid.ids(position, 1))
        if rows and key in UNIT_FIELDS_BY_NAME:
            self._put_everywhere(self.text_of(rows[0], key))

    # -- staging -------------------------------------------------------------------------------

    def _start(self, typed: Sequence[_Typed], said: Sequence[str] = ()) -> None:
        self._kit.tasks.start(self._stage(typed, said))

    async def _stage(self, typed: Sequence[_Typed], said: Sequence[str]) -> None:
        """Reads the rows first: what is not in memory is never guessed."""
        by_row: dict[int, list[_Typed]] = {}
        for each in typed:
            by_row.setdefault(each.row_id, []).append(each)
        ids = list(by_row)
        cells: list[StagedCell] = []
        missing = len(ids)
        for first in range(0, len(ids), _FETCH_ROWS):
            for row in await self._source.rows(ids[first : first + _FETCH_ROWS]):
                missing -= 1
                cells.extend(self._cell(row, each.field, each.text) for each in by_row[row.id])
        self._staged.stage(cells)
        said = [*said, *_beyond(missing, "row", "deleted meanwhile")]
        if said:
            self._kit.notifier.info(" ".join(said))

    def _cell(self, row: ItemRow, key: str, text: str) -> StagedCell:
        field = UNIT_FIELDS_BY_NAME[key]
        was = unit_value(row, field)
        try:
            value, error = parse_value(field, text, self.style), None
        except EditTextError as raised:
            value, error = None, str(raised)
        shown = text.strip() if error else show_value(field, value, self.style)
        return StagedCell(
            row.id,
            key,
            shown,
            value,
            was,
            was_text=show_value(field, was, self.style),
            title=f"{row.product}, {row.size} (no. {row.id})",
            error=error,
        )

    # -- words ---------------------------------------------------------------------------------

    def _too_many(self, chosen: Iterable[CellBlock]) -> bool:
        cells = sum(block.height * block.width for block in chosen)
        if cells > MAX_CELLS:
            self._say_too_many(cells)
        return cells > MAX_CELLS

    def _say_too_many(self, cells: int) -> None:
        count = self._kit.formatter.count
        self._kit.notifier.error(
            f"{count(cells)} cells are too many to stage; {count(MAX_CELLS)} are possible at a "
            "time. To set one value for many units, use “Bulk edit” (Ctrl+B)."
        )

    def _said_of_fixed(self, keys: Iterable[str]) -> list[str]:
        names = sorted(dict.fromkeys(key.replace("_", " ") for key in keys))
        if not names:
            return []
        verb = "cannot be edited and was" if len(names) == 1 else "cannot be edited and were"
        return [f"{', '.join(names).capitalize()} {verb} left as it is."]


def _beyond(number: int, noun: str, where: str) -> list[str]:
    if number <= 0:
        return []
    return [
        f"1 {noun} was left out: {where}."
        if number == 1
        else f"{number} {noun}s were left out: {where}."
    ]
