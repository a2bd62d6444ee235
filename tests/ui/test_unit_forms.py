from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QWidget
from pytestqt.qtbot import QtBot

from helpers.fake_services import FakeItems
from helpers.fake_workbench import FakeDoors
from helpers.table_pages import plain_window
from soleflip_desktop.domain.edit_text import EditStyle
from soleflip_desktop.domain.import_plan import DateOrder
from soleflip_desktop.domain.inventory import Condition, ItemStatus
from soleflip_desktop.domain.steps import StepReport
from soleflip_desktop.domain.unit_fields import CellEdit, UnitDraft
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.form_dialog import FormDialog
from soleflip_desktop.ui.inventory.bulk_panel import BulkPanel, Treatment
from soleflip_desktop.ui.inventory.unit_form import AddForm, CloneForm, EditForm

LEFT = Qt.MouseButton.LeftButton
KEY = Qt.Key
STYLE = EditStyle(dates=DateOrder.DMY)


@pytest.fixture
def doors(items: FakeItems, tmp_path: Path) -> FakeDoors:
    for number, row in items.by_id.items():
        condition = Condition.NEW if number % 3 else None
        items.by_id[number] = replace(row, condition=condition, supplier="Schuhhaus Beispiel")
    return FakeDoors.over(items.by_id, tmp_path)


@pytest.fixture
def reports() -> list[StepReport]:
    return []


@pytest.fixture
def window(qtbot: QtBot, kit: UiKit) -> QWidget:
    return plain_window(qtbot, kit)


def opened(qtbot: QtBot, dialog: FormDialog) -> None:
    dialog.open()
    qtbot.waitUntil(lambda: dialog.kit.tasks.active == 0)


def click(qtbot: QtBot, dialog: FormDialog, button: QWidget) -> None:
    QTest.mouseClick(button, LEFT)
    kit = dialog.kit
    qtbot.waitUntil(lambda: kit.tasks.active == 0)


def fill(qtbot: QtBot, widget: QWidget, text: str) -> None:
    widget.setFocus()
    QTest.keyClicks(widget, text)


@pytest.fixture
def bulk(
    qtbot: QtBot, doors: FakeDoors, kit: UiKit, window: QWidget, reports: list[StepReport]
) -> BulkPanel:
    ids = list(range(1, 313))
    panel = BulkPanel(ids, doors.workbench, STYLE, kit, done=reports.append, parent=window)
    opened(qtbot, panel)
    return panel


def treat(panel: BulkPanel, name: str, treatment: Treatment) -> None:
    combo = panel.line(name).treatment
    combo.setFocus()
    QTest.keyClick(combo, KEY.Key_Home)
    for _ in range(combo.findText(treatment)):
        QTest.keyClick(combo, KEY.Key_Down)
    assert combo.currentText() == treatment


def test_bulk_edit_leaves_every_field_unchanged_at_first(bulk: BulkPanel) -> None:
    assert bulk.headline.text() == "Edit 312 units"
    assert {each.chosen for each in bulk.fields} == {Treatment.LEAVE}
    assert not bulk.apply.isEnabled()
    assert bulk.line("condition").old.text() == "New (208), — (104)"
    assert bulk.line("supplier").old.text() == "Schuhhaus Beispiel (312)"
    assert bulk.line("status").treatment.findText(Treatment.EMPTY) == -1


def test_bulk_edit_sets_and_empties_and_says_so_before(
    qtbot: QtBot, bulk: BulkPanel, doors: FakeDoors, reports: list[StepReport]
) -> None:
    treat(bulk, "location", Treatment.SET)
    # Not by keys: the completer's list is a window, with which the offscreen platform has trouble.
    bulk.line("location").editor.set_text("Office / Box A")
    treat(bulk, "condition", Treatment.EMPTY)
    assert (
        bulk.summary.text()
        == "Apply sets Condition to empty, Location to “Office / Box A” for 312 units."
    )
    click(qtbot, bulk, bulk.apply)
    call, (ids, values) = doors.units.calls[-1]
    assert (call, len(ids)) == ("set_fields", 312)
    assert values == {"location": "Office / Box A", "condition": None}
    assert reports[0].changed == 312


def test_bulk_edit_does_not_take_an_empty_value_for_emptying(qtbot: QtBot, bulk: BulkPanel) -> None:
    treat(bulk, "cost", Treatment.SET)
    assert not bulk.apply.isEnabled()
    assert "choose “Set to empty”" in bulk.problem.text()
    fill(qtbot, bulk.line("cost").editor.control, "twelve")
    assert "is not an amount" in bulk.problem.text()
    bulk.line("cost").editor.set_text("12.00")
    assert bulk.apply.isEnabled()


@pytest.fixture
def add(
    qtbot: QtBot, doors: FakeDoors, kit: UiKit, window: QWidget, reports: list[StepReport]
) -> AddForm:
    form = AddForm(doors.workbench, STYLE, kit, done=reports.append, parent=window)
    opened(qtbot, form)
    return form


def test_a_known_product_is_found_as_one_types(qtbot: QtBot, add: AddForm) -> None:
    fill(qtbot, add.product.line, "dunk")
    qtbot.waitUntil(lambda: add.product.found.count() > 0)
    QTest.keyClick(add.product.line, KEY.Key_Down)
    QTest.keyClick(add.product.found, KEY.Key_Return)
    chosen = add.product.product
    assert chosen is not None
    assert chosen.style_code == "DD1391-100"
    assert add.product.new.isHidden()
    assert "Known sizes" in add.product.said.text()


def test_save_and_add_another_keeps_what_a_delivery_shares(
    qtbot: QtBot, add: AddForm, doors: FakeDoors, reports: list[StepReport]
) -> None:
    fill(qtbot, add.product.line, "Salomon XT-6 Example")
    fill(qtbot, add.product.brand, "Salomon")
    fill(qtbot, add.sizes.range, "US 8-9 x2, US 11")
    QTest.keyClick(add.sizes.range, KEY.Key_Return)
    assert add.sizes.sizes == (("US 8", 2), ("US 8.5", 2), ("US 9", 2), ("US 11", 1))
    editors = add.fields.editors
    for name, text in (
        ("supplier", "Outlet Beispiel"),
        ("location", "Office"),
        ("purchase_order_number", "PO-7"),
        ("cost_currency", "EUR"),
        ("cost", "89.90"),
        ("notes", "gift box"),
    ):
        editors[name].set_text(text)
    click(qtbot, add, add.again)
    draft = doors.units.calls[-1][1]
    assert isinstance(draft, UnitDraft)
    assert (draft.product, draft.brand, draft.product_id) == (
        "Salomon XT-6 Example",
        "Salomon",
        None,
    )
    assert (draft.status, dict(draft.values)["cost"]) == (ItemStatus.AVAILABLE, Decimal("89.90"))
    assert len(reports[0].created) == 7
    assert add.isVisible()
    kept = {name: editor.text for name, editor in editors.items() if editor.text}
    assert kept == {
        "supplier": "Outlet Beispiel",
        "location": "Office",
        "purchase_order_number": "PO-7",
        "cost_currency": "EUR",
        "status": "Available",
    }
    assert add.product.name == ""
    assert len(add.sizes.sizes) == 0


def test_what_is_missing_or_wrong_is_told_and_nothing_is_added(
    qtbot: QtBot, add: AddForm, doors: FakeDoors
) -> None:
    click(qtbot, add, add.save)
    assert add.problem.text().startswith("Enter a product")
    fill(qtbot, add.product.line, "New thing")
    click(qtbot, add, add.save)
    assert add.problem.text().startswith("Enter at least one size")
    fill(qtbot, add.sizes.range, "US 9")
    add.fields.editors["cost"].set_text("cheap")
    click(qtbot, add, add.save)
    assert "is not an amount" in add.fields.problems["cost"].text()
    assert "add" not in [call for call, _detail in doors.units.calls]


def test_the_edit_form_writes_only_what_was_changed(
    *,
    qtbot: QtBot,
    doors: FakeDoors,
    kit: UiKit,
    window: QWidget,
    reports: list[StepReport],
    items: FakeItems,
) -> None:
    form = EditForm(items.by_id[7], doors.workbench, STYLE, kit, done=reports.append, parent=window)
    opened(qtbot, form)
    condition = form.fields.editors["condition"].control
    assert isinstance(condition, QComboBox)
    assert condition.currentText() == "New"
    condition.setFocus()
    QTest.keyClicks(condition, "v")  # "Very good"
    form.fields.editors["tags"].set_text("rare, for me")
    doors.units.refused[7, "tags"] = "Tags are kept by Jane."
    click(qtbot, form, form.save)
    assert doors.units.calls[-1] == (
        "edit",
        [
            CellEdit(7, "condition", Condition.VERY_GOOD, Condition.NEW),
            CellEdit(7, "tags", ("rare", "for me"), None),
        ],
    )
    assert form.problem.text() == "Tags are kept by Jane."
    assert form.isVisible()
    form.reject()


def test_a_unit_is_cloned_over_a_range_of_sizes(
    *,
    qtbot: QtBot,
    doors: FakeDoors,
    kit: UiKit,
    window: QWidget,
    reports: list[StepReport],
    items: FakeItems,
) -> None:
    form = CloneForm(items.by_id[7], doors.workbench, kit, done=reports.append, parent=window)
    opened(qtbot, form)
    _size, _count, remove = form.sizes._rows[0]
    QTest.mouseClick(remove, LEFT)
    assert not form.save.isEnabled()
    fill(qtbot, form.sizes.range, "US 8-9")
    QTest.keyClick(form.sizes.range, KEY.Key_Return)
    assert form.save.text() == "&Clone: add 3 units"
    click(qtbot, form, form.save)
    sizes = [("US 8", 1), ("US 8.5", 1), ("US 9", 1)]
    assert doors.units.calls[-1] == ("clone", (7, sizes))
    assert reports[0].changed == 3
