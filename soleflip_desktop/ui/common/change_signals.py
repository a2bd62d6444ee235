"""The bridge from the change bus to Qt: any thread in, the GUI thread out, bursts as one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from soleflip_desktop.domain.changes import Change, ChangeBus, Domain

COALESCE_MS = 80


class ChangeSignals(QObject):
    """Collects the domains that changed and announces them at most every 80 ms.

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
            self._timer.start()

    def _announce(self) -> None:
        domains, self._pending = frozenset(self._pending), set()
        self.changed.emit(domains)
