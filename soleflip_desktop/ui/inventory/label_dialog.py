"""Labels as PDF: the stock, what stands on it, where the sheet begins; kept for each stock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.labels import (
    FORMATS,
    MAX_COPIES,
    MAX_OFFSET_MM,
    CodeKind,
    LabelFormat,
    LabelOptions,
    LabelsWritten,
)
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.labels import label, set_role
from soleflip_desktop.ui.inventory.sheet_picker import SheetPicker

_CODES = (
    (CodeKind.CODE128, "Barcode (Code 128)"),
    (CodeKind.QR, "QR code"),
    (CodeKind.BOTH, "Barcode and QR code"),
)
_RESOLUTIONS = (203, 300, 600)
_SMALL_MM = 28.0
Progress = Callable[[int, int], None]


class LabelWriter(Protocol):
    """Who writes labels of the records whose ids it is given: of units or of places."""

    async def __call__(
        self,
        ids: Sequence[int],
        form: LabelFormat,
        options: LabelOptions,
        path: Path,
        progress: Progress,
    ) -> LabelsWritten:
        """Raises UserError where there is nothing to write or nowhere to write it."""


class LabelDialog(QDialog):
    """Shown by open(). Offsets, resolution and code are remembered for each stock.

    Signals:
        written(str): the path of the PDF.
    """

    written = Signal(str)

    def __init__(self, ids: Sequence[int], write: LabelWriter, kit: UiKit, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Print labels")
        self._ids, self._write, self._kit = tuple(ids), write, kit
        self._cancel: Callable[[], object] | None = None
        self.form = _combo(self, "Label format", [(form.title, form) for form in FORMATS])
        self.code = _combo(self, "Code", [(title, kind) for kind, title in _CODES])
        self.dpi = _combo(self, "Printer resolution", [(f"{dpi} dpi", dpi) for dpi in _RESOLUTIONS])
        self.copies = QSpinBox(self, minimum=1, maximum=MAX_COPIES)
        self.copies.setAccessibleName("Copies of each label")
        self.start = QSpinBox(self, minimum=1)
        self.start.setAccessibleName("First free label on the sheet")
        self.offset_x, self.offset_y = self._offset("right"), self._offset("down")
        self.picker = SheetPicker(FORMATS[0], kit.theme, self)
        self.summary = label("", "muted", wrap=True)
        self.show_file = QCheckBox("&Open the PDF when it is written", self)
        self.show_file.setChecked(True)
        self.bar = QProgressBar(self, textVisible=False)
        self.bar.setAccessibleName("Labels written")
        self.bar.hide()
        self.save = QPushButton("&Save PDF…", self)
        self.save.setProperty("role", "primary")
        self.save.setDefault(True)
        self.close_button = QPushButton("&Cancel", self)
        self._build()
        self._connect()
        self._restore()

    @property
    def options(self) -> LabelOptions:
        form: LabelFormat = self.form.currentData()
        return LabelOptions(
            code=CodeKind(self.code.currentData()),  # Qt hands back plain text
            copies=self.copies.value(),
            start=self.start.value() if form.is_sheet else 1,
            offset_x=self.offset_x.value(),
            offset_y=self.offset_y.value(),
            dpi=self.dpi.currentData(),
        )

    def write_to(self, path: str) -> None:
        """Starts writing; the dialog closes itself when the file is there."""
        self._remember()
        self._set_busy(busy=True)
        self._cancel = self._kit.tasks.start(self._run(Path(path)))

    def reject(self) -> None:
        """While labels are written, this stops the writing and keeps the dialog."""
        if self._cancel is None:
            super().reject()
        else:
            self._cancel()
            self._set_busy(busy=False)

    async def _run(self, path: Path) -> None:
        form: LabelFormat = self.form.currentData()
        try:
            done = await self._write(self._ids, form, self.options, path, self._on_progress)
        except UserError as error:
            set_role(self.summary, "bad")
            self.summary.setText(str(error))
            return
        finally:
            self._set_busy(busy=False)
        self._tell(done, path)
        self.written.emit(str(path))
        if self.show_file.isChecked():
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
        self.accept()

    def _tell(self, done: LabelsWritten, path: Path) -> None:
        text = f"{self._counted(done.labels, 'label')} in {path}. Print it at 100 %."
        if done.other_code:
            text += f" {self._counted(done.other_code, 'label')} had no room for the code chosen."
        self._kit.notifier.success(text)

    def _on_save(self) -> None:
        dialog = QFileDialog(self, "Save labels", str(self._kit.settings.value("labels/file", "")))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("PDF (*.pdf)")
        dialog.setDefaultSuffix("pdf")
        dialog.selectFile("labels.pdf")
        dialog.fileSelected.connect(self._on_file_chosen)
        dialog.open()

    def _on_file_chosen(self, path: str) -> None:
        self._kit.settings.setValue("labels/file", str(Path(path).parent))
        self.write_to(path)

    def _on_progress(self, done: int, total: int) -> None:
        self.bar.setRange(0, total)
        self.bar.setValue(done)

    def _set_busy(self, *, busy: bool) -> None:
        if not busy:
            self._cancel = None
        self.bar.setVisible(busy)
        self.save.setEnabled(not busy)
        self.close_button.setText("&Stop" if busy else "&Cancel")

    def _on_format_changed(self) -> None:
        form: LabelFormat = self.form.currentData()
        self.picker.show_format(form)
        self.start.setMaximum(form.per_page)
        for widget in (self.start, self.picker):
            widget.setEnabled(form.is_sheet)
        kept = self._kit.settings
        small = CodeKind.QR if min(form.label) < _SMALL_MM and not form.is_sheet else None
        code = str(kept.value(f"labels/{form.key}/code", small or CodeKind.CODE128, str))
        self.code.setCurrentIndex(max(0, self.code.findData(CodeKind(code))))
        dpi = kept.value(f"labels/{form.key}/dpi", form.dpi, int)
        self.dpi.setCurrentIndex(max(0, self.dpi.findData(dpi)))
        for axis, box in (("x", self.offset_x), ("y", self.offset_y)):
            tenths = kept.value(f"labels/{form.key}/offset_{axis}", 0, int)
            box.setValue(int(str(tenths)) / 10)
        self._on_changed()

    def _on_changed(self) -> None:
        form: LabelFormat = self.form.currentData()
        labels = len(self._ids) * self.copies.value()
        self.picker.set_count(labels)
        pages = -(-(labels + self.options.start - 1) // form.per_page)
        text = self._counted(labels, "label")
        set_role(self.summary, "muted")
        sheets = f" on {self._counted(pages, 'sheet')}" if form.is_sheet else ""
        self.summary.setText(f"{text}{sheets}. Print at 100 %, not “fit to page”.")

    def _counted(self, number: int, noun: str) -> str:
        return f"{self._kit.formatter.count(number)} {noun}{'' if number == 1 else 's'}"

    def _remember(self) -> None:
        kept, form = self._kit.settings, self.form.currentData()
        kept.setValue("labels/format", form.key)
        kept.setValue(f"labels/{form.key}/code", str(self.options.code))
        kept.setValue(f"labels/{form.key}/dpi", self.dpi.currentData())
        kept.setValue(f"labels/{form.key}/offset_x", round(self.offset_x.value() * 10))
        kept.setValue(f"labels/{form.key}/offset_y", round(self.offset_y.value() * 10))

    def _restore(self) -> None:
        key = str(self._kit.settings.value("labels/format", FORMATS[0].key))
        known = [form.key for form in FORMATS]
        self.form.setCurrentIndex(known.index(key) if key in known else 0)
        self._on_format_changed()

    def _connect(self) -> None:
        self.form.currentIndexChanged.connect(self._on_format_changed)
        self.copies.valueChanged.connect(self._on_changed)
        self.start.valueChanged.connect(self.picker.set_start)
        self.start.valueChanged.connect(self._on_changed)
        self.picker.start_changed.connect(self.start.setValue)
        self.save.clicked.connect(self._on_save)
        self.close_button.clicked.connect(self.reject)

    def _offset(self, where: str) -> QDoubleSpinBox:
        """Whole tenths of a millimetre: a printer is not more exact."""
        box = QDoubleSpinBox(self, minimum=-MAX_OFFSET_MM, maximum=MAX_OFFSET_MM)
        box.setDecimals(1)
        box.setSingleStep(0.5)
        box.setSuffix(f" mm {where}")
        box.setAccessibleName(f"Offset, millimetres {where}")
        return box

    def _build(self) -> None:
        offsets = QHBoxLayout()
        offsets.addWidget(self.offset_x)
        offsets.addWidget(self.offset_y)
        fields = QFormLayout()
        fields.setVerticalSpacing(10)
        for title, field in (
            ("&Format", self.form),
            ("Co&de", self.code),
            ("Co&pies of each", self.copies),
            ("First free &label", self.start),
            ("Printer &resolution", self.dpi),
        ):
            fields.addRow(title, field)
        fields.addRow("Offset", offsets)
        fields.addRow("", self.show_file)
        fields.addRow("", self.summary)
        upper = QHBoxLayout()
        upper.setSpacing(20)
        upper.addLayout(fields, 1)
        upper.addWidget(self.picker)
        buttons = QHBoxLayout()
        buttons.addWidget(self.bar, 1)
        buttons.addStretch(1)
        buttons.addWidget(self.save)
        buttons.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(16)
        layout.addLayout(upper)
        layout.addLayout(buttons)


def _combo(parent: QWidget, name: str, entries: Sequence[tuple[str, object]]) -> QComboBox:
    combo = QComboBox(parent)
    combo.setAccessibleName(name)
    for title, value in entries:
        combo.addItem(title, value)
    return combo
