"""Manage places: add, rename, move, label with a code, remove."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFormLayout, QHBoxLayout, QLineEdit, QPushButton, QWidget

from soleflip_desktop.domain.locations import LocationRow
from soleflip_desktop.domain.steps import StepReport
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.doors import LocationsSource
from soleflip_desktop.ui.common.form_dialog import FormDialog
from soleflip_desktop.ui.common.labels import label
from soleflip_desktop.ui.inventory.location_tree import LocationTree

_TOP = "— (at the top)"


class PlacesDialog(FormDialog):
    """The tree, and the form of the place under its cursor or of a new one."""

    def __init__(
        self,
        locations: LocationsSource,
        kit: UiKit,
        *,
        done: Callable[[StepReport], None],
        parent: QWidget,
    ) -> None:
        super().__init__(kit, "Places", parent)
        self._locations, self._done = locations, done
        self._editing: LocationRow | None = None
        self.headline.setText("Places where units lie")
        self.tree = LocationTree(kit.formatter, movable=True, parent=self)
        self.name, self.code, self.within = QLineEdit(self), QLineEdit(self), QComboBox(self)
        self.new = QPushButton("&New place here", self)
        self.save = QPushButton("&Save place", self)
        self.remove = QPushButton("&Remove", self)
        self._lay_out()
        self.tree.place_chosen.connect(self._show)
        self.tree.move_requested.connect(self._move)
        self.name.returnPressed.connect(self._save)
        for button, slot in (
            (self.new, self._new),
            (self.save, self._save),
            (self.remove, self._remove),
        ):
            button.clicked.connect(slot)
            self.add_button(button)
        self.add_closing_button("&Close")
        self._show(None)
        self.load(self.reload())

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.addRow("Name", self.name)
        form.addRow("Code", self.code)
        form.addRow("Lies in", self.within)
        hint = "Drag a place onto another one to move it there. The code is what its label says."
        form.addRow(label(hint, "muted", wrap=True))
        row = QHBoxLayout()
        row.addWidget(self.tree, 3)
        row.addLayout(form, 2)
        self.body.addLayout(row, 1)
        self.resize(760, 460)

    async def reload(self) -> None:
        places = await self._locations.locations()
        self.tree.show_places(places)
        chosen = self.within.currentData()
        self.within.clear()
        self.within.addItem(_TOP, None)
        for place in places:
            self.within.addItem(place.path, place.id)
        self.within.setCurrentIndex(max(0, self.within.findData(chosen)))
        self._show(self.tree.place)

    def _show(self, place: LocationRow | None) -> None:
        self._editing = place
        self.name.setText("" if place is None else place.name)
        self.code.setText("" if place is None else place.code or "")
        above = None if place is None else place.parent_id
        self.within.setCurrentIndex(max(0, self.within.findData(above)))
        self.remove.setEnabled(place is not None)
        self.save.setText("&Add place" if place is None else "&Save place")

    def _new(self) -> None:
        """The form of a new place within the one under the cursor."""
        above = self.tree.place
        self._show(None)
        self.within.setCurrentIndex(max(0, self.within.findData(above.id if above else None)))
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)

    def _save(self) -> None:
        name, code = " ".join(self.name.text().split()), self.code.text().strip() or None
        above: int | None = self.within.currentData()
        place, doors = self._editing, self._locations
        self._run(
            doors.add(name, above, code)
            if place is None
            else doors.change(place.id, name, above, code)
        )

    def _remove(self) -> None:
        if self._editing is not None:
            self._run(self._locations.remove(self._editing.id))

    def _move(self, place_id: int, above: int | None) -> None:
        place = self.tree.place
        if place is not None and place.id == place_id:
            self._run(self._locations.change(place.id, place.name, above, place.code))

    def _run(self, change: Coroutine[Any, Any, StepReport]) -> None:
        self.write(self._change(change))

    async def _change(self, change: Coroutine[Any, Any, StepReport]) -> None:
        self._done(await change)
        await self.reload()
