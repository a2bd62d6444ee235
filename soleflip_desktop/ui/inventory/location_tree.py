"""The tree of places: shown, filtered, and rearranged by dragging."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from soleflip_desktop.domain.locations import LocationRow
from soleflip_desktop.ui.common.formatting import Formatter

_PADDING = 10
_ROLE = Qt.ItemDataRole.UserRole
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class LocationTree(QTreeWidget):
    """Places below places, with their codes and how many units lie there and below.

    Signals:
        place_chosen(object): the LocationRow under the cursor, or None.
        move_requested(int, object): that place was dragged into the other one (None: to the top).
    """

    place_chosen = Signal(object)
    move_requested = Signal(int, object)

    def __init__(
        self, formatter: Formatter, *, movable: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._formatter = formatter
        self._items: dict[int, QTreeWidgetItem] = {}
        self.setAccessibleName("Places")
        self.setHeaderLabels(["Place", "Code", "Units"])
        self.setUniformRowHeights(True)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.headerItem().setTextAlignment(2, _RIGHT)
        if movable:
            self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.currentItemChanged.connect(lambda *_items: self.place_chosen.emit(self.place))

    @property
    def place(self) -> LocationRow | None:
        """The place under the cursor."""
        item = self.currentItem()
        place: LocationRow | None = None if item is None else item.data(0, _ROLE)
        return place

    def show_places(self, places: Sequence[LocationRow]) -> None:
        """Shows these; the cursor stays on its place, where that is still there."""
        chosen = self.place
        self.clear()
        self._items.clear()
        totals = _with_those_below(places)
        for place in places:  # by path: a place comes before what lies in it
            above = self._items.get(place.parent_id or 0)
            item = QTreeWidgetItem([place.name, place.code or "", ""])
            item.setText(2, self._formatter.count(totals[place.id]))
            item.setToolTip(2, f"{self._formatter.count(place.units)} right here")
            item.setTextAlignment(2, _RIGHT)
            item.setSizeHint(0, QSize(0, self.fontMetrics().height() + _PADDING))
            item.setData(0, _ROLE, place)
            if above is None:
                self.addTopLevelItem(item)
            else:
                above.addChild(item)
            self._items[place.id] = item
        self.expandAll()
        if chosen is not None:
            self.choose(chosen.id)

    def choose(self, place_id: int) -> None:
        item = self._items.get(place_id)
        if item is not None:
            self.setCurrentItem(item)
            self.scrollToItem(item)

    def filter(self, text: str) -> LocationRow | None:
        """Shows the places whose path or code has all words, with what they lie in.

        The first of them is under the cursor then.
        """
        words = text.casefold().split()
        first: LocationRow | None = None
        for item in self._items.values():
            item.setHidden(True)
        for item in self._items.values():
            place: LocationRow = item.data(0, _ROLE)
            named = f"{place.path} {place.code or ''}".casefold()
            if all(word in named for word in words):
                first = first or place
                _show_with_parents(item)
        if words and first is not None:
            self.choose(first.id)
        return first

    def dropEvent(self, event: QDropEvent) -> None:
        """Asks for the move; the tree is shown anew when it was done."""
        place = self.place
        target = self.itemAt(event.position().toPoint())
        event.setDropAction(Qt.DropAction.IgnoreAction)
        event.accept()
        if place is None:
            return
        into: LocationRow | None = None if target is None else target.data(0, _ROLE)
        if into is None or into.id != place.id:
            self.move_requested.emit(place.id, None if into is None else into.id)


def _show_with_parents(item: QTreeWidgetItem) -> None:
    above: QTreeWidgetItem | None = item
    while above is not None:
        above.setHidden(False)
        above = above.parent()


def _with_those_below(places: Sequence[LocationRow]) -> dict[int, int]:
    totals = {place.id: place.units for place in places}
    for place in reversed(places):  # by path: what lies within comes later
        if place.parent_id in totals:
            totals[place.parent_id] += totals[place.id]
    return totals
