"""What an import did. Stays until the user leaves it: nothing that matters is in a toast."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from PySide6.QtCore import Qt, Signal, SignalInstance
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

from soleflip_desktop.domain.import_fields import Target
from soleflip_desktop.domain.integration import BatchStatus, CurrencyTotals, ImportResult
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.labels import clear_layout, label, set_role
from soleflip_desktop.ui.common.list_table_model import ListTableModel
from soleflip_desktop.ui.common.table_view import TableView
from soleflip_desktop.ui.integration.columns import issue_columns
from soleflip_desktop.ui.integration.import_queue import ImportOutcome
from soleflip_desktop.ui.integration.undo_panel import UndoPanel

_HEADLINES = {
    BatchStatus.DRAFT: "is checked and waits as a draft",
    BatchStatus.RUNNING: "is still being imported",
    BatchStatus.COMPLETED: "was imported",
    BatchStatus.CANCELLED: "was cancelled; nothing of it stays",
    BatchStatus.FAILED: "could not be imported",
    BatchStatus.INTERRUPTED: "was interrupted; nothing of it stays",
    BatchStatus.UNDONE: "was taken back",
}
_RIGHT = Qt.AlignmentFlag.AlignRight
_FILES_WIDTH = 230


class ResultView(QWidget):
    """Outcomes of one or several files, the chosen one in full.

    Signals:
        orders_requested: "Show orders".
        import_requested: "Import another file".
        history_requested: "All imports".
        save_requested(ImportResult): "Save rejected rows…".
        undo_requested(ImportResult): "Undo import…"; the answer is shown by `undo_panel`.
        redo_requested(ImportResult): "Redo import".
        rows_requested(ImportResult): "Show these rows".
        review_requested(str): "Review step by step…" for a file that could not be imported.
    """

    orders_requested = Signal()
    import_requested = Signal()
    history_requested = Signal()
    save_requested = Signal(object)
    undo_requested = Signal(object)
    redo_requested = Signal(object)
    rows_requested = Signal(object)
    review_requested = Signal(str)

    def __init__(self, kit: UiKit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kit = kit
        self.outcomes: list[ImportOutcome] = []
        self.shown: ImportOutcome | None = None
        self.files = QListWidget(self)
        self.files.setFixedWidth(_FILES_WIDTH)
        self.files.setAccessibleName("Imported files")
        self.files.currentRowChanged.connect(self._on_file_chosen)
        self.headline = label("", "section", wrap=True)
        self.sentence = label("", "muted", wrap=True)
        self.figures = QGridLayout()
        self.totals = QGridLayout()
        self.issues_title = label("", "section", wrap=True)
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
        clear_layout(self.figures)
        clear_layout(self.totals)
        result = outcome.result
        if result is None:
            self.headline.setText(f"{outcome.name} could not be imported")
            self.sentence.setText(outcome.error or "")
            set_role(self.sentence, "bad")
        else:
            self._show_result(outcome.name, result)
        issues = [] if result is None else [*result.issues, *result.remarks]
        self.issues.set_rows(issues)
        self.issues_title.setText("" if result is None else self._issues_text(result))
        for widget in (self.issues_title, self.table, self.copy):
            widget.setVisible(bool(issues))
        self._offer(outcome)

    def _offer(self, outcome: ImportOutcome) -> None:
        """Only the buttons that make sense for this outcome."""
        result = outcome.result
        kept = None if result is None or result.batch_id is None else result
        done = kept is not None and kept.status is BatchStatus.COMPLETED and not kept.dry_run
        written = kept is not None and kept.imported + kept.changed > 0
        self.undo_panel.hide()
        self.save.setVisible(kept is not None and kept.rejected + kept.conflicts > 0)
        self.undo.setVisible(done and written)
        self.redo.setVisible(kept is not None and kept.status is BatchStatus.UNDONE)
        self.show_rows.setVisible(done)
        sales = kept is not None and kept.target is Target.SALES
        self.show_orders.setVisible(done and written and sales)
        self.review.setVisible(outcome.error is not None)

    def _show_result(self, name: str, result: ImportResult) -> None:
        formatter = self._kit.formatter
        self.headline.setText(f"{name} {_HEADLINES[result.status]}")
        took = f" · took {formatter.duration(result.seconds)}" if result.seconds else ""
        self.sentence.setText(f"{result.title or result.format}{took}")
        set_role(self.sentence, "muted")
        figures = [
            ("Rows in the file", result.rows, False),
            ("Imported", result.imported, False),
            ("Changed", result.changed, False),
            ("Unchanged", result.unchanged, False),
            ("Duplicates", result.duplicates - result.unchanged, False),
            ("Rejected", result.rejected, result.rejected > 0),
            ("Conflicts", result.conflicts, result.conflicts > 0),
            ("Left out", result.skipped, False),
            ("Warnings", result.warnings, False),
        ]
        for column, (words, number, bad) in enumerate(figures):
            figure = label(formatter.count(number), "bad_figure" if bad else "figure")
            self.figures.addWidget(figure, 0, column)
            self.figures.addWidget(label(words, "muted"), 1, column)
            self.figures.setColumnStretch(column, 1)
        self._show_totals(result.totals)

    def _show_totals(self, totals: Mapping[str, CurrencyTotals]) -> None:
        """One equation per currency: sale price + charges + not itemised = payout; and the cost."""
        heads = ["", "Sale price", "", "Charges", "", "Not itemised", "", "Payout"]
        shown = heads if any(_has_sales(sums) for sums in totals.values()) else [""]
        for column, words in enumerate(shown):
            self.totals.addWidget(label(words, "muted"), 0, column, _RIGHT)
        cost = len(heads)
        if any(sums.cost for sums in totals.values()):
            self.totals.addWidget(label("Cost", "muted"), 0, cost, _RIGHT)
        for row, (currency, sums) in enumerate(totals.items(), start=1):
            self.totals.addWidget(label(currency, "total"), row, 0)
            if _has_sales(sums):
                self._show_equation(row, sums)
            if sums.cost:
                self.totals.addWidget(self._amount(sums.cost), row, cost, _RIGHT)
        self.totals.setColumnStretch(cost + 1, 1)

    def _show_equation(self, row: int, sums: CurrencyTotals) -> None:
        if not sums.names_payouts:  # 44 million and nothing would not be 0: it is not known
            self.totals.addWidget(self._amount(sums.gross), row, 1, _RIGHT)
            self.totals.addWidget(label("no payouts in this file", "muted"), row, 2, 1, 6)
            return
        amounts = (sums.gross, sums.charges, sums.residual, sums.payout)
        for place, (sign, amount) in enumerate(zip(("", "+", "+", "="), amounts, strict=True)):
            if sign:
                self.totals.addWidget(label(sign, "muted"), row, 2 * place)
            self.totals.addWidget(self._amount(amount), row, 2 * place + 1, _RIGHT)

    def _amount(self, amount: Decimal) -> QLabel:
        return label(self._kit.formatter.amount(amount), "total")

    def _build_buttons(self) -> None:
        self.show_orders = QPushButton("Show &orders", self)
        self.show_orders.setProperty("role", "primary")
        self.show_orders.clicked.connect(self.orders_requested)
        self.another = QPushButton("Import &another file…", self)
        self.another.clicked.connect(self.import_requested)
        self.history = QPushButton("All i&mports", self)
        self.history.clicked.connect(self.history_requested)
        self.show_rows = QPushButton("Show these &rows", self)
        self.show_rows.clicked.connect(lambda: self._emit(self.rows_requested))
        self.undo = QPushButton("&Undo import…", self)
        self.undo.clicked.connect(lambda: self._emit(self.undo_requested))
        self.redo = QPushButton("Re&do import", self)
        self.redo.clicked.connect(lambda: self._emit(self.redo_requested))
        self.review = QPushButton("Revie&w step by step…", self)
        self.review.clicked.connect(self._on_review_clicked)
        self.undo_panel = UndoPanel(self._kit, self)
        self.save = QPushButton("&Save rejected rows…", self)
        self.save.clicked.connect(lambda: self._emit(self.save_requested))
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
        for button in (self.show_orders, self.show_rows, self.review, self.another, self.history):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.redo)
        buttons.addWidget(self.undo)
        right = QVBoxLayout()
        right.setSpacing(12)
        right.addWidget(card)
        right.addWidget(self.undo_panel)
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

    def _emit(self, signal: SignalInstance) -> None:
        if self.shown is not None and self.shown.result is not None:
            signal.emit(self.shown.result)

    def _on_review_clicked(self) -> None:
        if self.shown is not None:
            self.review_requested.emit(self.shown.path)


def _has_sales(sums: CurrencyTotals) -> bool:
    return bool(sums.gross) or sums.names_payouts
