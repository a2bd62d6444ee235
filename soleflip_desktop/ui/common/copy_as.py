"""Copying the selection as CSV, JSON or Markdown, with a look at it first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.exporting import MAX_COPIED_ROWS, TableFormat
from soleflip_desktop.sync.export_desk import view_text
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.row_copy import GridContent

PREVIEW_ROWS = 12
_FORMATS = {
    TableFormat.CSV: "C&SV",
    TableFormat.JSON: "&JSON",
    TableFormat.MARKDOWN: "&Markdown",
}


class CopyAsDialog(QDialog):
    """Format, preview and row count; Enter copies. Shown by open()."""

    def __init__(self, content: GridContent, kit: UiKit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Copy as")
        self.resize(760, 420)
        self._kit, self._style = kit, content.style
        self._export = content.selected_lines(MAX_COPIED_ROWS)
        self._selected = content.selected
        self._cancel: Callable[[], object] = lambda: None
        self.formats = QButtonGroup(self)
        self.count = QLabel(self._count_text(), self)
        self.count.setProperty("role", "muted")
        self.preview = QPlainTextEdit(self)
        self.preview.setReadOnly(True)
        self.preview.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.preview.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.preview.setAccessibleName("Preview of what will be copied")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.copy = QPushButton("&Copy", self)
        self._build()
        self._show_preview()

    @property
    def format(self) -> TableFormat:
        return list(_FORMATS)[self.formats.checkedId()]

    def _build(self) -> None:
        choice = QHBoxLayout()
        for number, text in enumerate(_FORMATS.values()):
            button = QPushButton(text, self)
            button.setProperty("role", "chip")
            button.setCheckable(True)
            button.setAutoDefault(False)
            self.formats.addButton(button, number)
            choice.addWidget(button)
        choice.addStretch(1)
        choice.addWidget(self.count)
        stored = str(self._kit.settings.value("copy_as/format", TableFormat.CSV.value))
        known = [each.value for each in _FORMATS]
        self.formats.button(known.index(stored) if stored in known else 0).setChecked(True)
        self.formats.idClicked.connect(lambda _id: self._show_preview())
        self.copy.setProperty("role", "primary")
        self.copy.setDefault(True)
        self.copy.setEnabled(self._export.ids.size > 0)
        self.copy.clicked.connect(self._start_copy)
        self.buttons.addButton(self.copy, QDialogButtonBox.ButtonRole.ActionRole)
        self.buttons.rejected.connect(self.reject)
        self.finished.connect(lambda _result: self._cancel())
        layout = QVBoxLayout(self)
        layout.addLayout(choice)
        layout.addWidget(self.preview, 1)
        layout.addWidget(self.buttons)

    def _count_text(self) -> str:
        formatter, copied = self._kit.formatter, int(self._export.ids.size)
        words = f"{formatter.count(copied)} {'row' if copied == 1 else 'rows'}"
        if copied == self._selected:
            return words
        return f"The first {words} of {formatter.count(self._selected)}: export them to have all"

    def _show_preview(self) -> None:
        self._cancel()
        self._kit.settings.setValue("copy_as/format", self.format.value)
        self._cancel = self._kit.tasks.start(self._preview(self.format))

    async def _preview(self, format_: TableFormat) -> None:
        beginning = replace(self._export, ids=self._export.ids[:PREVIEW_ROWS])
        text = await view_text(beginning, format_, self._style)
        more = self._export.ids.size > PREVIEW_ROWS
        self.preview.setPlainText(f"{text}…" if more else text)

    def _start_copy(self) -> None:
        self._cancel()
        self.copy.setEnabled(False)
        self.count.setText("Copying…")
        self._cancel = self._kit.tasks.start(self._copy(self.format))

    async def _copy(self, format_: TableFormat) -> None:
        try:
            text = await view_text(self._export, format_, self._style)
        except UserError:  # a cancelled dialog is gone by now, this one stays
            self.copy.setEnabled(True)
            self.count.setText(self._count_text())
            raise
        QGuiApplication.clipboard().setText(text)
        rows = self._kit.formatter.count_of(int(self._export.ids.size), self._selected)
        plain = _FORMATS[format_].replace("&", "")
        self._kit.notifier.info(f"Copied {rows} {'row' if rows == '1' else 'rows'} as {plain}.")
        self.accept()
