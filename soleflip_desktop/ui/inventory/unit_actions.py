"""What can be done with the selected units, as actions of the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from soleflip_desktop.domain.edit_text import EditStyle, EditTextError, choice_words
from soleflip_desktop.domain.inventory import ITEM_TRANSITIONS, ItemRow, ItemStatus
from soleflip_desktop.domain.steps import StepReport
from soleflip_desktop.domain.unit_codes import unit_code
from soleflip_desktop.services.grid import GridSource
from soleflip_desktop.ui.common.actions import MENU_PROPERTY, Action, Menu, build
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.doors import Workbench
from soleflip_desktop.ui.inventory.bulk_panel import BulkPanel
from soleflip_desktop.ui.inventory.move_dialog import MoveDialog
from soleflip_desktop.ui.inventory.paste import parse_block
from soleflip_desktop.ui.inventory.paste_form import PasteForm
from soleflip_desktop.ui.inventory.pasted_units import pasted_units
from soleflip_desktop.ui.inventory.places_dialog import PlacesDialog
from soleflip_desktop.ui.inventory.unit_dialogs import ask_to_delete
from soleflip_desktop.ui.inventory.unit_form import AddForm, CloneForm, EditForm
from soleflip_desktop.ui.inventory.unit_grid import UnitGrid

#: More statuses are not read one by one to find the steps that are possible.
_STATUS_ROWS = 5_000


class UnitActions(QObject):
    """Builds the actions; `done` is told of each step."""

    def __init__(
        self,
        grid: UnitGrid,
        source: GridSource[ItemRow],
        doors: Workbench,
        kit: UiKit,
        *,
        style: EditStyle,
        done: Callable[[StepReport], None],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._grid, self._source, self._doors, self._kit = grid, source, doors, kit
        self._style, self._done, self._window = style, done, window
        self.status_menu = QMenu("Change &status", window)
        self.status_menu.aboutToShow.connect(self._ask_statuses)
        self.status = self._status_action()
        self._bulk: QAction | None = None
        self.actions_of_units = [*self._build(), self.status]

    def refresh(self) -> None:
        """The selection is another one: the texts name how many units they are for."""
        number = self._grid.selected_count()
        if self._bulk is not None:
            self._bulk.setText(f"&Bulk edit {self._units(number)}…" if number else "&Bulk edit…")

    def _build(self) -> list[QAction]:
        unit = partial(Action, menu=Menu.UNIT)
        actions = [
            unit("&Add units…", self.add, "Ctrl+N"),
            unit("&Edit unit…", self.edit, "Ctrl+E"),
            unit("&Bulk edit…", self.bulk_edit, "Ctrl+B"),
            unit("C&lone unit…", self.clone, "Ctrl+Shift+N"),
            unit("&Move to…", self.move, "Ctrl+M"),
            unit("&Copy unit code", self.copy_code, "Ctrl+Shift+U"),
            unit("&Delete units…", self.delete, "Ctrl+Delete"),
            unit("Manage &places…", self.manage_places),
            unit("Paste as &new units…", self.paste_units, "Ctrl+Shift+V"),
        ]
        built = [build(action, self._window, self._kit.icons) for action in actions]
        self._bulk = built[2]
        return built

    def _status_action(self) -> QAction:
        action = self.status_menu.menuAction()
        action.setProperty(MENU_PROPERTY, Menu.UNIT)
        return action

    # -- actions -------------------------------------------------------------------------------

    def add(self) -> None:
        form = AddForm(self._doors, self._style, self._kit, done=self._done, parent=self._window)
        form.open()

    def paste_units(self) -> None:
        """The clipboard's rows, in the columns shown, as units that are not there yet."""
        try:
            units = pasted_units(
                parse_block(QGuiApplication.clipboard().text()),
                self._grid.shown_columns(),
                self._style,
            )
        except EditTextError as error:
            self._kit.notifier.error(error)
            return
        PasteForm(units, self._doors, self._kit, done=self._done, parent=self._window).open()

    def edit(self) -> None:
        self._with_current(self._open_edit)

    def clone(self) -> None:
        self._with_current(self._open_clone)

    def bulk_edit(self) -> None:
        if ids := self._chosen():
            panel = BulkPanel(
                ids, self._doors, self._style, self._kit, done=self._done, parent=self._window
            )
            panel.open()

    def move(self) -> None:
        if ids := self._chosen():
            MoveDialog(ids, self._doors, self._kit, done=self._done, parent=self._window).open()

    def manage_places(self) -> None:
        PlacesDialog(self._doors.locations, self._kit, done=self._done, parent=self._window).open()

    def delete(self) -> None:
        if ids := self._chosen():
            ask_to_delete(
                self._window,
                self._units(len(ids)),
                lambda: self._run(self._doors.units.delete(ids)),
            )

    def copy_code(self) -> None:
        if ids := self._chosen():
            QGuiApplication.clipboard().setText("\n".join(map(unit_code, ids)))
            words = "unit code" if len(ids) == 1 else "unit codes"
            self._kit.notifier.info(f"Copied {self._kit.formatter.count(len(ids))} {words}.")

    # -- the menu of statuses ------------------------------------------------------------------

    def _ask_statuses(self) -> None:
        self.status_menu.clear()
        ids = self._grid.selected_ids()
        if not ids or len(ids) > _STATUS_ROWS:
            few = "Choose units first" if not ids else "Too many units: use “Bulk edit” (Ctrl+B)"
            self._say_in_menu(few)
            return
        self._say_in_menu("Reading…")
        self._kit.tasks.start(self._fill_statuses(ids))

    async def _fill_statuses(self, ids: list[int]) -> None:
        statuses = Counter(row.status for row in await self._source.rows(ids))
        self.status_menu.clear()
        wanted = {status for old in statuses for status in ITEM_TRANSITIONS[old]}
        for status in (each for each in ItemStatus if each in wanted):
            stuck = [old for old in statuses if status not in ITEM_TRANSITIONS[old]]
            action = self.status_menu.addAction(choice_words(status))
            action.triggered.connect(partial(self._set_status, ids, status))
            if stuck:
                action.setEnabled(False)
                named = ", ".join(f"{choice_words(old).lower()} ({statuses[old]})" for old in stuck)
                action.setText(f"{choice_words(status)}: not from {named}")
        if not wanted:
            self._say_in_menu("No further step from here")

    def _set_status(self, ids: list[int], status: ItemStatus, _checked: object = None) -> None:
        self._run(self._doors.units.set_fields(ids, {"status": status}))

    def _say_in_menu(self, text: str) -> None:
        self.status_menu.addAction(text).setEnabled(False)

    # -- the ways there ------------------------------------------------------------------------

    def _chosen(self) -> list[int]:
        ids = self._grid.selected_ids()
        if not ids:
            self._kit.notifier.info("Choose units in the table first.")
        return ids

    def _with_current(self, show: Callable[[ItemRow], None]) -> None:
        at = self._grid.current_cell()
        ids = [] if at is None else self._grid.ids(at[0], 1)
        if ids:
            self._kit.tasks.start(self._read(ids, show))
        else:
            self._kit.notifier.info("Choose a unit in the table first.")

    async def _read(self, ids: list[int], show: Callable[[ItemRow], None]) -> None:
        for row in await self._source.rows(ids):
            show(row)

    def _open_edit(self, row: ItemRow) -> None:
        EditForm(
            row, self._doors, self._style, self._kit, done=self._done, parent=self._window
        ).open()

    def _open_clone(self, row: ItemRow) -> None:
        CloneForm(row, self._doors, self._kit, done=self._done, parent=self._window).open()

    def _run(self, step: Coroutine[Any, Any, StepReport]) -> None:
        self._kit.tasks.start(self._do(step))

    async def _do(self, step: Coroutine[Any, Any, StepReport]) -> None:
        self._done(await step)

    def _units(self, number: int) -> str:
        return f"{self._kit.formatter.count(number)} unit{'' if number == 1 else 's'}"
