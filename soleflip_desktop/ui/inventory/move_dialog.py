"""Where to? The place for the selected units, found by typing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget

from soleflip_desktop.domain.locations import LocationRow
from soleflip_desktop.domain.steps import StepReport
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.doors import Workbench
from soleflip_desktop.ui.common.form_dialog import FormDialog
from soleflip_desktop.ui.inventory.location_tree import LocationTree


class MoveDialog(FormDialog):
    """A tree that a search line narrows; Enter moves to the place under the cursor."""

    def __init__(
        self,
        ids: Sequence[int],
        doors: Workbench,
        kit: UiKit,
        *,
        done: Callable[[StepReport], None],
        parent: QWidget,
    ) -> None:
        number = kit.formatter.count(len(ids))
        units = f"{number} unit{'' if len(ids) == 1 else 's'}"
        super().__init__(kit, f"Move {units}", parent)
        self._ids, self._doors, self._done = list(ids), doors, done
        self.headline.setText(f"Move {units} to")
        self.search = _TreeSearch(self)
        self.search.setPlaceholderText("Type a part of the place or its code")
        self.search.setAccessibleName("Search places")
        self.search.setClearButtonEnabled(True)
        self.tree = LocationTree(kit.formatter, parent=self)
        self.search.tree = self.tree
        self.body.addWidget(self.search)
        self.body.addWidget(self.tree, 1)
        self.move_there = QPushButton("&Move", self)
        self.nowhere = QPushButton("To &no place", self)
        self.add_closing_button("&Cancel")
        self.add_button(self.nowhere)
        self.add_button(self.move_there, primary=True)
        self.search.textChanged.connect(self.tree.filter)
        self.tree.place_chosen.connect(self._on_place)
        self.tree.itemActivated.connect(lambda *_item: self._move())
        self.move_there.clicked.connect(self._move)
        self.nowhere.clicked.connect(lambda: self.write(self._set(None)))
        self._on_place(None)
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)
        self.resize(460, 480)
        self.load(self._load())

    async def _load(self) -> None:
        self.tree.show_places(await self._doors.locations.locations())
        self.tree.filter(self.search.text())

    def _on_place(self, place: LocationRow | None) -> None:
        self.move_there.setEnabled(place is not None)
        self.move_there.setToolTip("" if place is None else place.path)

    def _move(self) -> None:
        place = self.tree.place
        if place is not None:
            self.write(self._set(place.path))

    async def _set(self, path: str | None) -> None:
        self._done(await self._doors.units.set_fields(self._ids, {"location": path}))
        self.accept()


class _TreeSearch(QLineEdit):
    """Up and Down move the cursor of the tree, and the line keeps the focus."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.tree: LocationTree | None = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Up, Qt.Key.Key_Down} and self.tree is not None:
            QApplication.sendEvent(self.tree, event)
        else:
            super().keyPressEvent(event)
