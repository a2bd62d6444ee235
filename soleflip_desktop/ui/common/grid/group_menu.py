"""By which field the rows stand together, and folding the groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from soleflip_desktop.ui.common.icons import IconSet


class GroupButton(QToolButton):
    """A button with the menu of fields.

    Signals:
        group_chosen(str | None): the field; None for no groups.
        expand_all, collapse_all: unfold or fold every group.
    """

    group_chosen = Signal(object)
    expand_all = Signal()
    collapse_all = Signal()

    def __init__(
        self, fields: Sequence[tuple[str, str]], icons: IconSet, parent: QWidget | None = None
    ) -> None:
        """`fields`: those that make sense, with their titles."""
        super().__init__(parent)
        self._icons = icons
        self.setProperty("role", "flat")
        icons.follow(self, "group")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu("Group by", self)
        self.setMenu(menu)
        self._group = QActionGroup(self)
        self.choices: dict[str | None, QAction] = {}
        for field, title in ((None, "&No groups"), *fields):
            self._add_choice(menu, field, title)
        menu.addSeparator()
        self.expand = self._add(menu, "&Expand all groups", self.expand_all.emit)
        self.collapse = self._add(menu, "&Collapse all groups", self.collapse_all.emit)
        self.show_group(None)

    def show_group(self, field: str | None) -> None:
        """Marks the field in force."""
        choice = self.choices.get(field, self.choices[None])
        choice.setChecked(True)
        grouped = field is not None
        self.expand.setEnabled(grouped)
        self.collapse.setEnabled(grouped)
        name = f"Grouped by {choice.text()}" if grouped else "Group rows"
        self.setToolTip(name)
        self.setAccessibleName(name)

    def _add_choice(self, menu: QMenu, field: str | None, title: str) -> None:
        action = self._add(menu, title, partial(self._choose, field))
        action.setCheckable(True)
        self._group.addAction(action)
        self.choices[field] = action

    def _add(self, menu: QMenu, text: str, run: Callable[[], object]) -> QAction:
        action = menu.addAction(text)
        action.triggered.connect(lambda _checked=False: run())
        return action

    def _choose(self, field: str | None) -> None:
        self.show_group(field)
        self.group_chosen.emit(field)
