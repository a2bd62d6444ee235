"""What the window has to do with the desktop around it: first start, preferences, files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QStackedWidget, QWidget

from soleflip_desktop.domain.preferences import Begin, StartStage
from soleflip_desktop.ui.common.actions import Action, build
from soleflip_desktop.ui.common.asked_once import was_answered
from soleflip_desktop.ui.common.context import PreferencesSource, UiContext, UiKit
from soleflip_desktop.ui.common.window_place import bring_to_front

if TYPE_CHECKING:
    from soleflip_desktop.ui.common.opened_files import OpenedFiles
    from soleflip_desktop.ui.system.first_run.flow import FirstRun


class Desktop(QObject):
    """Light until it is used: the window opens with it, and asks only at a first start.

    `updates` is whether a build looks for updates where nobody has chosen; None: it never does.

    Signals:
        retry_requested: the database shall be started again.
        import_requested, sample_requested, account_requested: what somebody begins with.
        importable(list): paths of files that came from outside.
    """

    retry_requested = Signal()
    import_requested = Signal()
    sample_requested = Signal()
    account_requested = Signal()
    importable = Signal(list)

    def __init__(self, kit: UiKit, stack: QStackedWidget, window: QWidget) -> None:
        super().__init__(window)
        self._kit, self._stack, self._window = kit, stack, window
        self._preferences: PreferencesSource | None = None
        self._files: OpenedFiles | None = None
        self._waiting: list[str] = []
        self._begin = Begin.EMPTY
        self.first_run: FirstRun | None = None
        self.updates: bool | None = None
        action = Action("&Preferences…", self.show_preferences, "Ctrl+,")
        self.preferences = build(action, window, kit.icons)
        self.preferences.setMenuRole(QAction.MenuRole.PreferencesRole)  # macOS: the app's own menu

    # -- the start -----------------------------------------------------------------------------

    @property
    def unanswered(self) -> bool:
        """Whether `settle` may have to wait for somebody."""
        return not was_answered(self._kit.settings)

    def ask_before(self) -> None:
        """Where the database is yet to be made: asks meanwhile what a first start asks."""
        if self.unanswered:
            self._first_run().begin()
            self.show_stage(StartStage.MAKING)

    def show_stage(self, stage: StartStage) -> None:
        if self.first_run is not None:
            self.first_run.show_stage(stage)

    def show_error(self, text: str) -> bool:
        """Whether the page of the first start is there to tell why the database did not come up."""
        page = self.first_run.page if self.first_run is not None else None
        if page is None:
            return False
        self._stack.setCurrentWidget(page)
        page.show_error(text)
        return True

    async def settle(self, preferences: PreferencesSource, *, shared: bool) -> None:
        """With the database up, before the pages are built: waits for answers that are missing."""
        self._preferences = preferences
        if self.unanswered:
            self._begin = await self._first_run().finish(preferences, shared=shared)
        else:
            self._kit.tasks.start(self._load_currency(preferences))

    def attach(self, context: UiContext) -> None:
        """The pages stand: begins with what was chosen, and opens the files that waited."""
        from soleflip_desktop.ui.common.opened_files import OpenedFiles  # noqa: PLC0415  (see the class)

        self._files = OpenedFiles(context.desk, self._kit, self._window)
        self._files.importable.connect(self.importable)
        if self.first_run is not None and self.first_run.page is not None:
            self._stack.removeWidget(self.first_run.page)
            self.first_run.page.deleteLater()
        self.first_run = None
        begins = {
            Begin.IMPORT: self.import_requested,
            Begin.SAMPLE: self.sample_requested,
            Begin.ACCOUNT: self.account_requested,
        }
        if (chosen := begins.get(self._begin)) is not None:
            chosen.emit()
        waiting, self._waiting = self._waiting, []
        self.open_files(waiting)

    # -- at any time ---------------------------------------------------------------------------

    def open_files(self, paths: Sequence[str]) -> None:
        """Profiles are kept, everything else is imported; before the database is up they wait."""
        if self._files is None:
            self._waiting += paths
        elif paths:
            self._files.open(paths)

    def call(self, paths: Sequence[str]) -> None:
        """Another start of the app was for this window, and perhaps for files."""
        bring_to_front(self._window.window())
        self.open_files(paths)

    def show_preferences(self) -> None:
        from soleflip_desktop.ui.system.preferences.dialog import (  # noqa: PLC0415  (see the class)
            PreferencesDialog,
        )

        folder = Path(self._kit.settings.fileName()).parent
        dialog = PreferencesDialog(
            self._preferences, self._kit, folder, self._window, updates=self.updates
        )
        dialog.open()

    def _first_run(self) -> FirstRun:
        from soleflip_desktop.ui.system.first_run.flow import FirstRun  # noqa: PLC0415  (see the class)

        if self.first_run is None:
            self.first_run = FirstRun(self._kit, self._show, self.retry_requested.emit, self)
        return self.first_run

    def _show(self, page: QWidget) -> None:
        self._stack.setCurrentIndex(self._stack.addWidget(page))

    async def _load_currency(self, preferences: PreferencesSource) -> None:
        self._kit.base_currency.code = await preferences.base_currency()
