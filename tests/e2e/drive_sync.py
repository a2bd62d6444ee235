"""Runs the real app with a user who syncs: accounts page, sync of all accounts, orders, outbox.

    python tests/e2e/drive_sync.py DATA ACCOUNTS SHOTS

The marketplaces and the log-ins are in the environment (SOLEFLIP_STOCKX_BASE_URL and so on), the
accounts, so many of them, in DATA already. Prints one JSON object of what a user would have seen,
and how long the GUI's thread was away: idle, and while the sync ran.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from PySide6.QtCore import QElapsedTimer, Qt, QTimer

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from e2e.drive_window import BEAT_MS, Visit, main, until
from soleflip_desktop.domain.sync import SyncReport
from soleflip_desktop.ui.main_window import MainWindow
from soleflip_desktop.ui.pages import Pages

IDLE_S = 5
LIMIT_S = 900


class Beats:
    """Times between two turns of the GUI's loop, in microseconds."""

    def __init__(self) -> None:
        self.gaps: list[int] = []
        self._since = QElapsedTimer()
        self._timer = QTimer(interval=BEAT_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._since.start()
        self._timer.start()

    def _beat(self) -> None:
        self.gaps.append(self._since.nsecsElapsed() // 1000)
        self._since.restart()

    def take(self) -> dict[str, int]:
        """p50, p99 and the longest since the last time."""
        gaps, self.gaps = sorted(self.gaps), []
        if not gaps:
            return {}
        return {
            "p50_us": gaps[len(gaps) // 2],
            "p99_us": gaps[len(gaps) * 99 // 100],
            "longest_us": gaps[-1],
            "beats": len(gaps),
        }


class SyncVisit(Visit):
    """A user's way through the window, and what was seen on it."""

    def __init__(self, window: MainWindow, shots: Path | None) -> None:
        super().__init__(window, shots)
        self.ended: list[SyncReport] = []

    async def go(self, file: str) -> None:
        """`file` is how many accounts there are."""
        accounts = int(file)
        await until(lambda: self.window.pages, "the database")
        known = self.window.known
        assert known is not None
        known.status.sync.ended.connect(self.ended.append)
        self.window.show_page(known.accounts)
        await until(lambda: len(known.accounts.overviews) == accounts, "the accounts")
        self.shoot("sync-accounts")
        self.window.go_to(1)
        await asyncio.sleep(1)
        beats = Beats()
        await asyncio.sleep(IDLE_S)
        self.seen["idle"] = beats.take()
        started = time.monotonic()
        known.accounts.sync_all()
        await until(lambda: len(self.ended) >= accounts, "the sync", LIMIT_S)
        self.seen["seconds"] = round(time.monotonic() - started, 2)
        self.seen["busy"] = beats.take()
        self.seen["reports"] = []
        self.tell()
        await self.look(known)
        self.window.close()

    def tell(self) -> None:
        for report in self.ended:
            for kind in report.kinds:
                counts = kind.counts
                self.seen["reports"].append(
                    {
                        "kind": kind.kind,
                        "status": kind.status,
                        "fetched": counts.fetched,
                        "created": counts.created,
                        "failed": counts.failed,
                        "requests": counts.requests,
                        "message": kind.message,
                    }
                )

    async def look(self, known: Pages) -> None:
        for page, name in (
            (known.accounts, "synced"),
            (known.inventory, "inventory"),
            (known.orders, "orders"),
            (known.outbox, "outbox"),
            (known.review, "review"),
        ):
            self.window.show_page(page)
            await asyncio.sleep(1.5)
            self.shoot(f"sync-{name}")
            self.seen[name] = self.window.totals.text()


if __name__ == "__main__":
    main(SyncVisit)
