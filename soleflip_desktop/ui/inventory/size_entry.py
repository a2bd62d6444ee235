"""Sizes times counts: typed in short, or line by line."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from soleflip_desktop.domain.edit_text import EditTextError
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.labels import label
from soleflip_desktop.ui.inventory.size_range import Sizes, parse_sizes

_MOST = 999


class SizeEntry(QWidget):
    """The line "US 8-11 x1" adds rows below; each row has a size and a count.

    Signals:
        changed: the sizes are others.
    """

    changed = Signal()

    def __init__(self, kit: UiKit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kit = kit
        self._known: Sequence[str] = ()
        self._rows: list[tuple[QComboBox, QSpinBox, QToolButton]] = []
        self.range = QLineEdit(self)
        self.range.setPlaceholderText("US 8-11 x1, EU 42 x2, S-XL")
        self.range.setAccessibleName("Sizes in short")
        self.range.returnPressed.connect(self.take_range)
        self.add = QPushButton("Add si&zes", self)
        self.add.setAutoDefault(False)
        self.add.clicked.connect(self.take_range)
        self.problem = label("", "bad", wrap=True)
        self.problem.hide()
        line = QHBoxLayout()
        line.addWidget(self.range, 1)
        line.addWidget(self.add)
        self._grid = QGridLayout()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(line)
        layout.addWidget(self.problem)
        layout.addLayout(self._grid)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    @property
    def sizes(self) -> Sizes:
        """The rows; equal sizes count together."""
        found: dict[str, int] = {}
        for size, count, _remove in self._rows:
            text = " ".join(size.currentText().split())
            if text:
                found[text] = found.get(text, 0) + count.value()
        return tuple(found.items())

    def take_range(self) -> bool:
        """Turns what is typed in short into rows; False where it cannot be read."""
        try:
            sizes = parse_sizes(self.range.text())
        except EditTextError as error:
            self._say(str(error))
            return False
        self._say("")
        self.range.clear()
        self.set_sizes((*self.sizes, *sizes))
        return True

    def set_sizes(self, sizes: Sizes) -> None:
        """Shows these instead; equal sizes are added up."""
        merged: dict[str, int] = {}
        for size, count in sizes:
            merged[size] = merged.get(size, 0) + count
        for row in list(self._rows):
            self._remove(row)
        for size, count in merged.items():
            self._append(size, count)
        self.changed.emit()

    def suggest(self, sizes: Sequence[str]) -> None:
        """The sizes that are known of the product."""
        self._known = sizes

    def _append(self, size: str, count: int) -> None:
        combo = QComboBox(self)
        combo.setEditable(True)
        combo.addItems(list(self._known))
        combo.setCurrentText(size)
        combo.setAccessibleName("Size")
        number = QSpinBox(self)
        number.setRange(1, _MOST)
        number.setValue(count)
        number.setAccessibleName(f"Units of {size}")
        remove = QToolButton(self)
        remove.setProperty("role", "flat")
        self._kit.icons.follow(remove, "close", "muted")
        remove.setAccessibleName(f"Remove {size}")
        remove.setToolTip(f"Remove {size}")
        row = (combo, number, remove)
        remove.clicked.connect(lambda: self._on_remove(row))
        combo.currentTextChanged.connect(self.changed)
        number.valueChanged.connect(self.changed)
        self._rows.append(row)
        at = self._grid.rowCount()
        for column, widget in enumerate(row):
            self._grid.addWidget(widget, at, column)

    def _on_remove(self, row: tuple[QComboBox, QSpinBox, QToolButton]) -> None:
        self._remove(row)
        self.changed.emit()

    def _remove(self, row: tuple[QComboBox, QSpinBox, QToolButton]) -> None:
        self._rows.remove(row)
        for widget in row:
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()

    def _say(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.setVisible(bool(text))
