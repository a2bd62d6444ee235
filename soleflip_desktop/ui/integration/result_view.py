"""What an import did. Stays until the user leaves it: nothing that matters is in a toast."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from soleflip_desktop.domain.integration import BatchStatus, CurrencyTotals, ImportResult
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.list_table_model import ListTableModel
from soleflip_desktop.ui.common.table_view import TableView
from soleflip_desktop.ui.integration.columns import FORMAT_WORDS, issue_columns
from soleflip_desktop.ui.integration.import_queue import ImportOutcome

_HEADLINES = {
    BatchStatus.RUNNING: "is still being imported",
    BatchStatus.COMPLETED: "was imported",
    BatchStatus.CANCELLED: "was cancelled; nothing of it stays",
    BatchStatus.FAILED: "could not be imported",
    BatchStatus.INTERRUPTED: "was interrupted; nothing of it stays",
}
_SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse
_RIGHT = Qt.AlignmentFlag.AlignRight
_FILES_WIDTH = 230


class ResultView(QWidget):
    """Outcomes of one or several files, the chosen one in full.

    Signals:
        orders_requested: "Show orders".
        import_requested: "Import another file".
        history_requested: "All imports".
        save_requested(ImportResult): "Save rejected rows…".
    """

    orders_requested = Signal()
    import_requested = Signal()
    history_requested = Signal()
    save_requested = Signal(object)

    def __init__(self, kit: UiKit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kit = kit
        self.outcomes: list[ImportOutcome] = []
        self.shown: ImportOutcome | None = None
        self.files = QListWidget(self)
        self.files.setFixedWidth(_FILES_WIDTH)
        self.files.setAccessibleName("Imported files")
        self.files.currentRowChanged.connect(self._on_file_chosen)
        self.headline = _label("", "section")
        self.sentence = _label("", "muted")
        self.figures = QGridLayout()
        self.totals = QGridLayout()
        self.issues_title = _label("", "section")
        self.issues = ListTableModel(issue_columns(kit.formatter), self)
        self.table = TableView(self.issues, kit.theme, self)
        self.table.setAccessibleName("Issues")
        self.table.horizontalHeader().setStretchLastSection(True)
        self._build_buttons()
        self._build()

    def add(self, outcome: ImportOutcome) -> None:
        """Shows the outcome; earlier ones of the same go stay in the list beside it."""
        self.outcomes.append(outcome)
        state = "not imported" if outcome.result is None else outcome.result.status.value
        self.files.addItem(f"{outcome.name}\n{state.capitalize()}")
        self.files.setVisible(len(self.outcomes) > 1)
        self.files.setCurrentRow(len(self.outcomes) - 1)

    def clear(self) -> None:
        self.outcomes.clear()
        self.files.clear()
        self.shown = None

    def _on_file_chosen(self, row: int) -> None:
        if 0 <= row < len(self.outcomes):
            self._show(self.outcomes[row])

    def _show(self, outcome: ImportOutcome) -> None:
        self.shown = outcome
        _empty(self.figures)
        _empty(self.totals)
        result = outcome.result
        if result is None:
            self.headline.setText(f"{outcome.name} could not be imported")
            self.sentence.setText(outcome.error or "")
            self.sentence.setProperty("role", "bad")
        else:
            self._show_result(outcome.name, result)
        self.sentence.style().polish(self.sentence)
        issues = [] if result is None else [*result.issues, *result.remarks]
        self.issues.set_rows(issues)
        self.issues_title.setText("" if result is None else self._issues_text(result))
        for widget in (self.issues_title, self.table, self.copy):
            widget.setVisible(bool(issues))
        savable = result is not None and result.rejected > 0 and result.batch_id is not None
        self.save.setVisible(savable)
        self.show_orders.setVisible(result is not None and result.imported > 0)

    def _show_result(self, name: str, result: ImportResult) -> None:
        formatter = self._kit.formatter
        self.headline.setText(f"{name} {_HEADLINES[result.status]}")
        words = FORMAT_WORDS[result.format]
        took = f" · took {formatter.duration(result.seconds)}" if result.seconds else ""
        self.sentence.setText(f"{words}{took}")
        self.sentence.setProperty("role", "muted")
        figures = (
            ("Rows in the file", result.rows, False),
            ("Imported", result.imported, False),
            ("Duplicates, skipped", result.duplicates, False),
            ("Rejected", result.rejected, result.rejected > 0),
            ("Warnings", result.warnings, False),
        )
        for column, (words, number, bad) in enumerate(figures):
            figure = _label(formatter.count(number), "bad_figure" if bad else "figure")
            self.figures.addWidget(figure, 0, column)
            self.figures.addWidget(_label(words, "muted"), 1, column)
            self.figures.setColumnStretch(column, 1)
        self._show_totals(result.totals)

    def _show_totals(self, totals: Mapping[str, CurrencyTotals]) -> None:
        """One equation per currency: sale price + charges + not itemised = payout."""
        if not totals:
            return
        heads = ("", "Sale price", "", "Charges", "", "Not itemised", "", "Payout")
        for column, words in enumerate(heads):
            self.totals.addWidget(_label(words, "muted"), 0, column, _RIGHT)
        for row, (currency, sums) in enumerate(totals.items(), start=1):
            self.totals.addWidget(_label(currency, "total"), row, 0)
            if not sums.names_payouts:  # 44 million and nothing would not be 0: it is not known
                value = _label(self._kit.formatter.amount(sums.gross), "total")
                self.totals.addWidget(value, row, 1, _RIGHT)
                self.totals.addWidget(_label("no payouts in this file", "muted"), row, 2, 1, 6)
                continue
            amounts = (sums.gross, sums.charges, sums.residual, sums.payout)
            for place, (sign, amount) in enumerate(zip(("", "+", "+", "="), amounts, strict=True)):
                value = _label(self._kit.formatter.amount(amount), "total")
                if sign:
                    self.totals.addWidget(_label(sign, "muted"), row, 2 * place)
                self.totals.addWidget(value, row, 2 * place + 1, _RIGHT)
        self.totals.setColumnStretch(len(heads), 1)

    def _build_buttons(self) -> None:
        self.show_orders = QPushButton("Show &orders", self)
        self.show_orders.setProperty("role", "primary")
        self.show_orders.clicked.connect(self.orders_requested)
        self.another = QPushButton("Import &another file…", self)
        self.another.clicked.connect(self.import_requested)
        self.history = QPushButton("All i&mports", self)
        self.history.clicked.connect(self.history_requested)
        self.save = QPushButton("&Save rejected rows…", self)
        self.save.clicked.connect(self._on_save_clicked)
        self.copy = QPushButton("&Copy issues", self)
        self.copy.clicked.connect(self._copy_issues)

    def _build(self) -> None:
        card = QFrame(self)
        card.setProperty("role", "card")
        inner = QVBoxLayout(card)
        inner.setContentsMargins(24, 18, 24, 18)
        inner.setSpacing(8)
        inner.addWidget(self.headline)
        inner.addWidget(self.sentence)
        for grid in (self.figures, self.totals):
            grid.setVerticalSpacing(3)
            grid.setHorizontalSpacing(14)
            inner.addSpacing(6)
            inner.addLayout(grid)
        issues_bar = QHBoxLayout()
        issues_bar.addWidget(self.issues_title)
        issues_bar.addStretch(1)
        issues_bar.addWidget(self.copy)
        issues_bar.addWidget(self.save)
        buttons = QHBoxLayout()
        for button in (self.show_orders, self.another, self.history):
            buttons.addWidget(button)
        buttons.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(12)
        right.addWidget(card)
        right.addLayout(buttons)
        right.addLayout(issues_bar)
        right.addWidget(self.table, 1)
        right.addStretch(0)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(20, 0, 20, 16)
        layout.setSpacing(16)
        layout.addWidget(self.files)
        layout.addLayout(right, 1)
        self.files.hide()

    def _issues_text(self, result: ImportResult) -> str:
        """What the list holds; it stops at the first thousands, the numbers above do not."""
        count = self._kit.formatter.count
        parts = [f"Rejected: {count(len(result.issues))}"] if result.issues else []
        if result.remarks:
            listed = f"Imported, please look: {count(len(result.remarks))}"
            more = result.warnings > len(result.remarks)
            parts.append(f"{listed} of {count(result.warnings)}" if more else listed)
        return " · ".join(parts)

    def _copy_issues(self) -> None:
        QGuiApplication.clipboard().setText(self.issues.as_text())
        self._kit.notifier.info("Copied the list of issues.")

    def _on_save_clicked(self) -> None:
        if self.shown is not None and self.shown.result is not None:
            self.save_requested.emit(self.shown.result)


def _label(text: str, role: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", role)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(_SELECTABLE)
    label.setWordWrap(role in {"section", "muted", "bad"} and len(text) == 0)
    return label


def _empty(grid: QGridLayout) -> None:
    while (item := grid.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
