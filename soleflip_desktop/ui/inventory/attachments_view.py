"""Photos and documents of a unit: dropped, pasted, opened, removed."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Coroutine
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, QSize, Qt, QTemporaryDir, QUrl
from PySide6.QtGui import (
    QAction,
    QDesktopServices,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QIcon,
    QImage,
    QKeySequence,
    QPixmap,
)
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from soleflip_desktop.domain.attachments import AttachmentRow
from soleflip_desktop.domain.errors import NotFoundError
from soleflip_desktop.domain.steps import StepReport
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.doors import AttachmentsSource
from soleflip_desktop.ui.common.labels import label
from soleflip_desktop.ui.common.thumbnails import EDGE, Thumbnails, png_bytes

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".heic", ".pdf"})
_ROLE = Qt.ItemDataRole.UserRole
_FILTER = f"Pictures and PDF ({' '.join(f'*{each}' for each in sorted(SUFFIXES))});;All files (*)"


class AttachmentsView(QWidget):
    """Reads the attachments of one unit when it is made, and again after each change."""

    def __init__(
        self, item_id: int, files: AttachmentsSource, thumbnails: Thumbnails, kit: UiKit
    ) -> None:
        super().__init__()
        self._item_id, self._files, self._kit = item_id, files, kit
        self._thumbnails = thumbnails
        self._opened = QTemporaryDir()
        self._reads: list[Any] = []
        self.setAcceptDrops(True)
        self.list = QListWidget(self)
        self.list.setViewMode(QListWidget.ViewMode.IconMode)
        self.list.setIconSize(QSize(EDGE, EDGE))
        self.list.setGridSize(QSize(EDGE + 24, EDGE + 34))
        self.list.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.list.setMovement(QListWidget.Movement.Static)
        self.list.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setAccessibleName("Photos and documents")
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.list.itemActivated.connect(self._open)
        self.hint = label("Drop or paste a picture or a PDF here.", "muted", wrap=True)
        self.add = QPushButton("&Attach files…", self)
        self.add.clicked.connect(self._choose)
        self._build()
        self.destroyed.connect(partial(_give_up, self._reads))
        self._start(self._load())

    def _build(self) -> None:
        for text, key, slot in (
            ("&Open", None, self._open_selected),
            ("&Paste picture or files", QKeySequence.StandardKey.Paste, self.paste),
            ("&Remove", QKeySequence.StandardKey.Delete, self._remove),
        ):
            action = QAction(text, self.list)
            if key is not None:
                action.setShortcut(QKeySequence(key))
                action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.triggered.connect(slot)
            self.list.addAction(action)
        row = QHBoxLayout()
        row.addWidget(self.hint, 1)
        row.addWidget(self.add)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.list)
        layout.addLayout(row)
        self.list.setFixedHeight(EDGE + 48)

    # -- ways in -------------------------------------------------------------------------------

    def paste(self) -> None:
        """Files, or a picture such as a screenshot."""
        data = QGuiApplication.clipboard().mimeData()
        if not self._take(data):
            self._kit.notifier.info("There is no picture and no file in the clipboard.")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped(event.mimeData()) or event.mimeData().hasImage():
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if self._take(event.mimeData()):
            event.acceptProposedAction()

    def _take(self, data: QMimeData) -> bool:
        paths = _dropped(data)
        image = QImage(data.imageData()) if data.hasImage() else QImage()
        if paths:
            self._change(self._files.attach(self._item_id, paths))
        elif not image.isNull():
            self._start(self._attach_image(image))
        return bool(paths) or not image.isNull()

    def _choose(self) -> None:
        dialog = QFileDialog(self, "Attach files")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilter(_FILTER)
        dialog.filesSelected.connect(self._on_chosen)
        dialog.open()

    def _on_chosen(self, names: list[str]) -> None:
        self._change(self._files.attach(self._item_id, [Path(name) for name in names]))

    async def _attach_image(self, image: QImage) -> None:
        content = await asyncio.to_thread(png_bytes, image)
        name = f"Picture {datetime.now(UTC):%Y-%m-%d %H.%M.%S}.png"
        await self._files.attach_bytes(self._item_id, name, content)
        await self._load()

    # -- what is there -------------------------------------------------------------------------

    async def _load(self) -> None:
        rows = await self._files.attachments(self._item_id)
        self.list.clear()
        self.list.setVisible(bool(rows))
        for row in rows:
            item = QListWidgetItem(row.file_name, self.list)
            item.setData(_ROLE, row)
            item.setIcon(self._kit.icons.icon("eye" if row.is_image else "orders", "faint"))
            item.setToolTip(f"{row.file_name}\n{self._kit.formatter.size(row.size_bytes)}")
            if row.is_image:
                show = partial(_show_picture, item)
                self._reads.append(self._thumbnails.ask(row.sha256, self._files.path(row), show))

    def _selected(self) -> list[AttachmentRow]:
        return [item.data(_ROLE) for item in self.list.selectedItems()]

    def _open_selected(self) -> None:
        for item in self.list.selectedItems():
            self._open(item)

    def _open(self, item: QListWidgetItem) -> None:
        row: AttachmentRow = item.data(_ROLE)
        self._start(self._open_file(row))

    async def _open_file(self, row: AttachmentRow) -> None:
        """A copy under its own name: the stored file has no suffix to open it by."""
        source = self._files.path(row)
        target = Path(self._opened.filePath(Path(row.file_name).name))
        try:
            await asyncio.to_thread(shutil.copyfile, source, target)
        except OSError as error:
            raise NotFoundError(
                f"{row.file_name} is not on this desktop ({error.strerror}). Attach it again, or "
                "open it where it was attached."
            ) from error
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(target)))

    def _remove(self) -> None:
        if rows := self._selected():
            self._change(self._files.detach([row.id for row in rows]))

    # -- tasks ---------------------------------------------------------------------------------

    def _change(self, step: Coroutine[Any, Any, StepReport]) -> None:
        self._start(self._do(step))

    async def _do(self, step: Coroutine[Any, Any, StepReport]) -> None:
        await step
        await self._load()

    def _start(self, coroutine: Coroutine[Any, Any, None]) -> None:
        self._reads.append(self._kit.tasks.start(coroutine))


def _show_picture(item: QListWidgetItem, pixmap: QPixmap) -> None:
    if not pixmap.isNull():
        item.setIcon(QIcon(pixmap))


def _give_up(reads: list[Any], *_gone: object) -> None:
    """The view is gone: what it waits for must not be shown in it."""
    for cancel in reads:
        cancel()


def _dropped(data: QMimeData) -> list[Path]:
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    return [path for path in paths if path.suffix.casefold() in SUFFIXES]
