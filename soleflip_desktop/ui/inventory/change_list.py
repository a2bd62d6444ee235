"""All staged edits as a list: what stood there, what shall stand there, and what is wrong."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QPushButton, QWidget

from soleflip_desktop.domain.unit_fields import UNIT_FIELDS_BY_NAME
from soleflip_desktop.ui.common.columns import Column, Tone, text_column
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.form_dialog import FormDialog
from soleflip_desktop.ui.common.formatting import BLANK
from soleflip_desktop.ui.common.grid.staged_edits import StagedCell, StagedEdits
from soleflip_desktop.ui.common.list_table_model import ListTableModel
from soleflip_desktop.ui.common.table_copy import make_copyable
from soleflip_desktop.ui.common.table_view import TableView
from soleflip_desktop.ui.inventory.apply_bar import staged_words


class ChangeList(FormDialog):
    """Follows the staged edits; single ones can be reverted."""

    def __init__(self, staged: StagedEdits, kit: UiKit, parent: QWidget) -> None:
        super().__init__(kit, "Changes that are not applied yet", parent)
        self._staged = staged
        self.cells: ListTableModel[StagedCell] = ListTableModel(_columns(), self)
        self.table = TableView(self.cells, kit.theme, self)
        self.table.setAccessibleName("Staged changes")
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.horizontalHeader().setStretchLastSection(True)
        make_copyable(self.table, self.cells)
        self.body.addWidget(self.table, 1)
        self.revert = QPushButton("&Revert selected", self)
        self.revert.clicked.connect(self._revert_selected)
        self.add_button(self.revert)
        self.add_closing_button("&Close")
        delete = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.table)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self._revert_selected)
        staged.changed.connect(self._refresh)
        self._refresh()
        self.resize(860, 420)

    def _refresh(self) -> None:
        self.cells.set_rows(self._staged.cells)
        self.headline.setText(staged_words(self._staged, self.kit))
        self.revert.setEnabled(len(self._staged) > 0)
        if len(self._staged):
            flag = QItemSelectionModel.SelectionFlag
            self.table.selectionModel().setCurrentIndex(
                self.cells.index(0, 0), flag.ClearAndSelect | flag.Rows
            )

    def _revert_selected(self) -> None:
        rows = [self.cells.row(int(at)) for at in self.table.selected_rows()]
        self._staged.revert([(cell.row_id, cell.field) for cell in rows])


def _columns() -> tuple[Column[StagedCell], ...]:
    def reason(cell: StagedCell) -> str:
        return cell.error or ""

    return (
        text_column("title", "Unit", lambda cell: cell.title, width=280, sortable=False),
        text_column("field", "Field", _title, width=110, sortable=False),
        text_column("was", "Old", lambda cell: cell.was_text or BLANK, width=110, sortable=False),
        text_column("now", "New", lambda cell: cell.text or BLANK, width=110, sortable=False),
        Column(
            "reason",
            "Why it cannot be applied",
            reason,
            reason,
            width=220,
            tooltip=reason,
            tone=lambda cell: Tone.BAD if cell.error else Tone.PLAIN,
        ),
    )


def _title(cell: StagedCell) -> str:
    return UNIT_FIELDS_BY_NAME[cell.field].title
