"""Before an import is taken back: what goes, what stays, and why."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from soleflip_desktop.domain.integration import KeptRow, UndoReport
from soleflip_desktop.domain.words import in_number
from soleflip_desktop.ui.common.columns import Column, number_column, text_column
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.formatting import Formatter
from soleflip_desktop.ui.common.labels import label
from soleflip_desktop.ui.common.list_table_model import ListTableModel
from soleflip_desktop.ui.common.table_copy import make_copyable
from soleflip_desktop.ui.common.table_view import TableView

_TABLE_ROWS = 5


class UndoPanel(QFrame):
    """Shows the preview of an undo, in the page, and asks.

    Signals:
        confirmed(int): take back the import of that id.
    """

    confirmed = Signal(int)

    def __init__(self, kit: UiKit, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "message")
        self._kit = kit
        self.report: UndoReport | None = None
        self.headline = label("", "section", wrap=True)
        self.sentence = label("", "muted", wrap=True)
        self.kept: ListTableModel[KeptRow] = ListTableModel(_columns(kit.formatter), self)
        self.table = TableView(self.kept, kit.theme, self)
        self.table.setAccessibleName("Rows that stay")
        self.table.horizontalHeader().setStretchLastSection(True)
        make_copyable(self.table, self.kept)
        self.confirm = QPushButton("&Undo import", self)
        self.confirm.setProperty("role", "primary")
        self.keep = QPushButton("&Keep it", self)
        self.confirm.clicked.connect(self._on_confirm)
        self.keep.clicked.connect(self.hide)
        self._build()
        self.hide()

    def ask(self, report: UndoReport) -> None:
        """Shows what an undo would do."""
        self.report = report
        self._show(report, f"Undo takes back {self._rows(report.reverted)} of {report.file}")
        for button in (self.confirm, self.keep):
            button.show()
        self.confirm.setEnabled(report.reverted > 0)
        self.keep.setFocus(Qt.FocusReason.OtherFocusReason)

    def tell(self, report: UndoReport) -> None:
        """Shows what an undo did."""
        self.report = None
        self._show(report, f"{self._rows(report.reverted)} of {report.file} were taken back")
        self.confirm.hide()
        self.keep.hide()

    def _show(self, report: UndoReport, headline: str) -> None:
        self.headline.setText(headline)
        done = not report.dry_run
        parts = _counted("Removed" if done else "To be removed", report.removed, self._kit)
        words = "Old values given back to" if done else "Get their old values back"
        parts += _counted(words, report.restored, self._kit)
        text = ". ".join(parts)
        if report.kept:
            stays = f"{self._rows(len(report.kept))} stay as they are, for the reasons below."
            text = f"{text}. {stays}" if text else stays
        self.sentence.setText(text)
        self.kept.set_rows(report.kept)
        self.table.fit_height(_TABLE_ROWS)
        self.table.setVisible(bool(report.kept))
        self.show()

    def _rows(self, number: int) -> str:
        return f"{self._kit.formatter.count(number)} {in_number('row', number)}"

    def _on_confirm(self) -> None:
        if self.report is not None:
            self.confirm.setEnabled(False)
            self.confirmed.emit(self.report.batch_id)

    def _build(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self.confirm)
        buttons.addWidget(self.keep)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 12, 20, 12)
        layout.setSpacing(8)
        layout.addWidget(self.headline)
        layout.addWidget(self.sentence)
        layout.addWidget(self.table)
        layout.addLayout(buttons)


def _counted(what: str, numbers: dict[str, int], kit: UiKit) -> list[str]:
    """Like "Removed: 12 items, 12 orders"."""
    named = ", ".join(
        f"{kit.formatter.count(number)} {in_number(entity, number)}"
        for entity, number in numbers.items()
        if number
    )
    return [f"{what}: {named}"] if named else []


def _columns(formatter: Formatter) -> tuple[Column[KeptRow], ...]:
    return (
        number_column("row", "Row", lambda kept: kept.row, formatter, width=70),
        text_column("title", "Record", lambda kept: kept.title, width=320, sortable=False),
        text_column("entity", "Kind", lambda kept: kept.entity, width=90, sortable=False),
        text_column("reason", "Why it stays", lambda kept: kept.reason, width=380, sortable=False),
    )
