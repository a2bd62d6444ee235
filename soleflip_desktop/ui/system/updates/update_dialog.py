"""A newer version: what is new, fetching it, starting its installer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QProgressBar, QPushButton, QWidget

from soleflip_desktop.domain.changelog import newer_than
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.updates import Launched, Offer
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.form_dialog import FormDialog
from soleflip_desktop.ui.common.labels import label
from soleflip_desktop.ui.system.updates.door import UpdateDoor
from soleflip_desktop.ui.system.updates.memory import UpdateMemory
from soleflip_desktop.ui.system.updates.notes_view import NotesView

#: A bar of numbers that a machine word of any Qt can hold.
_STEPS = 1000
_DATABASE = (
    "It changes the database when it starts. Desktops that share this database have to be updated "
    "too."
)
_BUSY = "An import is running. Let it finish, then install the update."
_START = {
    Launched.RESTARTS: "&Restart and install",
    Launched.OPENED: "&Open the installer",
    Launched.SHOWN: "&Show the file",
}
_READY = {
    Launched.RESTARTS: "Downloaded and verified. SoleFlip closes, is updated and starts again.",
    Launched.OPENED: "Downloaded and verified. Close SoleFlip before you install it.",
    Launched.SHOWN: "Downloaded and verified. Close SoleFlip before you replace it.",
}
_AFTERWARDS = {
    Launched.RESTARTS: "The installer waits two minutes for SoleFlip to close.",
    Launched.OPENED: "The installer is open. Close SoleFlip before you go on with it.",
    Launched.SHOWN: "The file is shown in its folder. Close SoleFlip before you replace it.",
}


class Stage(StrEnum):
    """Where the dialog is."""

    OFFERED = "offered"
    LOADING = "loading"
    READY = "ready"
    STARTING = "starting"


class UpdateDialog(FormDialog):
    """Shown with open(). `busy` says whether closing the window would end an import.

    Signals:
        skipped: nobody wants to hear of this version any more.
        close_requested: the installer waits for the window to close.
    """

    skipped = Signal()
    close_requested = Signal()

    def __init__(
        self,
        door: UpdateDoor,
        offer: Offer,
        memory: UpdateMemory,
        kit: UiKit,
        parent: QWidget,
        *,
        busy: Callable[[], bool],
    ) -> None:
        release = offer.release
        super().__init__(kit, "Update SoleFlip Desktop", parent)
        self._door, self._offer, self._memory, self._busy = door, offer, memory, busy
        self._stop: Callable[[], object] | None = None
        self._ended = False
        self.stage = Stage.OFFERED
        self.headline.setProperty("role", "step_title")
        self.headline.setText(f"SoleFlip Desktop {release.version} is available")
        self.facts = label(self._facts(), "muted", wrap=True)
        self.notes = NotesView(f"What is new in {release.version}", self)
        self.notes.show_notes(newer_than(door.version, release.notes))
        self.bar = QProgressBar(self)
        self.bar.setRange(0, _STEPS)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Download")
        self.state = label("", "muted", wrap=True)
        self.daily = QCheckBox("Look for updates &once a day", self)
        self.daily.setChecked(memory.enabled)
        self.daily.toggled.connect(self._on_daily)
        for widget in (self.facts, self.notes, self.bar, self.state, self.daily):
            self.body.addWidget(widget, 1 if widget is self.notes else 0)
        self._add_buttons()
        self.resize(660, 560)
        self._go(Stage.OFFERED, offer.obstacle)

    def reject(self) -> None:
        """Esc and Later: gives up a download, then closes."""
        if self.stage is Stage.LOADING:
            self._cancel()
        elif self.stage is not Stage.STARTING:
            super().reject()

    def done(self, result: int) -> None:
        self._ended = True
        if self._stop is not None:
            self._stop()
        super().done(result)

    # -- building ------------------------------------------------------------------------------

    def _facts(self) -> str:
        release, formatter = self._offer.release, self.kit.formatter
        parts = [
            f"Released on {formatter.calendar_day(release.released)}",
            f"you have {self._door.version}",
        ]
        if self._offer.file is not None:
            parts.append(f"download {formatter.size(self._offer.file.size)}")
        words = ", ".join(parts) + "."
        return f"{words} {_DATABASE}" if self._offer.changes_database else words

    def _add_buttons(self) -> None:
        self.skip = QPushButton("&Skip this version", self)
        self.later = QPushButton("&Later", self)
        self.cancel = QPushButton("&Cancel", self)
        self.fetch = QPushButton("&Download and install", self)
        self.start = QPushButton(_START[self._door.ending], self)
        self.skip.clicked.connect(self._on_skip)
        self.later.clicked.connect(self.reject)
        self.cancel.clicked.connect(self._cancel)
        self.fetch.clicked.connect(self._on_fetch)
        self.start.clicked.connect(self._on_start)
        for button in (self.skip, self.later, self.cancel):
            self.add_button(button)
        for button in (self.fetch, self.start):
            self.add_button(button, primary=True)

    # -- what happens --------------------------------------------------------------------------

    def _go(self, stage: Stage, problem: str = "", state: str = "") -> None:
        """Shows that stage; `problem` is what went wrong before it."""
        self.stage = stage
        offered, loading, ready = (
            stage is Stage.OFFERED,
            stage is Stage.LOADING,
            stage in {Stage.READY, Stage.STARTING},
        )
        self.skip.setVisible(offered)
        self.later.setVisible(not loading)
        self.cancel.setVisible(loading)
        self.fetch.setVisible(offered and self._offer.file is not None)
        self.start.setVisible(ready)
        for button in (self.later, self.start):
            button.setEnabled(stage is not Stage.STARTING)
        self.bar.setVisible(loading)
        self.state.setText(_READY[self._door.ending] if stage is Stage.READY else state)
        self.state.setVisible(not offered)
        self.say_problem(problem)
        main = {Stage.OFFERED: self.fetch, Stage.LOADING: self.cancel}.get(stage, self.start)
        usable = main if main.isEnabled() and not main.isHidden() else self.later
        usable.setDefault(True)
        usable.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_fetch(self) -> None:
        self.bar.setValue(0)
        self._go(Stage.LOADING, state="Connecting…")
        self._stop = self.kit.tasks.start(self._fetch())

    async def _fetch(self) -> None:
        try:
            await self._door.download(self._offer, self._on_progress)
        except UserError as error:
            self._after(Stage.OFFERED, str(error))
        except asyncio.CancelledError:
            self._after(Stage.OFFERED)
            raise
        else:
            self._after(Stage.READY)

    def _on_progress(self, here: int, total: int) -> None:
        if self.stage is not Stage.LOADING or self._ended:
            return
        self.bar.setValue(here * _STEPS // max(1, total))
        size = self.kit.formatter.size
        self.state.setText(f"{size(here)} of {size(total)}")

    def _cancel(self) -> None:
        if self._stop is not None:
            self._stop()

    def _on_start(self) -> None:
        if self._door.ending is Launched.RESTARTS and self._busy():
            self.say_problem(_BUSY)
            return
        self._go(Stage.STARTING, state="Verifying the file once more…")
        self.kit.tasks.start(self._launch())

    async def _launch(self) -> None:
        try:
            launched = await self._door.launch(self._offer)
        except UserError as error:
            self._after(Stage.OFFERED, str(error))
            return
        self.kit.notifier.info(_AFTERWARDS[launched])
        self.accept()
        if launched is Launched.RESTARTS:
            self.close_requested.emit()

    def _after(self, stage: Stage, problem: str = "") -> None:
        """The dialog may have closed while it was waited."""
        if not self._ended:
            self._stop = None
            self._go(stage, problem)

    def _on_skip(self) -> None:
        self.skipped.emit()
        self.accept()

    def _on_daily(self, on: bool) -> None:  # noqa: FBT001  (a slot of Qt)
        self._memory.enabled = on
