"""Rows of a batch: chips with the counts of each class, and the rows of the chosen one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from soleflip_desktop.domain.import_plan import ImportPlan
from soleflip_desktop.domain.integration import ImportResult, ReviewRow, RowClass
from soleflip_desktop.ui.common.context import ImportsSource, UiKit
from soleflip_desktop.ui.common.labels import clear_layout
from soleflip_desktop.ui.integration.wizard.review_model import ReviewModel
from soleflip_desktop.ui.integration.wizard.row_columns import row_columns
from soleflip_desktop.ui.integration.wizard.tick_table import TickTable
from soleflip_desktop.ui.integration.wizard.words import CLASS_WORDS, counts_of


class RowsView(QWidget):
    """The rows of a draft, or of an import that is done.

    Signals:
        current_changed: another row has the cursor, or the same one has come in.
        ticks_changed(list, bool): row numbers of the file, and whether they are to be written.
        failed(str): rows could not be read.
    """

    current_changed = Signal()
    ticks_changed = Signal(list, bool)
    failed = Signal(str)

    def __init__(self, kit: UiKit, source: ImportsSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._kit, self._source = kit, source
        self._result: ImportResult | None = None
        self.row_class: RowClass | None = None
        self.chips: dict[RowClass, QPushButton] = {}
        self._group = QButtonGroup(self)
        self._group.buttonClicked.connect(self._on_chip)
        self.model: ReviewModel | None = None
        self.table: TickTable | None = None
        self._chip_row, self._table_at = QHBoxLayout(), QVBoxLayout()
        self._chip_row.setSpacing(8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(self._chip_row)
        layout.addLayout(self._table_at, 1)

    def show_batch(self, plan: ImportPlan, result: ImportResult) -> None:
        if result is not self._result and result.batch_id is not None:
            self._result = result
            self._make_table(plan, result.batch_id)
            self._make_chips(result)

    def choose(self, row_class: RowClass) -> None:
        """Shows the rows of that class."""
        self.row_class = row_class
        self.chips[row_class].setChecked(True)
        if self.model is not None and self._result is not None:
            self.model.show_rows(row_class, counts_of(self._result)[row_class])
        self.current_changed.emit()

    @property
    def current(self) -> ReviewRow | None:
        if self.table is None or self.model is None:
            return None
        row = self.table.currentIndex().row()
        return self.model.row(row) if 0 <= row < self.model.rowCount() else None

    def _make_chips(self, result: ImportResult) -> None:
        for chip in self.chips.values():
            self._group.removeButton(chip)
        clear_layout(self._chip_row)
        self.chips.clear()
        counts = counts_of(result)
        for row_class, count in counts.items():
            chip = QPushButton(f"{CLASS_WORDS[row_class]}  {self._kit.formatter.count(count)}")
            chip.setCheckable(True)
            chip.setEnabled(count > 0)
            chip.setProperty("role", "chip")
            chip.setAccessibleName(f"{CLASS_WORDS[row_class]}: {count} rows")
            self._group.addButton(chip)
            self._chip_row.addWidget(chip)
            self.chips[row_class] = chip
        self._chip_row.addStretch(1)
        filled = [row_class for row_class, count in counts.items() if count]
        kept = self.row_class if self.row_class in filled else None
        self.choose(kept or (filled[0] if filled else RowClass.NEW))

    def _make_table(self, plan: ImportPlan, batch_id: int) -> None:
        clear_layout(self._table_at)

        async def fetch(row_class: RowClass | None, offset: int, limit: int) -> Sequence[ReviewRow]:
            return await self._source.review_rows(batch_id, row_class, offset, limit)

        columns = row_columns(plan, self._kit.formatter)
        self.model = ReviewModel(columns, fetch, self._kit.tasks, self)
        self.table = TickTable(self.model, self._kit.theme, self, "Rows of the import")
        self.model.ticks_changed.connect(self.ticks_changed)
        self.model.failed.connect(self.failed)
        self.model.loaded.connect(self.current_changed)
        selection = self.table.selectionModel()
        selection.currentRowChanged.connect(lambda *_rows: self.current_changed.emit())
        self._table_at.addWidget(self.table)

    def _on_chip(self, chip: QPushButton) -> None:
        self.choose(next(each for each, button in self.chips.items() if button is chip))
