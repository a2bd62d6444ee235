"""The commands that every grid has: copy, copy as, export, print."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QWidget

from soleflip_desktop.domain.exporting import TableFormat
from soleflip_desktop.sync.export_desk import view_text
from soleflip_desktop.ui.common.actions import Action, Menu, build
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.copy_as import CopyAsDialog
from soleflip_desktop.ui.common.export_dialog import ExportDialog
from soleflip_desktop.ui.common.row_copy import GridContent


class TableCommands(QObject):
    """Adds its actions to the page; the menus, the context menu and the palette take them there."""

    def __init__(self, page: QWidget, content: GridContent, kit: UiKit) -> None:
        super().__init__(page)
        self._page, self._content, self._kit = page, content, kit
        self._cancel: Callable[[], object] = lambda: None
        self.actions: list[QAction] = []
        copy = QKeySequence.StandardKey.Copy
        edit, file = Menu.EDIT, Menu.FILE
        for action in (
            Action("&Copy", lambda: self.copy(titles=False), copy, menu=edit),
            Action("Copy with &headers", lambda: self.copy(titles=True), "Ctrl+Shift+C", menu=edit),
            Action("Cop&y as…", self.copy_as, "Ctrl+Alt+C", tip="CSV, JSON, Markdown", menu=edit),
            Action("&Export this view…", self.export, "Ctrl+Shift+E", menu=file),
            Action("&Print…", self.print, QKeySequence.StandardKey.Print, menu=file),
        ):
            built = build(action, self, kit.icons)
            built.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            page.addAction(built)
            self.actions.append(built)

    def copy(self, *, titles: bool) -> None:
        """The selected cells as a spreadsheet takes them. A copy under way gives up."""
        self._cancel()
        if self._content.selected:
            self._cancel = self._kit.tasks.start(self._copy(titles=titles))

    def copy_as(self) -> None:
        CopyAsDialog(self._content, self._kit, self._page.window()).open()

    def export(self) -> None:
        ExportDialog(self._content, self._kit, self._page.window()).show()

    def print(self) -> None:
        ExportDialog(self._content, self._kit, self._page.window(), printing=True).show()

    async def _copy(self, *, titles: bool) -> None:
        selected = self._content.selected
        export = self._content.selected_cells()
        text = await view_text(export, TableFormat.TSV, self._content.style, titles=titles)
        if export.ids.size == 1 == len(export.columns) and not titles:
            text = text.removesuffix("\n")  # a single value also goes into a line of a form
        QGuiApplication.clipboard().setText(text)
        formatter, copied = self._kit.formatter, int(export.ids.size)
        message = f"Copied {formatter.count_of(copied, selected)} {_rows(selected)}."
        if copied < selected:
            message += " That is what a clipboard takes well; export the view to have all."
        self._kit.notifier.info(message)


def _rows(count: int) -> str:
    return "row" if count == 1 else "rows"
