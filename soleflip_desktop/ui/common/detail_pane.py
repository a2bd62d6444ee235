"""One record beside its grid: what every such pane shares, down to where the record comes from."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from itertools import groupby
from typing import Generic, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from soleflip_desktop.domain.provenance import ImportedChange, Provenance
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.field_words import field_title, stored_text
from soleflip_desktop.ui.common.formatting import BLANK
from soleflip_desktop.ui.common.labels import label
from soleflip_desktop.ui.common.personal import HIDDEN, is_personal

DetailT = TypeVar("DetailT")
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop
_TOP = Qt.AlignmentFlag.AlignTop


class DetailPane(QScrollArea, Generic[DetailT]):
    """Shows a record, or a hint. Personal cells stay covered until the button uncovers them."""

    def __init__(self, kit: UiKit, name: str, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kit, self.hint = kit, hint
        self.detail: DetailT | None = None
        self.setWidgetResizable(True)
        self.setMinimumWidth(300)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(name)
        self._personal: list[tuple[QLabel, str]] = []
        self._reveal: QPushButton | None = None
        self.show_hint(hint)

    @abstractmethod
    def fill(self, layout: QVBoxLayout, detail: DetailT) -> None:
        """Puts the record on screen."""

    def show_hint(self, text: str) -> None:
        self.detail = None
        body, layout = self._fresh()
        hint = label(text, "muted", wrap=True)
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addStretch(2)
        layout.addWidget(hint)
        layout.addStretch(3)
        self.setWidget(body)

    def show_detail(self, detail: DetailT) -> None:
        self.detail = detail
        body, layout = self._fresh()
        self.fill(layout, detail)
        layout.addStretch(1)
        self.setWidget(body)

    def add_head(
        self, layout: QVBoxLayout, product: str, facts: Iterable[str | None], more: str
    ) -> None:
        """What the record is about, on top."""
        layout.addWidget(label(product, "section", wrap=True))
        named = " · ".join(fact for fact in facts if fact)
        layout.addWidget(label(f"{named}\n{more}", "muted", wrap=True))
        layout.addSpacing(10)

    def add_source(self, layout: QVBoxLayout, source: Provenance) -> None:
        """The row it was made from, what later imports changed, and the row's cells."""
        layout.addWidget(label("Where this comes from", "section"))
        if source.file is None:
            words = "Entered by hand or by a marketplace connection."
        else:
            words = f"Row {source.row} of {source.file}\nImport no. {source.batch_id}"
        layout.addWidget(label(words, "muted", wrap=True))
        if source.changes:
            self._add_changes(layout, source.changes)
        if source.cells:
            self._add_cells(layout, source.cells)

    def _add_changes(self, layout: QVBoxLayout, changes: Iterable[ImportedChange]) -> None:
        layout.addSpacing(6)
        layout.addWidget(label("Changed by later imports", "section"))
        formatter = self.kit.formatter
        for (file, row, moment), cells in groupby(
            changes, key=lambda change: (change.file, change.row, change.changed_at)
        ):
            place = file if row is None else f"Row {row} of {file}"
            layout.addWidget(label(f"{place}\n{formatter.moment(moment)}", "muted", wrap=True))
            grid = add_grid(layout)
            for cell in cells:
                old = stored_text(cell.field, cell.old, formatter)
                new = stored_text(cell.field, cell.new, formatter)
                add_line(grid, field_title(cell.field), f"{old} → {new}")

    def _add_cells(self, layout: QVBoxLayout, cells: Iterable[tuple[str, str]]) -> None:
        layout.addSpacing(6)
        layout.addWidget(label("The row in the file", "section"))
        grid = add_grid(layout)
        for name, value in cells:
            cell = add_line(grid, name, value or BLANK)
            if value and is_personal(name):
                cell.setText(HIDDEN)
                self._personal.append((cell, value))
            else:
                cell.setToolTip(value)
        if self._personal:
            self._reveal = QPushButton("Show &personal data")
            self._reveal.clicked.connect(self._show_personal)
            layout.addWidget(self._reveal, 0, Qt.AlignmentFlag.AlignLeft)

    def _show_personal(self) -> None:
        for cell, value in self._personal:
            cell.setText(value)
        if self._reveal is not None:
            self._reveal.hide()

    def _fresh(self) -> tuple[QWidget, QVBoxLayout]:
        self._personal.clear()
        self._reveal = None
        body = QWidget()
        body.setAutoFillBackground(False)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(20, 16, 20, 20)
        layout.setSpacing(6)
        return body, layout


def add_grid(layout: QVBoxLayout) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(5)
    grid.setColumnStretch(0, 2)
    grid.setColumnStretch(1, 3)
    layout.addLayout(grid)
    return grid


def add_line(grid: QGridLayout, words: str, value: str) -> QLabel:
    """A name and its text, which may be long."""
    cell = label(value, wrap=True)
    # A number of 32 characters has no place to break: it must not widen the pane.
    cell.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    at = grid.rowCount()
    grid.addWidget(label(words, "muted", wrap=True), at, 0, _TOP)
    grid.addWidget(cell, at, 1, _TOP)
    return cell


def add_rule(grid: QGridLayout) -> None:
    line = QFrame()
    line.setProperty("role", "line")
    line.setFixedHeight(1)
    grid.addWidget(line, grid.rowCount(), 0, 1, 2)
