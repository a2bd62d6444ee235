"""Updates as the window has them: a quiet notice, commands of the Help menu, a look once a day."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton, QWidget

from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.updates import NO_CHANNEL, Offer
from soleflip_desktop.domain.versions import precedence
from soleflip_desktop.ui.common.actions import Action, build
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.sync_words import utc_now
from soleflip_desktop.ui.system.updates.door import UpdateDoor
from soleflip_desktop.ui.system.updates.memory import UpdateMemory
from soleflip_desktop.ui.system.updates.news_dialog import NewsDialog
from soleflip_desktop.ui.system.updates.update_dialog import UpdateDialog

log = logging.getLogger(__name__)

#: The first look comes when the start is long over; then an hourly one at whether a day is past.
FIRST_LOOK_MS, NEXT_LOOK_MS = 5 * 60_000, 60 * 60_000


class Updates(QObject):
    """Add `actions` to the Help menu and `notice` to the status bar, then `start`.

    `busy` says whether closing the window would end an import.

    Signals:
        close_requested: an installer waits for the window to close.
    """

    close_requested = Signal()

    def __init__(
        self,
        door: UpdateDoor,
        kit: UiKit,
        window: QWidget,
        *,
        busy: Callable[[], bool],
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__(window)
        self._door, self._kit, self._window = door, kit, window
        self._busy, self._now = busy, now
        self._looking = False
        self.offer: Offer | None = None
        self.dialog: UpdateDialog | None = None
        self.news: NewsDialog | None = None
        self.memory = UpdateMemory(kit.settings, by_default=door.looks_by_default)
        self.notice = self._make_notice()
        look = Action("Check for &updates…", self.look_now)
        news = Action("&What is new", self.show_news)
        self.actions: tuple[QAction, ...] = tuple(
            build(each, self, kit.icons) for each in (news, look)
        )
        self._timer = QTimer(self, interval=FIRST_LOOK_MS)
        self._timer.timeout.connect(self._on_time)

    def start(self) -> None:
        """Says once what an update brought; looks for the next one later, where that is wanted."""
        before = self.memory.note_start(self._door.version)
        if before is not None and precedence(before) < precedence(self._door.version):
            self._show_news(before)
            self._kit.tasks.start(self._door.tidy(None))
        if self._door.looks:
            self._timer.start()

    def look_now(self) -> None:
        """Whatever was chosen or skipped; says also that there is nothing."""
        if not self._door.looks:
            self._kit.notifier.info(NO_CHANNEL)
        elif not self._looking:
            self._kit.tasks.start(self._look_now())

    def show_news(self) -> None:
        self._show_news(None)

    def show_offer(self) -> None:
        """The dialog of the update that was found."""
        if self.offer is None or self.dialog is not None:
            return
        dialog = UpdateDialog(
            self._door, self.offer, self.memory, self._kit, self._window, busy=self._busy
        )
        dialog.skipped.connect(self._on_skipped)
        dialog.close_requested.connect(self.close_requested)
        dialog.finished.connect(self._on_closed)
        self.dialog = dialog
        dialog.open()

    # -- looking -------------------------------------------------------------------------------

    def _on_time(self) -> None:
        self._timer.setInterval(NEXT_LOOK_MS)
        # What is shown must not be exchanged under a download.
        if self._looking or self.dialog is not None:
            return
        if self.memory.enabled and self.memory.is_due(self._now()):
            self._kit.tasks.start(self._look_quietly())

    async def _look_quietly(self) -> None:
        try:
            await self._look()
        except UserError as error:
            log.info("looked for updates in vain: %s", error)
            return
        if self.offer is not None and self.offer.release.version == self.memory.skipped:
            self._take(None)

    async def _look_now(self) -> None:
        await self._look()
        if self.offer is None:
            self._kit.notifier.success(f"SoleFlip Desktop {self._door.version} is up to date.")
        else:
            self.show_offer()

    async def _look(self) -> None:
        self._looking = True
        try:
            checked = await self._door.check(self.memory.newest)
        finally:
            self._looking = False
        self.memory.newest = checked.newest
        self.memory.note_look(self._now())
        self._take(checked.offer)
        await self._door.tidy(checked.offer)

    def _take(self, offer: Offer | None) -> None:
        self.offer = offer
        if offer is not None:
            words = f"SoleFlip Desktop {offer.release.version} is available"
            self.notice.setText(f"{words} — What is new…")
            self.notice.setAccessibleName(words)
        self.notice.setVisible(offer is not None)

    # -- dialogs -------------------------------------------------------------------------------

    def _show_news(self, after: str | None) -> None:
        if self.news is None:
            self.news = NewsDialog(self._door, self._kit, self._window, after=after)
            self.news.finished.connect(self._on_news_closed)
            self.news.open()

    def _on_news_closed(self) -> None:
        self.news = None

    def _on_skipped(self) -> None:
        if self.offer is not None:
            self.memory.skipped = self.offer.release.version
            self._take(None)

    def _on_closed(self) -> None:
        self.dialog = None

    def _make_notice(self) -> QToolButton:
        notice = QToolButton(self._window)
        notice.setProperty("role", "flat")
        notice.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        notice.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        notice.setToolTip("What is new, and installing it")
        self._kit.icons.follow(notice, "info", "info")
        notice.clicked.connect(self.show_offer)
        notice.hide()
        return notice
