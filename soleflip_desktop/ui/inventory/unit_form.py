"""The forms that add units, change one, and clone one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from soleflip_desktop.domain.categories import Category
from soleflip_desktop.domain.edit_text import EditStyle
from soleflip_desktop.domain.inventory import ItemRow, ItemStatus
from soleflip_desktop.domain.steps import StepReport
from soleflip_desktop.domain.unit_fields import (
    UNIT_FIELDS,
    CellEdit,
    ProductChoice,
    UnitDraft,
    UnitValue,
)
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.doors import Workbench
from soleflip_desktop.ui.common.form_dialog import FormDialog
from soleflip_desktop.ui.common.labels import label
from soleflip_desktop.ui.inventory.cell_editing import unit_value
from soleflip_desktop.ui.inventory.field_editor import load_suggestions
from soleflip_desktop.ui.inventory.fields_form import FieldsForm
from soleflip_desktop.ui.inventory.product_search import ProductSearch
from soleflip_desktop.ui.inventory.size_entry import SizeEntry

#: What the next unit of the same delivery has in common with the last one.
KEPT_FIELDS = ("supplier", "location", "purchase_order_number", "cost_currency")

Done = Callable[[StepReport], None]


class AddForm(FormDialog):
    """New units of one product in one or more sizes."""

    def __init__(
        self, doors: Workbench, style: EditStyle, kit: UiKit, *, done: Done, parent: QWidget
    ) -> None:
        super().__init__(kit, "Add units", parent)
        self._doors, self._done = doors, done
        self.headline.setText("Add units")
        self.product = ProductSearch(doors.units, kit, self)
        self.sizes = SizeEntry(kit, self)
        self.fields = FieldsForm([each for each in UNIT_FIELDS if each.name != "size"], style, self)
        self.product.chosen.connect(self._on_product)
        self._restart({})
        self._lay_out()
        self.save = QPushButton("&Save", self)
        self.again = QPushButton("Save and add &another", self)
        self.add_closing_button("&Cancel")
        self.add_button(self.again)
        self.add_button(self.save, primary=True)
        # Enter in the line of sizes adds rows; only the button and Ctrl+Enter save.
        self.save.setDefault(False)
        self.save.setAutoDefault(False)
        self.save.setShortcut("Ctrl+Return")
        self.save.clicked.connect(lambda: self._save(again=False))
        self.again.clicked.connect(lambda: self._save(again=True))
        self.load(self._load())

    def _lay_out(self) -> None:
        left, columns = QVBoxLayout(), QHBoxLayout()
        for title, widget in (("Product", self.product), ("Sizes and units", self.sizes)):
            left.addWidget(label(title, "section"))
            left.addWidget(widget)
        left.addStretch(1)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setWidget(self.fields)
        columns.setSpacing(24)
        columns.addLayout(left, 1)
        columns.addWidget(area, 1)
        self.body.addLayout(columns)
        self.resize(920, 640)
        self.product.setFocus()

    async def _load(self) -> None:
        self.fields.suggest(await load_suggestions(self._doors, self.kit.base_currency))

    def _on_product(self, product: ProductChoice | None) -> None:
        self.sizes.suggest(product.sizes if product is not None else ())

    def _restart(self, kept: dict[str, UnitValue | None]) -> None:
        empty: dict[str, UnitValue | None] = dict.fromkeys(self.fields.editors)
        usual = {"status": ItemStatus.AVAILABLE, "cost_currency": self.kit.base_currency.code}
        known = {name: value for name, value in kept.items() if value is not None}
        self.fields.show_values(empty | usual | known)

    def _save(self, *, again: bool) -> None:
        draft = self._draft()
        if draft is not None:
            self.write(self._add(draft, again=again))

    def _draft(self) -> UnitDraft | None:
        if self.sizes.range.text().strip() and not self.sizes.take_range():
            return None
        values = self.fields.values()
        missing = "" if self.sizes.sizes else "Enter at least one size, like US 9 or US 8-11 x1."
        if not self.product.name:
            missing = "Enter a product: search for one, or type the name of a new one."
        self.say_problem(missing)
        if missing or values is None:
            return None
        status = values.pop("status")
        chosen = self.product.product
        return UnitDraft(
            sizes=self.sizes.sizes,
            values=tuple((name, value) for name, value in values.items() if value is not None),
            status=ItemStatus(str(status)),
            product_id=None if chosen is None else chosen.id,
            product=self.product.name,
            brand=_or_none(self.product.brand.text()) if chosen is None else chosen.brand,
            style_code=(
                _or_none(self.product.style_code.text()) if chosen is None else chosen.style_code
            ),
            category=list(Category)[self.product.category.currentIndex()].value,
        )

    async def _add(self, draft: UnitDraft, *, again: bool) -> None:
        report = await self._doors.units.add(draft)
        self._done(report)
        if not again:
            self.accept()
            return
        values = dict(draft.values)
        self._restart({name: values.get(name) for name in KEPT_FIELDS})
        self.product.clear()
        self.sizes.set_sizes(())
        self.headline.setText(f"Added {_units(len(report.created))}. Add more")
        self.product.setFocus()


class EditForm(FormDialog):
    """All fields of one unit; only what was changed is written."""

    def __init__(
        self,
        row: ItemRow,
        doors: Workbench,
        style: EditStyle,
        kit: UiKit,
        *,
        done: Done,
        parent: QWidget,
    ) -> None:
        super().__init__(kit, "Edit unit", parent)
        self._row, self._doors, self._done = row, doors, done
        self.headline.setText(f"{row.product}, {row.size} (no. {row.id})")
        self.fields = FieldsForm(UNIT_FIELDS, style, self)
        self._was = {field.name: unit_value(row, field) for field in UNIT_FIELDS}
        self.fields.show_values(self._was)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setWidget(self.fields)
        self.body.addWidget(area)
        self.save = QPushButton("&Save", self)
        self.save.clicked.connect(self._save)
        self.add_closing_button("&Cancel")
        self.add_button(self.save, primary=True)
        self.resize(560, 680)
        self.load(self._load())

    async def _load(self) -> None:
        self.fields.suggest(await load_suggestions(self._doors, self.kit.base_currency))

    def _save(self) -> None:
        values = self.fields.values()
        if values is None:
            return
        edits = [
            CellEdit(self._row.id, name, value, self._was[name])
            for name, value in values.items()
            if value != self._was[name]
        ]
        if edits:
            self.write(self._edit(edits))
        else:
            self.accept()

    async def _edit(self, edits: list[CellEdit]) -> None:
        report = await self._doors.units.edit(edits)
        if report.kept:
            self.say_problem(" ".join(kept.reason for kept in report.kept))
            self._was |= {} if report.step is None else {e.field: e.value for e in edits}
        self._done(report)
        if not report.kept:
            self.accept()


class CloneForm(FormDialog):
    """Units like this one, over a range of sizes."""

    def __init__(
        self, row: ItemRow, doors: Workbench, kit: UiKit, *, done: Done, parent: QWidget
    ) -> None:
        super().__init__(kit, "Clone unit", parent)
        self._row, self._doors, self._done = row, doors, done
        self.headline.setText(f"Units like {row.product}, {row.size} (no. {row.id})")
        self.sizes = SizeEntry(kit, self)
        self.sizes.set_sizes(((row.size, 1),))
        words = "Cost, supplier, place and the other fields are taken over; sale, listings and "
        self.body.addWidget(label(f"{words}notes are not.", "muted", wrap=True))
        self.body.addWidget(self.sizes)
        self.body.addStretch(1)
        self.save = QPushButton("", self)
        self.save.clicked.connect(self._save)
        self.add_closing_button("&Cancel")
        self.add_button(self.save, primary=True)
        self.save.setDefault(False)
        self.save.setAutoDefault(False)
        self.sizes.changed.connect(self._refresh)
        self._refresh()
        self.resize(460, 420)

    def _refresh(self) -> None:
        number = sum(count for _size, count in self.sizes.sizes)
        self.save.setText(f"&Clone: add {_units(number)}")
        self.save.setEnabled(number > 0)

    def _save(self) -> None:
        if not self.sizes.range.text().strip() or self.sizes.take_range():
            self.write(self._clone())

    async def _clone(self) -> None:
        self._done(await self._doors.units.clone(self._row.id, self.sizes.sizes))
        self.accept()


def _or_none(text: str) -> str | None:
    return " ".join(text.split()) or None


def _units(number: int) -> str:
    return "1 unit" if number == 1 else f"{number} units"
