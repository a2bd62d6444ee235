"""Which product: one that is known, found as one types, or a new one."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from soleflip_desktop.domain.categories import Category
from soleflip_desktop.domain.edit_text import choice_words
from soleflip_desktop.domain.unit_fields import ProductChoice
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.doors import UnitsSource
from soleflip_desktop.ui.common.labels import label

_DELAY_MS = 120
_SHOWN = 4
_ROLE = Qt.ItemDataRole.UserRole


class ProductSearch(QWidget):
    """A search line with what it finds below, and the fields of a product that is new.

    Signals:
        chosen(object): the ProductChoice, or None while the product is a new one.
    """

    chosen = Signal(object)

    def __init__(self, units: UnitsSource, kit: UiKit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._units, self._kit = units, kit
        self.product: ProductChoice | None = None
        self.line = _SearchLine(self)
        self.line.setPlaceholderText("Name, brand or style code")
        self.line.setAccessibleName("Product")
        self.found = QListWidget(self)
        self.found.setAccessibleName("Products found")
        self.found.setFixedHeight(self.fontMetrics().lineSpacing() * _SHOWN * 2)
        self.found.hide()
        self.found.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.said = label("", "muted", wrap=True)
        self.said.hide()
        self.brand, self.style_code, self.category = QLineEdit(), QLineEdit(), QComboBox()
        self.category.addItems([choice_words(each) for each in Category])
        self.new = self._new_product()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in (self.line, self.found, self.said, self.new):
            layout.addWidget(widget)
        self._timer = QTimer(self, interval=_DELAY_MS, singleShot=True)
        self._timer.timeout.connect(self._search)
        self.line.textEdited.connect(self._on_edited)
        self.line.left_downwards.connect(self._enter_list)
        self.found.itemActivated.connect(self._on_activated)
        self.found.itemClicked.connect(self._on_activated)
        self.setFocusProxy(self.line)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    @property
    def name(self) -> str:
        return " ".join(self.line.text().split())

    def clear(self) -> None:
        for line in (self.line, self.brand, self.style_code):
            line.clear()
        self._choose(None)

    def _new_product(self) -> QWidget:
        new = QWidget(self)
        form = QFormLayout(new)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow("Brand", self.brand)
        form.addRow("Style code", self.style_code)
        form.addRow("Category", self.category)
        return new

    def _on_edited(self) -> None:
        self._choose(None)
        self._timer.start()

    def _search(self) -> None:
        if self.name:
            self._kit.tasks.start(self._find(self.name))
        else:
            self.found.hide()

    async def _find(self, text: str) -> None:
        products = await self._units.products(text)
        if text != self.name or self.product is not None:
            return  # somebody typed on, or has chosen
        self.found.clear()
        for product in products:
            facts = (product.name, product.brand, product.style_code)
            item = QListWidgetItem(" · ".join(fact for fact in facts if fact), self.found)
            item.setData(_ROLE, product)
        self.found.setVisible(bool(products))
        self._say("" if products else "No such product yet: it will be a new one.")

    def _enter_list(self) -> None:
        if self.found.isVisible() and self.found.count():
            self.found.setCurrentRow(0)
            self.found.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_activated(self, item: QListWidgetItem) -> None:
        product: ProductChoice = item.data(_ROLE)
        self.line.setText(product.name)
        self._choose(product)

    def _choose(self, product: ProductChoice | None) -> None:
        self.product = product
        self.new.setVisible(product is None)
        self._say("" if product is None else _described(product))
        if product is not None:
            self.found.hide()
        self.chosen.emit(product)

    def _say(self, text: str) -> None:
        self.said.setText(text)
        self.said.setVisible(bool(text))


class _SearchLine(QLineEdit):
    """Down leads into the list of what was found."""

    left_downwards = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.left_downwards.emit()
        else:
            super().keyPressEvent(event)


def _described(product: ProductChoice) -> str:
    facts = " · ".join(fact for fact in (product.brand, product.style_code) if fact)
    sizes = ", ".join(product.sizes)
    return "\n".join(part for part in (facts, f"Known sizes: {sizes}" if sizes else "") if part)
