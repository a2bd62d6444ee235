"""All that is done to units on the page: editing in cells, applying, undo, actions."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget

from soleflip_desktop.domain.edit_text import EditStyle
from soleflip_desktop.domain.inventory import ItemRow
from soleflip_desktop.domain.steps import StepReport
from soleflip_desktop.services.grid import GridSource
from soleflip_desktop.ui.common.actions import Action, Menu, build
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.doors import Workbench
from soleflip_desktop.ui.common.grid.staged_edits import StagedEdits
from soleflip_desktop.ui.common.table_view import VirtualTableView
from soleflip_desktop.ui.common.virtual_table_model import VirtualTableModel
from soleflip_desktop.ui.inventory.apply_bar import ApplyBar
from soleflip_desktop.ui.inventory.applying import Applying
from soleflip_desktop.ui.inventory.cell_editing import CellEditing
from soleflip_desktop.ui.inventory.cell_editors import CellEditors
from soleflip_desktop.ui.inventory.change_list import ChangeList
from soleflip_desktop.ui.inventory.result_bar import ResultBar
from soleflip_desktop.ui.inventory.undo_actions import UndoActions
from soleflip_desktop.ui.inventory.unit_actions import UnitActions
from soleflip_desktop.ui.inventory.unit_grid import ViewGrid

_EMPTYING = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class UnitWork(QObject):
    """Puts the parts together for one table of units."""

    def __init__(
        self,
        page: QWidget,
        view: VirtualTableView,
        model: VirtualTableModel[ItemRow],
        source: GridSource[ItemRow],
        *,
        staged: StagedEdits,
        doors: Workbench,
        style: EditStyle,
        kit: UiKit,
    ) -> None:
        super().__init__(page)
        self.kit, self.staged, self._page, self._view = kit, staged, page, view
        self.grid = ViewGrid(view, model)
        self.editing = CellEditing(self.grid, source, staged, style=style, kit=kit, parent=self)
        self.results, self.bar = ResultBar(kit, page), ApplyBar(staged, kit, page)
        self.applying = Applying(staged, doors.units, source, self.bar, kit, done=self.tell)
        self.undo = UndoActions(doors.steps, staged, self.results, kit, page)
        self.units = UnitActions(
            self.grid, source, doors, kit, style=style, done=self.tell, window=page
        )
        self.editors = CellEditors(self.grid, doors, kit, self)
        model.cells.stage_text = self._stage_text
        view.delegate.make_editor = self.editors.make
        self.bar.changes_requested.connect(self.show_changes)
        view.selectionModel().selectionChanged.connect(lambda *_spans: self.units.refresh())
        self._add_actions()

    def put_into(self, layout: QVBoxLayout) -> None:
        """The bars, below the table."""
        layout.addWidget(self.results)
        layout.addWidget(self.bar)

    def refresh(self) -> None:
        """The data changed: what can be undone and what can be suggested may be other things."""
        self.undo.refresh()
        self.editors.refresh()

    def tell(self, report: StepReport) -> None:
        self.results.tell(report)
        self.refresh()

    def show_changes(self) -> None:
        ChangeList(self.staged, self.kit, self._page).open()

    def _stage_text(self, row: int, column: int, text: str) -> None:
        self.editing.type_text(row, self.grid.key(column), text)

    def _add_actions(self) -> None:
        editing = self.editing
        actions = [
            Action("&Paste", editing.paste, QKeySequence.StandardKey.Paste, menu=Menu.EDIT),
            Action("&Fill down", editing.fill_down, "Ctrl+D", menu=Menu.EDIT),
            Action("Fill &selection", editing.fill_selection, "Ctrl+Return", menu=Menu.EDIT),
            Action("&Empty cells", editing.empty_cells, menu=Menu.EDIT),
            Action("&Apply changes", self.applying.apply, "Ctrl+S", menu=Menu.EDIT),
            Action("&Show changes", self.show_changes, menu=Menu.EDIT),
            Action("Re&vert changes", self.staged.clear, menu=Menu.EDIT),
        ]
        built = [build(action, self._page, self.kit.icons) for action in actions]
        for action in (self.undo.undo, self.undo.redo, *built, *self.units.actions_of_units):
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            self._page.addAction(action)
        for key in _EMPTYING:  # of the table alone: in a line these keys delete letters
            shortcut = QShortcut(QKeySequence(key), self._view)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(editing.empty_cells)
