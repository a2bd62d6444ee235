"""The saved views of a table: choose one, save what is on screen, share it, open with it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from soleflip_desktop.domain.saved_views import SavedViewRow, ViewState, same_view
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.doors import ViewsSource
from soleflip_desktop.ui.common.grid.view_dialogs import (
    ask_to_delete,
    ask_to_rename,
    ask_to_save,
)


class ViewButton(QToolButton):
    """Names the view in force, with a star where the table was changed since.

    Signals:
        state_chosen(ViewState | None): what the table shall show; None: its own.
    """

    state_chosen = Signal(object)

    def __init__(
        self,
        table_key: str,
        own_title: str,
        views: ViewsSource,
        kit: UiKit,
        capture: Callable[[], ViewState],
        *,
        parent: QWidget | None = None,
    ) -> None:
        """`own_title` is the table without a view ("All units"); `capture` says what is shown."""
        super().__init__(parent)
        self._table_key, self._own_title = table_key, own_title
        self._source, self._kit, self._capture = views, kit, capture
        self.views: list[SavedViewRow] = []
        self.current: SavedViewRow | None = None
        self.setProperty("role", "flat")
        kit.icons.follow(self, "view")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.view_menu = QMenu("Views", self)
        self.view_menu.aboutToShow.connect(self._fill)
        self.setMenu(self.view_menu)
        self.note_state()

    # -- for the page --------------------------------------------------------------------------

    @property
    def modified(self) -> bool:
        """Whether the table shows something else than the view in force."""
        return self.current is not None and not same_view(self.current.state, self._capture())

    def note_state(self) -> None:
        """The table shows something else: the star may come or go."""
        name = self._own_title if self.current is None else self.current.name
        star = " *" if self.modified else ""
        self.setText(f"{name}{star}".replace("&", "&&"))
        changed = ", changed" if star else ""
        self.setAccessibleName(f"View: {name}{changed}")
        self.setToolTip(f"View: {name}{changed}\nChoose, save and share views")

    async def open_default(self) -> ViewState | None:
        """Reads the views; the state to begin with, or None for the table's own."""
        await self.reload()
        self.current = next((view for view in self.views if view.default), None)
        return None if self.current is None else self.current.state

    async def reload(self) -> None:
        """Reads the views anew; what the table shows stays."""
        self.views = await self._source.views(self._table_key)
        if self.current is not None:
            wanted = self.current.id
            self.current = next((view for view in self.views if view.id == wanted), None)
        self.note_state()

    # -- what the menu leads to ------------------------------------------------------------------

    def choose(self, view: SavedViewRow | None) -> None:
        self.current = view
        self.state_chosen.emit(None if view is None else view.state)
        self.note_state()

    async def save_as(self, name: str, *, shared: bool) -> None:
        """Raises UserError."""
        state = self._capture()
        self.current = await self._source.save(self._table_key, name, state, shared=shared)
        await self.reload()
        self._kit.notifier.success(f"Saved the view {self.current.name}.")

    async def rename(self, view: SavedViewRow, name: str) -> None:
        """Raises UserError."""
        await self._source.rename(view.id, name)
        await self.reload()

    async def delete(self, view: SavedViewRow) -> None:
        """Raises UserError. The table goes on showing what it shows."""
        await self._source.delete(view.id)
        await self.reload()
        self._kit.notifier.success(f"Deleted the view {view.name}.")

    async def set_default(self, view: SavedViewRow | None) -> None:
        """Raises UserError."""
        await self._source.set_default(self._table_key, None if view is None else view.id)
        await self.reload()

    # -- the menu ------------------------------------------------------------------------------

    def _fill(self) -> None:
        menu = self.view_menu
        menu.clear()
        self._add_view(None, self._own_title)
        for title, shared in (("My views", False), ("Shared views", True)):
            views = [view for view in self.views if view.shared is shared]
            if views:
                menu.addSection(title)
            for view in views:
                default = " (opens first)" if view.default else ""
                self._add_view(view, f"{view.name}{default}")
        menu.addSeparator()
        if self.current is not None:
            self._add_own_actions(self.current)
        self._add("Save &as…", self._ask_name)
        self._add("&Reset to the table's own", lambda: self.choose(None))

    def _add_own_actions(self, view: SavedViewRow) -> None:
        named = view.name.replace("&", "&&")
        self._add(
            f"&Save {named}",
            lambda: self._start(self.save_as(view.name, shared=view.shared)),
            enabled=self.modified,
        )
        self._add("Re&name…", lambda: self._ask_new_name(view))
        self._add("&Delete…", lambda: self._ask_delete(view))
        opens = self._add(
            "&Open the table with this view",
            lambda: self._start(self.set_default(None if view.default else view)),
        )
        opens.setCheckable(True)
        opens.setChecked(view.default)

    def _add_view(self, view: SavedViewRow | None, title: str) -> None:
        action = self._add(title.replace("&", "&&"), partial(self.choose, view))
        action.setCheckable(True)
        shown = None if self.current is None else self.current.id
        action.setChecked(shown == (None if view is None else view.id))

    def _add(self, text: str, run: Callable[[], object], *, enabled: bool = True) -> QAction:
        action = self.view_menu.addAction(text)
        action.setEnabled(enabled)
        action.triggered.connect(lambda _checked=False: run())
        return action

    def _ask_name(self) -> None:
        name = "" if self.current is None else self.current.name
        ask_to_save(
            self.window(), name, lambda text, shared: self._start(self.save_as(text, shared=shared))
        )

    def _ask_new_name(self, view: SavedViewRow) -> None:
        ask_to_rename(
            self.window(), view, lambda text, _shared: self._start(self.rename(view, text))
        )

    def _ask_delete(self, view: SavedViewRow) -> None:
        ask_to_delete(self.window(), view, lambda: self._start(self.delete(view)))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        self._kit.tasks.start(work)
