"""Exporting and printing a view: format, rows, progress, cancelling."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]  # has no stubs
import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot
from python_calamine import CalamineWorkbook

from helpers import table_pages
from helpers.fake_services import FakeItems
from helpers.fake_workbench import inventory_page
from soleflip_desktop.domain.exporting import TableFormat
from soleflip_desktop.domain.grid_query import SortKey
from soleflip_desktop.ui.common import export_dialog
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.export_dialog import ExportDialog
from soleflip_desktop.ui.common.row_copy import GridContent
from soleflip_desktop.ui.inventory.page import InventoryPage

LEFT = Qt.MouseButton.LeftButton
Opener = Callable[..., ExportDialog]


@pytest.fixture
def page(qtbot: QtBot, kit: UiKit, items: FakeItems) -> InventoryPage:
    page = inventory_page(items, kit)
    qtbot.addWidget(page)
    page.resize(1400, 600)
    page.show()
    table_pages.wait_idle(qtbot, page)  # else a page fetched ahead takes what a test holds
    return page


@pytest.fixture
def opened(page: InventoryPage, kit: UiKit, items: FakeItems) -> Opener:
    def open_(*, printing: bool = False, format_: TableFormat | None = None) -> ExportDialog:
        content = GridContent(page.view, page.model, items, "Inventory", kit.formatter)
        if format_ is not None:
            kit.settings.setValue("export/format", format_.value)
        dialog = ExportDialog(content, kit, page, printing=printing)
        dialog.show()
        return dialog

    return open_


def show(qtbot: QtBot, page: InventoryPage, **changes: object) -> None:
    with qtbot.waitSignal(page.model.view_changed):
        page.model.set_query(replace(page.model.query, **changes))  # type: ignore[arg-type]  # any


def finish(qtbot: QtBot, kit: UiKit, dialog: ExportDialog, path: Path) -> str:
    dialog.run(path)
    qtbot.waitUntil(lambda: bool(kit.notifier.messages), timeout=30_000)
    return kit.notifier.messages[-1].text


def test_workbook_has_the_views_columns_order_and_rows(
    qtbot: QtBot, page: InventoryPage, kit: UiKit, opened: Opener, tmp_path: Path
) -> None:
    show(qtbot, page, search="jordan", sort=(SortKey("cost", descending=True),))
    page.view.setColumnHidden(0, True)
    path = tmp_path / "Inventory.xlsx"
    told = finish(qtbot, kit, opened(format_=TableFormat.XLSX), path)
    head, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    columns = [page.model.columns[at].title for at in page.view.frozen.visible()]
    assert head == columns
    assert "Product" not in head
    assert len(rows) == page.model.rowCount() < 500
    costs = [row[head.index("Cost")] for row in rows if row[head.index("Cost")] != ""]
    assert costs == sorted(costs, reverse=True)
    assert told == f"Exported {len(rows)} rows to {path}."
    assert list(tmp_path.glob(".*.part")) == []


def test_groups_come_with_subtotals_and_machines_get_rows_only(
    qtbot: QtBot, page: InventoryPage, kit: UiKit, opened: Opener, tmp_path: Path
) -> None:
    show(qtbot, page, group_by="brand", collapsed=frozenset({"Nike"}))
    path = tmp_path / "excel.csv"
    finish(qtbot, kit, opened(format_=TableFormat.EXCEL_CSV), path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        excel = list(csv.reader(file))
    heads = [row for row in excel if " · " in row[0]]
    view = page.model.view
    assert view is not None
    assert len(heads) == sum(max(1, len(group.sums)) for group in view.groups)
    kit.notifier.dismiss(kit.notifier.messages[-1])
    finish(qtbot, kit, opened(format_=TableFormat.CSV), tmp_path / "machine.csv")
    with (tmp_path / "machine.csv").open(encoding="utf-8", newline="") as file:
        machine = list(csv.reader(file))
    assert len(machine) == 501
    assert not [row for row in machine if " · " in row[0]]


def test_selected_rows_only(
    qtbot: QtBot, page: InventoryPage, kit: UiKit, opened: Opener, tmp_path: Path
) -> None:
    page.view.selectRow(3)
    dialog = opened(format_=TableFormat.CSV)
    QTest.mouseClick(dialog.scope.button(1), LEFT)
    told = finish(qtbot, kit, dialog, tmp_path / "one.csv")
    assert told.startswith("Exported 1 row to")
    assert len((tmp_path / "one.csv").read_text(encoding="utf-8").splitlines()) == 2


def test_button_asks_for_the_file(qtbot: QtBot, opened: Opener, kit: UiKit, tmp_path: Path) -> None:
    dialog = opened(format_=TableFormat.PDF)
    QTest.mouseClick(dialog.start, LEFT)
    (chooser,) = dialog.findChildren(QFileDialog)
    assert chooser.defaultSuffix() == "pdf"
    chooser.fileSelected.emit(str(tmp_path / "a.pdf"))
    chooser.reject()
    qtbot.waitUntil(lambda: bool(kit.notifier.messages), timeout=30_000)
    text = pypdfium2.PdfDocument(tmp_path / "a.pdf")[0].get_textpage().get_text_bounded()
    assert "500 rows" in text
    assert kit.settings.value("export/folder") == str(tmp_path)


def test_cancel_leaves_no_file(
    qtbot: QtBot, kit: UiKit, items: FakeItems, opened: Opener, tmp_path: Path
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_text("the one from before")
    dialog = opened(format_=TableFormat.XLSX)
    items.hold("rows")
    dialog.run(path)
    qtbot.waitUntil(lambda: "rows" not in items.gates)
    assert dialog.progress.isVisible()
    QTest.mouseClick(dialog.stop, LEFT)
    # The child that writes may still be starting: it ends by itself.
    qtbot.waitUntil(
        lambda: kit.tasks.active == 0 and not list(tmp_path.glob(".*.part")), timeout=30_000
    )
    assert path.read_text() == "the one from before"
    assert kit.notifier.messages == ()


def test_a_folder_that_is_not_there_is_named_with_the_remedy(
    qtbot: QtBot, kit: UiKit, opened: Opener, tmp_path: Path
) -> None:
    path = tmp_path / "gone" / "a.csv"
    told = finish(qtbot, kit, opened(format_=TableFormat.CSV), path)
    assert str(path) in told
    assert "choose another folder" in told


def test_too_many_rows_for_a_pdf_are_refused(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_dialog, "MAX_PDF_LINES", 499)
    dialog = opened(format_=TableFormat.PDF)
    assert not dialog.start.isEnabled()
    assert "499 rows at most" in dialog.state.text()
    QTest.mouseClick(dialog.formats.button(0), LEFT)
    assert dialog.start.isEnabled()
    dialog.reject()


def test_printing_opens_a_pdf_in_the_viewer(
    qtbot: QtBot, kit: UiKit, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", urls.append)
    QTest.mouseClick(opened(printing=True).start, LEFT)
    qtbot.waitUntil(lambda: bool(urls), timeout=30_000)
    path = Path(urls[0].toLocalFile())
    document = pypdfium2.PdfDocument(path)
    assert len(document) > 5
    document.close()
    path.unlink()
    path.parent.rmdir()


def test_the_window_stays_usable(opened: Opener) -> None:
    dialog = opened()
    assert not dialog.isModal()
    dialog.reject()
