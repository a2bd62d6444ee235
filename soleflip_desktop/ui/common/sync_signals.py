"""The bridge from the sync engine to Qt: many signs of life in, few signals out."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from soleflip_desktop.domain.sync import SyncProgress, SyncReport
from soleflip_desktop.ui.common.sync_doors import SyncControl

COALESCE_MS = 100


class SyncSignals(QObject):
    """Keeps the latest progress of each account and announces it at most every 100 ms.

    Signals:
        progressed: `running` is another.
        ended(SyncReport): a job is over; its account is no longer in `running`.
    """

    progressed = Signal()
    ended = Signal(object)

    def __init__(self, control: SyncControl, parent: QObject) -> None:
        super().__init__(parent)
        self.running: dict[int, SyncProgress] = {
            progress.account_id: progress for progress in control.running()
        }
        self._timer = QTimer(self, interval=COALESCE_MS, singleShot=True)
        self._timer.timeout.connect(self.progressed)
        stop = control.watch(self._on_progress, self._on_end)
        self.destroyed.connect(lambda _gone=None: stop())

    def _on_progress(self, progress: SyncProgress) -> None:
        self.running[progress.account_id] = progress
        # Not restarted by the next one: a busy job must not put the announcement off for ever.
        if not self._timer.isActive():
            self._timer.start()

    def _on_end(self, report: SyncReport) -> None:
        self.running.pop(report.account_id, None)
        self.progressed.emit()
        self.ended.emit(report)
