"""The log of an account: every run in words, the message of the chosen one in full."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from soleflip_desktop.domain.sync import RunRow
from soleflip_desktop.ui.common.columns import Column, Tone, text_column
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.formatting import Formatter
from soleflip_desktop.ui.common.labels import label
from soleflip_desktop.ui.common.list_table_model import ListTableModel
from soleflip_desktop.ui.common.sync_words import KIND_WORDS
from soleflip_desktop.ui.common.table_copy import make_copyable
from soleflip_desktop.ui.common.table_view import TableView
from soleflip_desktop.ui.system.accounts.words import figures_words, result_words

_LEAST_HEIGHT = 190


class RunLog(QWidget):
    """Newest first."""

    def __init__(self, kit: UiKit, parent: QWidget) -> None:
        super().__init__(parent)
        self.runs: ListTableModel[RunRow] = ListTableModel(_columns(kit.formatter), self)
        self._shown: tuple[RunRow, ...] = ()
        self.view = TableView(self.runs, kit.theme, self)
        self.view.setAccessibleName("Runs of this account")
        self.view.horizontalHeader().setStretchLastSection(True)
        self.view.setMinimumHeight(_LEAST_HEIGHT)
        make_copyable(self.view, self.runs)
        self.message = label("", wrap=True)
        self.view.selectionModel().currentRowChanged.connect(lambda *_rows: self._show_message())
        self.runs.modelReset.connect(self._show_message)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(label("Runs", "section"))
        layout.addWidget(self.view, 1)
        layout.addWidget(self.message)

    def show_runs(self, runs: Sequence[RunRow]) -> None:
        if tuple(runs) == self._shown:
            return
        self._shown = tuple(runs)
        chosen = self._chosen()
        self.runs.set_rows(runs)
        for row, run in enumerate(runs):
            if chosen is not None and run.id == chosen.id:
                self.view.selectRow(row)

    def _chosen(self) -> RunRow | None:
        row = self.view.currentIndex().row()
        return self.runs.row(row) if 0 <= row < self.runs.rowCount() else None

    def _show_message(self) -> None:
        run = self._chosen()
        self.message.setText(run.message if run is not None else "")
        self.message.setVisible(bool(self.message.text()))


def _columns(formatter: Formatter) -> tuple[Column[RunRow], ...]:
    def kind(run: RunRow) -> str:
        return f"{KIND_WORDS[run.kind]}{', full' if run.full else ''}"

    def started(run: RunRow) -> str:
        return formatter.moment(run.started_at)

    def iso(run: RunRow) -> str:
        return formatter.iso(run.started_at)

    def result(run: RunRow) -> str:
        return result_words(run.status)[0]

    def tone(run: RunRow) -> Tone:
        return result_words(run.status)[1]

    def figures(run: RunRow) -> str:
        return figures_words(run.counts, run.kind, formatter)

    return (
        Column("started", "When", started, iso, width=160, tooltip=iso),
        text_column("kind", "What", kind, width=105, sortable=False),
        Column("result", "Result", result, result, width=124, tone=tone, pill=True),
        text_column("figures", "Figures", figures, width=300, sortable=False),
        text_column("actor", "By", lambda run: run.actor, width=70, sortable=False),
        text_column("message", "Message", lambda run: run.message, width=140, sortable=False),
    )
