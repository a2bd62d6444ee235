from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from PySide6.QtCore import QModelIndex, Qt
from pytestqt.qtbot import QtBot

from helpers.fake_services import FakeGrid, item_row
from helpers.model_validator import validate
from soleflip_desktop.domain.errors import DatabaseUnavailableError
from soleflip_desktop.domain.grid_query import GridQuery, SortKey
from soleflip_desktop.domain.inventory import ItemRow
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.virtual_table_model import MAX_PAGES, PAGE_ROWS, VirtualTableModel
from soleflip_desktop.ui.inventory.columns import inventory_columns

Model = VirtualTableModel[ItemRow]


@pytest.fixture
def model(kit: UiKit, items: FakeGrid[ItemRow]) -> Model:
    return VirtualTableModel(
        items,
        inventory_columns(kit.formatter),
        kit.tasks,
        GridQuery((SortKey("id", descending=True),)),
    )


def load(qtbot: QtBot, model: Model) -> None:
    model.reload()
    qtbot.waitUntil(lambda: model.loaded)


def text(model: Model, row: int, column: int = 0) -> str:
    return str(model.data(model.index(row, column)))


def test_model_keeps_the_rules_of_qt(qtbot: QtBot, model: Model) -> None:
    tester = validate(model)
    load(qtbot, model)
    model.set_query(GridQuery((SortKey("product"),), search="nike"))
    qtbot.waitUntil(lambda: model.rowCount() < 500)
    assert tester.model() is model


def test_preview_comes_first_then_all_rows(
    qtbot: QtBot, model: Model, items: FakeGrid[ItemRow]
) -> None:
    gate = items.hold("view")
    model.reload()
    qtbot.waitUntil(lambda: model.rowCount() == 64)
    assert not model.loaded
    gate.set()
    qtbot.waitUntil(lambda: model.rowCount() == 500)
    assert model.loaded


def test_rows_in_sight_are_there_when_the_view_is(qtbot: QtBot, model: Model) -> None:
    load(qtbot, model)
    assert text(model, 0) == item_row(500).product


def test_missing_page_is_a_placeholder_and_then_arrives(
    qtbot: QtBot, model: Model, items: FakeGrid[ItemRow]
) -> None:
    load(qtbot, model)
    qtbot.waitUntil(lambda: not model._next_pages())
    assert text(model, 400) == "…"
    with qtbot.waitSignal(model.dataChanged):
        pass
    assert text(model, 400) == item_row(100).product


def test_neighbouring_pages_are_fetched_ahead(qtbot: QtBot, model: Model) -> None:
    load(qtbot, model)
    text(model, 3 * PAGE_ROWS + 1)
    qtbot.waitUntil(lambda: {2, 3, 4} <= set(model._pages))


def test_pages_are_forgotten_in_the_end(qtbot: QtBot, kit: UiKit) -> None:
    many = FakeGrid([item_row(number) for number in range((MAX_PAGES + 10) * PAGE_ROWS)])
    model = VirtualTableModel(
        many, inventory_columns(kit.formatter), kit.tasks, GridQuery((SortKey("id"),))
    )
    load(qtbot, model)
    for page in range(MAX_PAGES + 8):
        text(model, page * PAGE_ROWS)
        qtbot.waitUntil(lambda page=page: page in model._pages)  # type: ignore[misc]
    assert len(model._pages) <= MAX_PAGES
    assert 0 not in model._pages


def test_late_view_is_dropped(qtbot: QtBot, model: Model, items: FakeGrid[ItemRow]) -> None:
    load(qtbot, model)
    gate = items.hold("view")
    model.set_search("nike")
    qtbot.waitUntil(lambda: items.calls[-1][0] == "view")
    model.set_search("yeezy")
    qtbot.waitUntil(lambda: "Yeezy" in text(model, 0))
    rows = model.rowCount()
    gate.set()
    qtbot.wait(30)
    assert model.rowCount() == rows
    assert "Yeezy" in text(model, 0)


def test_late_page_is_dropped(qtbot: QtBot, model: Model, items: FakeGrid[ItemRow]) -> None:
    load(qtbot, model)
    qtbot.waitUntil(lambda: not model._next_pages())
    gate = items.hold("rows")
    text(model, 450)
    qtbot.waitUntil(lambda: not items.gates)
    model.set_query(GridQuery((SortKey("id"),)))
    qtbot.waitUntil(lambda: text(model, 0) == item_row(1).product)
    gate.set()
    qtbot.waitUntil(lambda: not model._fetching)
    text(model, 450)
    qtbot.waitUntil(lambda: text(model, 450) != "…")
    assert text(model, 450) == item_row(451).product


def test_old_rows_stay_until_the_new_view_is_there(
    qtbot: QtBot, model: Model, items: FakeGrid[ItemRow]
) -> None:
    load(qtbot, model)
    gate = items.hold("view")
    model.set_query(GridQuery((SortKey("id"),)))
    qtbot.wait(20)
    assert text(model, 0) == item_row(500).product
    gate.set()
    qtbot.waitUntil(lambda: text(model, 0) == item_row(1).product)


def test_same_rows_with_new_contents_do_not_reset(
    qtbot: QtBot, model: Model, items: FakeGrid[ItemRow]
) -> None:
    load(qtbot, model)
    items.by_id[500] = replace(items.by_id[500], product="Renamed")
    with qtbot.assertNotEmitted(model.modelReset), qtbot.waitSignal(model.view_changed):
        model.reload()
    assert text(model, 0) == "Renamed"


def test_failure_is_told_and_a_retry_works(
    qtbot: QtBot, model: Model, items: FakeGrid[ItemRow]
) -> None:
    items.error = DatabaseUnavailableError("The database is away.")
    with qtbot.waitSignal(model.load_failed) as caught:
        model.reload()
    assert str(caught.args and caught.args[0]) == "The database is away."
    items.error = None
    load(qtbot, model)
    assert model.rowCount() == 500


def test_failing_page_is_told_and_asked_again_later(
    qtbot: QtBot, model: Model, items: FakeGrid[ItemRow]
) -> None:
    load(qtbot, model)
    qtbot.waitUntil(lambda: not model._next_pages())
    items.error = DatabaseUnavailableError("away")
    with qtbot.waitSignal(model.load_failed):
        text(model, 400)
    items.error = None
    text(model, 400)
    qtbot.waitUntil(lambda: text(model, 400) == item_row(100).product)


def test_deleted_row_stays_a_placeholder(
    qtbot: QtBot, model: Model, items: FakeGrid[ItemRow]
) -> None:
    load(qtbot, model)
    qtbot.waitUntil(lambda: not model._next_pages())
    del items.by_id[100]
    text(model, 400)
    qtbot.waitUntil(lambda: text(model, 401) != "…")
    assert text(model, 400) == "…"


def test_roles_for_people_and_for_screen_readers(qtbot: QtBot, model: Model) -> None:
    load(qtbot, model)
    keys = [column.key for column in model.columns]
    row = next(row for row in range(40) if item_row(500 - row).profit is None)
    profit = model.index(row, keys.index("profit"))
    role = Qt.ItemDataRole
    spoken = f"row {row + 1} of 500: Profit blank"
    assert model.data(profit, role.AccessibleTextRole) == spoken
    assert model.data(profit, role.DisplayRole) == ""
    assert model.data(profit, role.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight
    assert model.data(model.index(0, 0), role.ToolTipRole) == item_row(500).product
    assert model.data(QModelIndex()) is None
    assert model.headerData(0, Qt.Orientation.Horizontal) == "Product"
    assert model.headerData(0, Qt.Orientation.Vertical) is None


def test_rows_of_ids_are_found_again(qtbot: QtBot, model: Model) -> None:
    load(qtbot, model)
    assert model.row_of(499) == 1
    assert model.row_of(9999) is None
    assert model.rows_of(np.array([500, 498, 9999])).tolist() == [0, 2]
    assert model.ids(0, 1).tolist() == [500, 499]


def test_money_column_speaks_for_the_clipboard_without_signs(kit: UiKit) -> None:
    column = next(c for c in inventory_columns(kit.formatter) if c.key == "cost")
    row = replace(item_row(1), cost=Decimal("1234.5"), cost_currency="EUR")
    assert (column.display(row), column.clipboard(row)) == ("€1,234.50", "1234.50")
    assert column.tooltip(row) == "1234.50 EUR"
