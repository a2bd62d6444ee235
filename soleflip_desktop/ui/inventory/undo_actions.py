"""Undo and redo: staged gestures first, then the steps that the database keeps."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from soleflip_desktop.domain.steps import StepReport
from soleflip_desktop.ui.common.actions import Action, Menu, build
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.doors import StepsSource
from soleflip_desktop.ui.common.grid.staged_edits import StagedEdits
from soleflip_desktop.ui.inventory.result_bar import ResultBar


class UndoActions(QObject):
    """Two actions whose texts name the step."""

    def __init__(
        self,
        steps: StepsSource,
        staged: StagedEdits,
        results: ResultBar,
        kit: UiKit,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._steps, self._staged, self._results, self._kit = steps, staged, results, kit
        self._busy = False
        self._undo_title = self._redo_title = ""
        self.undo: QAction = build(
            Action("&Undo", self.undo_last, "Ctrl+Z", menu=Menu.EDIT), parent, kit.icons
        )
        self.redo: QAction = build(
            Action("&Redo", self.redo_last, "Ctrl+Shift+Z", menu=Menu.EDIT), parent, kit.icons
        )
        results.undo_requested.connect(self._undo_step)
        staged.changed.connect(self._show)
        self._show()

    def refresh(self) -> None:
        """Something was changed, here or elsewhere: asks what can be undone now."""
        self._kit.tasks.start(self._refresh())

    def undo_last(self) -> None:
        if len(self._staged) and self._staged.take_back():
            return
        self._undo_step()

    def redo_last(self) -> None:
        self._start(self._steps.redo, "Done again: ")

    def _undo_step(self) -> None:
        self._start(self._steps.undo, "Undone: ")

    def _start(self, step: Callable[[], Awaitable[StepReport]], verb: str) -> None:
        if not self._busy:  # a second Ctrl+Z waits for nothing: it would undo what it cannot name
            self._busy = True
            self._kit.tasks.start(self._run(step, verb))

    async def _run(self, step: Callable[[], Awaitable[StepReport]], verb: str) -> None:
        try:
            self._results.tell(await step(), verb, undoable=False)
        finally:
            self._busy = False
        await self._refresh()

    async def _refresh(self) -> None:
        state = await self._steps.state()
        self._undo_title = "" if state.undo is None else state.undo.title
        self._redo_title = "" if state.redo is None else state.redo.title
        self._show()

    def _show(self) -> None:
        staged = len(self._staged) > 0
        title = "the last change that is not applied yet" if staged else self._undo_title
        self.undo.setText(f"&Undo {title}".rstrip())
        self.undo.setEnabled(bool(title))
        self.redo.setText(f"&Redo {self._redo_title}".rstrip())
        self.redo.setEnabled(bool(self._redo_title) and not staged)
