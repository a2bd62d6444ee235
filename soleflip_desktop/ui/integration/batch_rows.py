"""The rows of an import that is done: which were new, changed, rejected ..."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from soleflip_desktop.domain.import_plan import ImportPlan
from soleflip_desktop.domain.integration import ImportResult
from soleflip_desktop.ui.common.context import ImportsSource, UiKit
from soleflip_desktop.ui.common.labels import label
from soleflip_desktop.ui.integration.wizard.rows_view import RowsView


class BatchRows(QWidget):
    """A RowsView to look at, with the way back to the result.

    Signals:
        back_requested: "Back to the result".
        failed(str): rows could not be read.
    """

    back_requested = Signal()
    failed = Signal(str)

    def __init__(self, kit: UiKit, source: ImportsSource, parent: QWidget) -> None:
        super().__init__(parent)
        self.title = label("", "section")
        self.rows = RowsView(kit, source, self)
        self.rows.failed.connect(self.failed)
        self.back = QPushButton("&Back to the result", self)
        self.back.clicked.connect(self.back_requested)
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addWidget(self.back)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 0, 20, 16)
        layout.setSpacing(10)
        layout.addLayout(top)
        layout.addWidget(self.rows, 1)

    def show_batch(self, plan: ImportPlan, result: ImportResult) -> None:
        self.title.setText(f"Rows of {result.file}")
        self.rows.show_batch(plan, result)
