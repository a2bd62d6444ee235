"""Small pictures of files: read and scaled off the GUI thread, kept small."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QImageWriter, QPixmap

from soleflip_desktop.ui.common.tasks import TaskRunner

EDGE = 96
_MAX_KEPT = 500


class Thumbnails:
    """Pixmaps of at most EDGE pixels by the file's content key; null where there is no picture."""

    def __init__(self, tasks: TaskRunner) -> None:
        self._tasks = tasks
        self._kept: OrderedDict[str, QPixmap] = OrderedDict()

    def ask(self, key: str, path: Path, show: Callable[[QPixmap], None]) -> Callable[[], object]:
        """Shows the picture at once where it is kept, else later; what is returned gives it up."""
        kept = self._kept.get(key)
        if kept is None:
            return self._tasks.start(self._read(key, path, show))
        self._kept.move_to_end(key)
        show(kept)
        return _nothing

    async def _read(self, key: str, path: Path, show: Callable[[QPixmap], None]) -> None:
        image = await asyncio.to_thread(read_scaled, path, EDGE)
        pixmap = QPixmap.fromImage(image)
        if not pixmap.isNull():
            self._kept[key] = pixmap
            while len(self._kept) > _MAX_KEPT:
                self._kept.popitem(last=False)
        show(pixmap)


def read_scaled(path: Path, edge: int) -> QImage:
    """The picture, turned as its camera says and fitting the square; null where it is none."""
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    reader.setDecideFormatFromContent(True)  # files in the data folder have no suffix
    size = reader.size()
    if size.isValid():
        box = QSize(edge, edge)
        scaled = size.scaled(box, Qt.AspectRatioMode.KeepAspectRatio)
        if scaled.width() < size.width():
            reader.setScaledSize(scaled.expandedTo(QSize(1, 1)))
    return reader.read()


def png_bytes(image: QImage) -> bytes:
    """The picture as a PNG file."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(content.data())


def _nothing() -> None:
    """Gives up a picture that was there at once."""
