"""Writes the staged cells; what is refused stays staged, with the reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject

from soleflip_desktop.domain.inventory import ItemRow
from soleflip_desktop.domain.steps import StepReport
from soleflip_desktop.domain.unit_fields import UNIT_FIELDS_BY_NAME, CellEdit
from soleflip_desktop.services.grid import GridSource
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.doors import UnitsSource
from soleflip_desktop.ui.common.grid.staged_edits import StagedCell, StagedEdits
from soleflip_desktop.ui.inventory.apply_bar import ApplyBar
from soleflip_desktop.ui.inventory.cell_editing import unit_value


class Applying(QObject):
    """One write at a time; `done` is told what came of it."""

    def __init__(
        self,
        staged: StagedEdits,
        units: UnitsSource,
        source: GridSource[ItemRow],
        bar: ApplyBar,
        kit: UiKit,
        *,
        done: Callable[[StepReport], None],
    ) -> None:
        super().__init__(bar)
        self._staged, self._units, self._source = staged, units, source
        self._bar, self._kit, self._done = bar, kit, done
        self._busy = False
        bar.apply_requested.connect(self.apply)

    def apply(self, then: Callable[[], object] | None = None) -> None:
        """Writes what has no error. `then` runs afterwards if nothing is staged any more."""
        cells = [cell for cell in self._staged.cells if cell.error is None]
        if cells and not self._busy:
            self._busy = True
            self._bar.set_busy(busy=True)
            self._kit.tasks.start(self._apply(cells, then))

    async def _apply(self, cells: list[StagedCell], then: Callable[[], object] | None) -> None:
        edits = [CellEdit(cell.row_id, cell.field, cell.value, cell.was) for cell in cells]
        try:
            report = await self._units.edit(edits)
            refused = await self._refused(cells, report)
        finally:
            self._busy = False
            self._bar.set_busy(busy=False)
        self._staged.revert([(cell.row_id, cell.field) for cell in cells])
        if refused:
            self._staged.stage(refused)
        self._done(report)
        if then is not None and not len(self._staged):
            then()

    async def _refused(self, cells: list[StagedCell], report: StepReport) -> list[StagedCell]:
        """A report names units: which of a unit's cells were refused, its stored values tell."""
        reasons: dict[int, list[str]] = {}
        for kept in report.kept:
            reasons.setdefault(kept.id, []).append(kept.reason)
        rows = {row.id: row for row in await self._source.rows(list(reasons))} if reasons else {}
        return [
            replace(cell, error=" ".join(reasons[cell.row_id]))
            for cell in cells
            if cell.row_id in reasons and not _is_stored(cell, rows.get(cell.row_id))
        ]


def _is_stored(cell: StagedCell, row: ItemRow | None) -> bool:
    return row is not None and unit_value(row, UNIT_FIELDS_BY_NAME[cell.field]) == cell.value
