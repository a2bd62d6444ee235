"""Push now: starts the outbox of the accounts concerned, and says what came of the entries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from soleflip_desktop.domain.outbox import OutboxRow, OutboxState
from soleflip_desktop.domain.sync import RunStatus, SyncKind, SyncReport, SyncRequest
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.labels import label
from soleflip_desktop.ui.common.sync_doors import OutboxSource, SyncControl
from soleflip_desktop.ui.common.sync_signals import SyncSignals
from soleflip_desktop.ui.transactions.outbox.words import account_of, counted_states

#: What a push can move on: entries to be sent, and those to be asked about.
PUSHABLE = frozenset(
    {OutboxState.QUEUED, OutboxState.SENDING, OutboxState.PENDING, OutboxState.UNKNOWN}
)


class PushLine(QFrame):
    """One line: what a push does, then what it did, until it is dismissed.

    Signals:
        ended: a push is over; the entries have other states.
    """

    ended = Signal()

    def __init__(
        self, source: OutboxSource, control: SyncControl, kit: UiKit, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._source, self._control, self._kit = source, control, kit
        self._pushed: dict[int, frozenset[int]] = {}  # account -> entries
        self._titles: dict[int, str] = {}
        self._results: list[str] = []
        self.setProperty("role", "message")
        self.words = label("", wrap=True)
        close = QToolButton(self)
        close.setProperty("role", "flat")
        kit.icons.follow(close, "close")
        close.setAccessibleName("Dismiss")
        close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(20, 6, 12, 6)
        layout.addWidget(self.words, 1)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()
        self._signals = SyncSignals(control, self)
        self._signals.progressed.connect(self._show)
        self._signals.ended.connect(self._on_ended)

    def push(self, rows: Sequence[OutboxRow]) -> None:
        """The outboxes of these entries' accounts."""
        entries: defaultdict[int, set[int]] = defaultdict(set)
        for row in (row for row in rows if row.state in PUSHABLE):
            entries[row.account_id].add(row.id)
            self._titles[row.account_id] = account_of(row)
        if not self._pushed:
            self._results.clear()
        for account_id, ids in entries.items():
            self._pushed[account_id] = frozenset(ids)
            self._control.run_now(SyncRequest(account_id, (SyncKind.OUTBOX,)))
        self._show()
        self.show()

    def _show(self) -> None:
        if not self._pushed:
            return
        lines = list(self._results)
        for account_id in self._pushed:
            sign = self._signals.running.get(account_id)
            doing = sign.words if sign and sign.kind is SyncKind.OUTBOX else "waiting for its turn"
            lines.append(f"{self._titles[account_id]}: {doing}…")
        self.words.setText("\n".join(lines))

    def _on_ended(self, report: SyncReport) -> None:
        if any(each.kind is SyncKind.OUTBOX for each in report.kinds):
            ids = self._pushed.pop(report.account_id, None)
            if ids is not None:
                self._kit.tasks.start(self._tell(report, ids))
                return
        self.ended.emit()

    async def _tell(self, report: SyncReport, ids: frozenset[int]) -> None:
        """Not what was tried but what the entries say now."""
        rows = [*await self._source.rows(), *await self._source.rows(settled=True)]
        states = counted_states((row for row in rows if row.id in ids), self._kit.formatter)
        problems = [each.message for each in report.kinds if each.status is not RunStatus.COMPLETED]
        words = " · ".join(part for part in (states, *problems) if part)
        self._results.append(f"{self._titles[report.account_id]}: {words}")
        self.words.setText("\n".join(self._results))
        self._show()
        self.ended.emit()
