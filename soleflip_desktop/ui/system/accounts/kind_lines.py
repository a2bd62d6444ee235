"""Outbox, orders, listings and market data of an account: how old, when next, what came last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from soleflip_desktop.domain.market import age_words, is_stale
from soleflip_desktop.domain.sync import AccountOverview, KindState, RunStatus, SyncKind
from soleflip_desktop.ui.common.formatting import Formatter
from soleflip_desktop.ui.common.labels import label, set_role
from soleflip_desktop.ui.common.sync_words import KIND_WORDS, age
from soleflip_desktop.ui.system.accounts.words import figures_words, next_run, result_words

_TOP = Qt.AlignmentFlag.AlignTop


@dataclass(frozen=True, slots=True)
class _Line:
    """The labels of one kind."""

    name: QLabel
    age: QLabel
    due: QLabel
    last: QLabel


class KindLines(QFrame):
    """One line a kind; the exact moments are in the tooltips."""

    def __init__(self, formatter: Formatter, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._formatter = formatter
        self.lines: dict[SyncKind, _Line] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(16, 12, 16, 14)
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(3, 1)
        for column, title in enumerate(("What", "Last success", "Next run", "Last run")):
            grid.addWidget(label(title, "caption"), 0, column)
        for row, kind in enumerate(SyncKind, start=1):
            line = _Line(label(KIND_WORDS[kind]), label(), label(), label(wrap=True))
            self.lines[kind] = line
            for column, cell in enumerate((line.name, line.age, line.due, line.last)):
                grid.addWidget(cell, row, column, _TOP)

    def show_kinds(self, overview: AccountOverview, now: datetime) -> None:
        known = {kind.kind: kind for kind in overview.kinds}
        for kind, line in self.lines.items():
            state = known.get(kind, KindState(kind, None, None, None))
            self._show(line, overview, state, now)

    def _show(
        self, line: _Line, overview: AccountOverview, state: KindState, now: datetime
    ) -> None:
        formatter, moment = self._formatter, _succeeded_at(state)
        # What goes out has no age: it is copied from nowhere.
        stale = state.kind is not SyncKind.OUTBOX and moment is not None and is_stale(moment, now)
        line.age.setText(age(moment, now) if stale or moment is None else age_words(moment, now))
        set_role(line.age, "warning" if stale else "")
        line.age.setToolTip(formatter.iso(moment))
        wanted = state.kind in overview.account.settings.kinds
        line.due.setText(next_run(overview, (state,), now, formatter) if wanted else "switched off")
        line.due.setToolTip(formatter.iso(state.next_run_at))
        set_role(line.name, "section" if wanted else "muted")
        run = state.last
        if run is None:
            line.last.setText("none yet")
            line.last.setToolTip("")
            return
        words, _tone = result_words(run.status)
        line.last.setText(
            f"{words}. {run.message or figures_words(run.counts, run.kind, formatter)}"
        )
        line.last.setToolTip(f"{formatter.iso(run.started_at)}\n{run.message}".strip())


def _succeeded_at(state: KindState) -> datetime | None:
    """The outbox keeps no cursor: its last run says when it was emptied."""
    run = state.last
    if state.kind is SyncKind.OUTBOX and run is not None and run.status is RunStatus.COMPLETED:
        return run.finished_at
    return state.succeeded_at
