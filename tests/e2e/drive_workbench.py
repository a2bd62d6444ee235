"""Runs the real app with a user inside who works in the inventory: filters, edits, undo, counts.

    python tests/e2e/drive_workbench.py DATA FILE SHOTS

FILE is a list of units with notes and places. Prints one JSON object of what a user would have
seen. SHOTS is a folder for pictures, "" for none.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from e2e.drive_window import Visit, main, until
from soleflip_desktop.domain.unit_codes import unit_code
from soleflip_desktop.ui.common.command_palette import CommandPalette
from soleflip_desktop.ui.common.key_help import KeyHelp
from soleflip_desktop.ui.inventory.bulk_panel import BulkPanel, Treatment
from soleflip_desktop.ui.inventory.counts.page import CountsPage
from soleflip_desktop.ui.inventory.label_dialog import LabelDialog
from soleflip_desktop.ui.inventory.page import InventoryPage

K = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


class WorkbenchVisit(Visit):
    """Somebody who types, pastes, changes their mind and scans."""

    async def go(self, file: str) -> None:
        await until(lambda: self.window.pages, "the database")
        await self.bring_in(file)
        self.window.go_to(0)
        await until(lambda: self.page.model.loaded, "the units")
        await self.settle()
        self.seen["loaded"] = self.page.header.count_text
        try:
            await self.work()
        finally:
            self.page.staged.clear()  # else the window asks before it closes
        self.window.close()

    async def work(self) -> None:
        await self.filters()
        await self.groups()
        await self.edits()
        await self.bulk()
        await self.undo_all()
        await self.dialogs()
        await self.scans()

    @property
    def page(self) -> InventoryPage:
        page = self.window.pages[0]
        assert isinstance(page, InventoryPage)
        return page

    async def settle(self) -> None:
        """Until nothing is under way any more."""
        await asyncio.sleep(0.4)
        model = self.page.model
        await until(lambda: model.rendered(0) or model.group_at(0) is not None, "the rows")
        await asyncio.sleep(0.2)

    def column(self, key: str) -> int:
        return next(at for at, each in enumerate(self.page.model.columns) if each.key == key)

    def cell(self, row: int, key: str) -> str:
        return str(self.page.model.index(row, self.column(key)).data())

    def stand(self, row: int, key: str) -> None:
        view = self.page.view
        view.setFocus()
        view.setCurrentIndex(self.page.model.index(row, self.column(key)))

    def shoot_widget(self, widget: QWidget, name: str) -> None:
        if self.shots is not None:
            widget.grab().save(str(self.shots / f"{name}-{self.theme}.png"))

    # -- what the user does --------------------------------------------------------------------

    async def filters(self) -> None:
        page = self.page
        QTest.keySequence(page.view, QKeySequence("Ctrl+Shift+F"))
        line = page.tools.filters.row.cells["cost"]
        await self.write(line, ">200")
        await until(lambda: " of " in page.header.count_text, "the filter")
        page.search.setText("jor")
        await self.settle()
        self.shoot("workbench-filters")
        self.seen["filtered"] = page.header.count_text
        page.control.clear_filters()
        await self.settle()

    async def groups(self) -> None:
        page = self.page
        page.control.set_group("brand")
        await until(lambda: page.model.view is not None and page.model.view.groups, "the groups")
        await self.settle()
        self.shoot("workbench-groups")
        view = page.model.view
        assert view is not None
        self.seen["groups"] = [[group.title, group.rows] for group in view.groups]
        page.control.set_group(None)
        await self.settle()

    async def edits(self) -> None:
        """Types into one cell, pastes a block with a bad cell, applies what is right."""
        page = self.page
        self.stand(0, "cost")
        QTest.keyClick(page.view, K.Key_F2)
        editor = QApplication.focusWidget()
        assert editor is not None
        QTest.keyClick(editor, K.Key_A, CONTROL)
        await self.write(editor, "123.45")
        QTest.keyClick(editor, K.Key_Return)
        QGuiApplication.clipboard().setText("Shelf 9\t11.00\nShelf 9\tmuch\n")
        self.stand(2, "location")
        QTest.keySequence(page.view, QKeySequence(QKeySequence.StandardKey.Paste))
        await until(lambda: len(page.staged) == 5, "the paste")
        await self.settle()
        self.shoot("workbench-staged")
        self.seen["staged"] = [len(page.staged), page.staged.errors]
        QTest.keyClick(page.view, K.Key_S, CONTROL)
        await until(lambda: len(page.staged) == 1, "the edits to be applied")
        await self.settle()
        self.shoot("workbench-applied")
        self.seen["applied"] = [self.cell(0, "cost"), self.cell(2, "location")]
        page.staged.clear()

    async def bulk(self) -> None:
        page = self.page
        QTest.keyClick(page.view, K.Key_A, CONTROL)
        await asyncio.sleep(0.3)
        self.seen["selection"] = page.status.text()
        QTest.keyClick(page.view, K.Key_B, CONTROL)
        panel = await self.opened(BulkPanel)
        line = panel.line("tags")
        line.treatment.setCurrentText(Treatment.SET)
        line.editor.set_text("spring drop")
        await asyncio.sleep(0.4)
        self.shoot_widget(panel, "workbench-bulk")
        panel.apply.click()
        await until(lambda: self.cell(0, "tags") == "spring drop", "the bulk edit")
        undo = page.work.undo.undo
        await until(lambda: "tags" in undo.text(), "the undo to name the step")
        self.seen["undo_offered"] = undo.text()

    async def undo_all(self) -> None:
        page = self.page
        self.window.activateWindow()  # without a desktop, nobody gives the focus back
        await until(lambda: QApplication.activeWindow() is self.window, "the window")
        page.view.setFocus()
        QTest.keyClick(page.view, K.Key_Z, CONTROL)
        await until(lambda: self.cell(0, "tags") != "spring drop", "the undo of the bulk edit")
        await self.settle()
        QTest.keyClick(page.view, K.Key_Z, CONTROL)
        await until(lambda: self.cell(2, "location") != "Shelf 9", "the undo of the edits")
        await self.settle()
        self.seen["undone"] = [self.cell(0, "cost"), self.cell(2, "location")]
        QTest.keyClick(page.view, K.Key_Z, CONTROL | SHIFT)
        await until(lambda: self.cell(2, "location") == "Shelf 9", "the redo")
        await self.settle()

    async def dialogs(self) -> None:
        self.window.show_palette()
        palette = await self.opened(CommandPalette)
        await self.write(palette.line, "lab")
        await asyncio.sleep(0.2)
        self.shoot_widget(palette, "workbench-palette")
        palette.reject()
        self.window.show_keys()
        keys = await self.opened(KeyHelp)
        self.shoot_widget(keys, "workbench-keys")
        self.seen["keys"] = len(keys.rows)
        keys.reject()
        self.page.view.selectRow(0)
        self.page.print_labels()
        labels = await self.opened(LabelDialog)
        self.shoot_widget(labels, "workbench-labels")
        labels.reject()

    async def scans(self) -> None:
        """First in the inventory, where the unit is found; then on a count sheet."""
        page = self.page
        ids = [int(page.model.ids(row, row)[0]) for row in (1, 2)]
        self.scan(unit_code(ids[1]))
        await until(lambda: page.view.current_id() == ids[1], "the scanned unit")
        self.seen["search_untouched"] = page.search.text()
        self.window.go_to(3)
        counting = self.window.pages[3]
        assert isinstance(counting, CountsPage)
        await until(lambda: counting.place.count() > 1, "the places")
        counting.begin.click()
        await until(lambda: counting.takes_scans, "the count")
        for number in (ids[0], ids[1], ids[1]):
            self.scan(unit_code(number))
        self.scan("4006381333931")
        await asyncio.sleep(1.2)
        self.shoot("workbench-count")
        self.seen["count"] = self.texts(counting)

    async def write(self, widget: QWidget, text: str) -> None:
        """As fast as people type: what comes faster is a scanner's."""
        for letter in text:
            QTest.keyClicks(widget, letter)
            await asyncio.sleep(0.08)

    def scan(self, code: str) -> None:
        """As the scanner types: fast, into whatever has the focus."""
        target = QApplication.focusWidget() or self.window
        QTest.keyClicks(target, code)
        QTest.keyClick(target, K.Key_Return)

    async def opened(self, kind: type[Any]) -> Any:
        found: list[QDialog] = []

        def look() -> bool:
            found[:] = [each for each in self.window.findChildren(kind) if each.isVisible()]
            return bool(found)

        await until(look, kind.__name__)
        await asyncio.sleep(0.3)
        return found[0]


if __name__ == "__main__":
    main(WorkbenchVisit)
