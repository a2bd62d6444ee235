"""The bridge from the change bus to Qt: any thread in, the GUI thread out, bursts as one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal

from soleflip_desktop.domain.changes import Change, ChangeBus, Domain

COALESCE_MS = 80
#: Who edits sees it at once; a sync that writes for minutes on end is followed at leisure, for
#: bringing big tables up to date takes from the GUI's thread.
CALM_MS, QUICK_ONES = 1500, 3


class ChangeSignals(QObject):
    """Collects the domains that changed and announces them at most every 80 ms.

    After a few announcements in a row it is every 1.5 s, until nothing came for as long.

    Signals:
        changed(frozenset[Domain]): in the GUI thread, what changed since the last time.
    """

    changed = Signal(object)
    _received = Signal(object)

    def __init__(self, bus: ChangeBus, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pending: set[Domain] = set()
        self._timer = QTimer(self, interval=COALESCE_MS, singleShot=True)
        self._timer.timeout.connect(self._announce)
        self._quick = 0
        self._since = QElapsedTimer()
        self._received.connect(self._on_received, Qt.ConnectionType.QueuedConnection)
        self._unsubscribe: Callable[[], None] | None = bus.subscribe(self._receive)

    def close(self) -> None:
        """Ends the subscription; what is pending is not announced any more."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        self._timer.stop()

    def _receive(self, change: Change) -> None:
        self._received.emit(change)

    def _on_received(self, change: Change) -> None:
        self._pending |= change.domains
        # Not restarted by later notices: a long burst must not put the announcement off for ever.
        if self._unsubscribe is not None and not self._timer.isActive():
            self._timer.start(self._wait_ms())

    def _wait_ms(self) -> int:
        if not self._since.isValid() or self._since.elapsed() > CALM_MS:
            self._quick = 0
        self._quick += 1
        return COALESCE_MS if self._quick <= QUICK_ONES else CALM_MS

    def _announce(self) -> None:
        domains, self._pending = frozenset(self._pending), set()
        self._since.start()
        self.changed.emit(domains)
