"""Exporting or printing a view: which format, which rows, how far it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTemporaryDir, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from soleflip_desktop.domain.exporting import MAX_PDF_LINES, TableFormat
from soleflip_desktop.sync.export_desk import ViewExport, export_view
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.row_copy import GridContent

_FORMATS = {
    TableFormat.XLSX: (
        "Excel &workbook (XLSX)",
        "Real numbers and dates, nothing reinterpreted: sizes and style codes stay as they are.",
    ),
    TableFormat.EXCEL_CSV: (
        "CSV for E&xcel",
        "Opens by double-click with this computer's decimals. Formulas in texts are defused.",
    ),
    TableFormat.CSV: (
        "CSV for other &programs",
        "UTF-8, commas, dot decimals, ISO dates in UTC, values untouched.",
    ),
    TableFormat.PDF: ("P&DF", "For reading and paper: A4 across, with subtotals and totals."),
}
_SUFFIXES = {
    TableFormat.XLSX: ("Excel workbook (*.xlsx)", ".xlsx"),
    TableFormat.EXCEL_CSV: ("CSV (*.csv)", ".csv"),
    TableFormat.CSV: ("CSV (*.csv)", ".csv"),
    TableFormat.PDF: ("PDF (*.pdf)", ".pdf"),
}
_PRINT_HINT = (
    "SoleFlip makes a PDF of this view, A4 across, and opens it in your PDF viewer. Print it from "
    "there: the viewer knows your printers."
)
_WIDTH = 520


class ExportDialog(QDialog):
    """Not modal: the window can be used while a long export runs. `printing` makes a PDF to open.

    Shown by show(); answers in the message bar.
    """

    def __init__(
        self, content: GridContent, kit: UiKit, parent: QWidget, *, printing: bool = False
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Print" if printing else "Export this view")
        self.setMinimumWidth(_WIDTH)
        self._content, self._kit, self._printing = content, kit, printing
        self._cancel: Callable[[], object] | None = None
        self.formats, self.scope = QButtonGroup(self), QButtonGroup(self)
        self.progress = QProgressBar(self)
        self.progress.setAccessibleName("Progress of the export")
        self.state = QLabel(self)
        self.state.setProperty("role", "muted")
        self.buttons = QDialogButtonBox(self)
        self.start = QPushButton("Make &PDF" if printing else "&Export…", self)
        self.stop = QPushButton("Cancel", self)
        self._build()

    @property
    def format(self) -> TableFormat:
        number = self.formats.checkedId()
        return TableFormat.PDF if self._printing else list(_FORMATS)[number]

    # -- building ------------------------------------------------------------------------------

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setSpacing(6)
        if self._printing:
            layout.addWidget(self._hint(_PRINT_HINT))
        else:
            self._add_formats(layout)
        layout.addSpacing(8)
        self._add_scope(layout)
        for note in self._content.notes()[1:]:
            layout.addWidget(self._hint(note))
        layout.addSpacing(8)
        layout.addWidget(self.progress)
        layout.addWidget(self.state)
        layout.addWidget(self.buttons)
        self.progress.hide()
        self.progress.setTextVisible(False)
        self.start.setProperty("role", "primary")
        self.start.setDefault(True)
        self.start.clicked.connect(self._on_start)
        self.stop.clicked.connect(self.reject)
        self.buttons.addButton(self.start, QDialogButtonBox.ButtonRole.AcceptRole)
        self.buttons.addButton(self.stop, QDialogButtonBox.ButtonRole.RejectRole)
        self.finished.connect(lambda _result: self._cancel and self._cancel())
        self._check_size()

    def _hint(self, text: str) -> QLabel:
        label = QLabel(text, self)
        label.setProperty("role", "muted")
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        return label

    def _add_formats(self, layout: QVBoxLayout) -> None:
        stored = self._kit.settings.value("export/format", TableFormat.XLSX.value)
        for number, (format_, (text, hint)) in enumerate(_FORMATS.items()):
            button = QRadioButton(text, self)
            button.setAccessibleDescription(hint)
            button.setChecked(format_.value == stored or number == 0)
            self.formats.addButton(button, number)
            label = self._hint(hint)
            label.setContentsMargins(22, 0, 0, 4)
            layout.addWidget(button)
            layout.addWidget(label)
        self.formats.idToggled.connect(lambda _id, _checked: self._check_size())

    def _add_scope(self, layout: QVBoxLayout) -> None:
        count = self._kit.formatter.count
        folded = ", folded groups as their subtotals only" if self._content.grouped else ""
        everything = QRadioButton(f"&All rows of the view: {count(self._content.rows)}{folded}")
        chosen = QRadioButton(f"The &selected rows: {count(self._content.selected)}")
        everything.setChecked(True)
        chosen.setEnabled(self._content.selected > 0)
        for number, button in enumerate((everything, chosen)):
            self.scope.addButton(button, number)
            layout.addWidget(button)
        self.scope.idToggled.connect(lambda _id, _checked: self._check_size())

    def _check_size(self) -> None:
        rows = self._content.rows if self.scope.checkedId() == 0 else self._content.selected
        most = self._kit.formatter.count(MAX_PDF_LINES)
        too_many = self.format is TableFormat.PDF and rows > MAX_PDF_LINES
        self.state.setText(f"A PDF takes {most} rows at most. Filter the view." if too_many else "")
        self.start.setEnabled(rows > 0 and not too_many)

    # -- running -------------------------------------------------------------------------------

    def _on_start(self) -> None:
        if self._printing:
            self._print()
            return
        self._kit.settings.setValue("export/format", self.format.value)
        words, suffix = _SUFFIXES[self.format]
        dialog = QFileDialog(self, "Export this view")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(words)
        dialog.setDefaultSuffix(suffix)
        dialog.setDirectory(str(self._kit.settings.value("export/folder", str(Path.home()))))
        dialog.selectFile(f"{self._content.title} {datetime.now(UTC):%Y-%m-%d}{suffix}")
        dialog.fileSelected.connect(lambda name: self.run(Path(name)))
        dialog.open()

    def _print(self) -> None:
        folder = QTemporaryDir()
        folder.setAutoRemove(False)  # the viewer reads the file; the system empties the folder
        self.run(Path(folder.filePath(f"{self._content.title}.pdf")))

    def run(self, path: Path) -> None:
        """Writes the document; closes when it is there."""
        if not self._printing:
            self._kit.settings.setValue("export/folder", str(path.parent))
        for button in (*self.formats.buttons(), *self.scope.buttons(), self.start):
            button.setEnabled(False)
        self.progress.show()
        self._cancel = self._kit.tasks.start(self._export(path))

    async def _export(self, path: Path) -> None:
        try:
            export = await self._chosen()
            await export_view(export, self.format, path, self._content.style, self._on_progress)
        except Exception:  # a cancelled dialog is gone by now, this one goes
            self._cancel = None
            self.reject()
            raise  # to the message bar
        self._cancel = None
        self._tell(path, int((export.ids >= 0).sum()))
        self.accept()

    async def _chosen(self) -> ViewExport[Any]:
        if self.scope.checkedId() == 1:
            return self._content.selected_lines()
        return await self._content.whole(unfolded=self.format is TableFormat.CSV)

    def _on_progress(self, done: int, total: int) -> None:
        self.progress.setRange(0, total)
        self.progress.setValue(done)
        self.state.setText(f"{self._kit.formatter.count_of(done, total)} rows")

    def _tell(self, path: Path, rows: int) -> None:
        if self._printing:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
            self._kit.notifier.info("The PDF was opened in your viewer. Print it from there.")
        else:
            counted = f"{self._kit.formatter.count(rows)} {'row' if rows == 1 else 'rows'}"
            self._kit.notifier.success(f"Exported {counted} to {path}.")
