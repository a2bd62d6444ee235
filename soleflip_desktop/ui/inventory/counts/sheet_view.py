"""One count: the last scan, what was found and what is missing, and its end."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from soleflip_desktop.domain.counting import CountHead, CountMark
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.doors import CountsSource
from soleflip_desktop.ui.common.labels import label
from soleflip_desktop.ui.common.scan_queue import ScanQueue
from soleflip_desktop.ui.common.table_copy import make_copyable
from soleflip_desktop.ui.common.table_view import TableView
from soleflip_desktop.ui.inventory.counts.scan_panel import ScanPanel
from soleflip_desktop.ui.inventory.counts.sheet_model import MARK_WORDS, SheetModel

ALL_STOCK = "All stock"


class SheetView(QWidget):
    """The sheet of one count; each scan is stored at once, so nothing is lost by a crash.

    Signals:
        left: back to the list, or the count was finished.
    """

    left = Signal()

    def __init__(self, counts: CountsSource, kit: UiKit, parent: QWidget) -> None:
        super().__init__(parent)
        self._counts, self._kit = counts, kit
        self.head: CountHead | None = None
        self.title = label("", "title")
        self.progress = label("", "muted")
        self.panel = ScanPanel(kit, self)
        self.panel.entered.connect(self.scan)
        self.model = SheetModel(kit.formatter, self)
        self.view = TableView(self.model, kit.theme, self)
        self.view.setAccessibleName("Count sheet")
        make_copyable(self.view, self.model)
        self.back = QPushButton("&Back to counts", self)
        self.undo = QPushButton("&Undo last scan", self)
        self.finish = QPushButton("&Finish…", self)
        self.finish.setProperty("role", "primary")
        self.back.clicked.connect(self._on_back)
        self.undo.clicked.connect(self._on_undo)
        self.finish.clicked.connect(self._on_finish)
        self.chips: dict[CountMark | None, QPushButton] = {}
        self._queue = ScanQueue(self._take, kit.tasks, self)
        self._queue.failed.connect(self.panel.show_error)
        self._build()

    def open(self, head: CountHead) -> None:
        """Shows a count; one that is finished can only be looked at."""
        self.head = head
        self.title.setText(head.location or ALL_STOCK)
        self.model.set_rows([])
        self.chips[None].setChecked(True)
        self.model.filter(None)
        self.panel.wait()
        going_on = head.finished_at is None
        for widget in (self.panel, self.undo, self.finish):
            widget.setVisible(going_on)
        self._kit.tasks.start(self._load(head.id))
        (self.panel.field if going_on else self.view).setFocus(Qt.FocusReason.OtherFocusReason)

    def scan(self, code: str) -> None:
        if self.head is not None and self.head.finished_at is None:
            self._queue.add(code)

    async def _load(self, count_id: int) -> None:
        lines = await self._counts.sheet(count_id)
        if self.head is not None and self.head.id == count_id:
            self.model.set_rows(lines)
            self._tell()

    async def _take(self, code: str) -> None:
        if self.head is None:
            return
        line = await self._counts.scan(self.head.id, code)
        self.panel.show_line(line)
        row = self.model.put(line)
        if row is not None:
            self.view.setCurrentIndex(self.model.index(row, 0))
            self.view.scrollTo(self.model.index(row, 0))
        self._tell()

    async def _undo(self, count_id: int) -> None:
        await self._counts.take_back(count_id)
        self.panel.wait()
        await self._load(count_id)

    def _tell(self) -> None:
        """How far the count is, in the head and on the chips."""
        marks, count = self.model.marks, self._kit.formatter.count
        seen = marks[CountMark.FOUND] + marks[CountMark.TWICE]
        self.progress.setText(f"{count(seen)} of {count(seen + marks[CountMark.MISSING])} found")
        for mark, chip in self.chips.items():
            number = sum(marks.values()) if mark is None else marks[mark]
            word = "All" if mark is None else MARK_WORDS[mark]
            chip.setText(f"{word}  {count(number)}")
            chip.setVisible(mark is None or bool(number) or chip.isChecked())

    def _on_back(self) -> None:
        self.head = None
        self.left.emit()

    def _on_undo(self) -> None:
        if self.head is not None:
            self._kit.tasks.start(self._undo(self.head.id))
        self.panel.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_chip(self, mark: CountMark | None, _checked: bool = False) -> None:  # noqa: FBT001, FBT002
        self.model.filter(mark)
        self.view.setCurrentIndex(QModelIndex())

    def _on_finish(self) -> None:
        """Asks what shall become of units that lie here and are booked elsewhere."""
        marks, count = self.model.marks, self._kit.formatter.count
        box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setWindowTitle("Finish count")
        missing, elsewhere = marks[CountMark.MISSING], marks[CountMark.ELSEWHERE]
        box.setText(f"Finish this count? Missing: {count(missing)}.")
        box.setInformativeText("A finished count cannot be scanned into any more.")
        if elsewhere and self.head is not None and self.head.location is not None:
            units = "1 unit" if elsewhere == 1 else f"{count(elsewhere)} units"
            move = box.addButton(f"&Move {units} here", QMessageBox.ButtonRole.AcceptRole)
            move.clicked.connect(partial(self._end, move=True))
        end = box.addButton("&Finish", QMessageBox.ButtonRole.AcceptRole)
        end.clicked.connect(partial(self._end, move=False))
        box.setEscapeButton(box.addButton("&Go on counting", QMessageBox.ButtonRole.RejectRole))
        box.open()

    def _end(self, _checked: bool = False, *, move: bool) -> None:  # noqa: FBT001, FBT002
        if self.head is not None:
            self._kit.tasks.start(self._finish(self.head, move=move))

    async def _finish(self, head: CountHead, *, move: bool) -> None:
        report = await self._counts.finish(head.id, move_found=move)
        moved = f" {self._kit.formatter.count(report.changed)} moved." if report.changed else ""
        self._kit.notifier.success(f"The count of {head.location or ALL_STOCK} is finished.{moved}")
        self._on_back()

    def _build(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(20, 14, 16, 10)
        top.setSpacing(10)
        top.addWidget(self.title)
        top.addWidget(self.progress)
        top.addStretch(1)
        for button in (self.undo, self.finish, self.back):
            top.addWidget(button)
        middle = QVBoxLayout()
        middle.setContentsMargins(16, 0, 16, 10)
        middle.setSpacing(10)
        middle.addWidget(self.panel)
        middle.addLayout(self._chip_row())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addLayout(middle)
        layout.addWidget(self.view, 1)

    def _chip_row(self) -> QHBoxLayout:
        row, group = QHBoxLayout(), QButtonGroup(self)
        row.setSpacing(6)
        marks: tuple[CountMark | None, ...] = (None, *CountMark)
        for mark in marks:
            chip = QPushButton(self)
            chip.setProperty("role", "chip")
            chip.setCheckable(True)
            chip.clicked.connect(partial(self._on_chip, mark))
            group.addButton(chip)
            row.addWidget(chip)
            self.chips[mark] = chip
        row.addStretch(1)
        return row
