"""The moment at which a table shows its rows: what is not in sight waits for it."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from PySide6.QtCore import QEvent, QObject, QTimer

from soleflip_desktop.settings.start_marks import mark
from soleflip_desktop.ui.common.table_page import TablePage

#: A database far away may take this long for a page of rows.
LONGEST_S = 5.0


class FirstRows(QObject):
    """Watches a page until its first rows are painted, or until it is known to have none."""

    def __init__(self, page: TablePage[Any]) -> None:
        super().__init__(page)
        self._model, self._viewport = page.model, page.view.viewport()
        self._seen = asyncio.Event()
        self._viewport.installEventFilter(self)
        self._model.view_changed.connect(self._on_view_changed)
        self._model.load_failed.connect(self._seen.set)

    async def wait(self) -> None:
        """Returns after LONGEST_S at the latest."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._seen.wait(), LONGEST_S)
        self._viewport.removeEventFilter(self)
        self._model.view_changed.disconnect(self._on_view_changed)
        self._model.load_failed.disconnect(self._seen.set)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._model.rowCount():
            self._viewport.removeEventFilter(self)
            QTimer.singleShot(0, self._on_painted)
        return False

    def _on_painted(self) -> None:
        mark("first rows painted")
        self._seen.set()

    def _on_view_changed(self) -> None:
        if not self._model.rowCount():
            self._seen.set()
