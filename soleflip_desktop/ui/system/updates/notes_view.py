"""Notes of a version, as Markdown. Nothing is loaded for them; only https links lead out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QTextCursor, QTextDocument
from PySide6.QtWidgets import QTextBrowser, QWidget

_LEAST_WIDTH, _LEAST_HEIGHT = 520, 260
#: Above the heading of each level, in pixels.
_ABOVE = {1: 20, 2: 18, 3: 12}


class NotesView(QTextBrowser):
    """Read with mouse and keys. `open_url` is another one in tests."""

    def __init__(
        self,
        name: str,
        parent: QWidget | None = None,
        *,
        open_url: Callable[[QUrl], object] = QDesktopServices.openUrl,
    ) -> None:
        super().__init__(parent)
        self._open_url = open_url
        self.setAccessibleName(name)
        self.setProperty("role", "card")
        self.setOpenLinks(False)
        self.setMinimumSize(_LEAST_WIDTH, _LEAST_HEIGHT)
        self.document().setDocumentMargin(12)
        self.anchorClicked.connect(self._on_link)

    def show_notes(self, markdown: str) -> None:
        features = QTextDocument.MarkdownFeature
        self.document().setMarkdown(
            markdown, features.MarkdownDialectGitHub | features.MarkdownNoHTML
        )
        self._space_headings()
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def _space_headings(self) -> None:
        """Qt sets them close to what stands above."""
        block = self.document().firstBlock().next()
        while block.isValid():
            form = block.blockFormat()
            if above := _ABOVE.get(form.headingLevel()):
                form.setTopMargin(above)
                QTextCursor(block).setBlockFormat(form)
            block = block.next()

    def loadResource(self, kind: int, name: QUrl | str) -> Any:  # noqa: N802  (Qt's name)
        """Pictures and style sheets stay unloaded, wherever they lie."""
        del kind, name
        return ""

    def _on_link(self, url: QUrl) -> None:
        if url.scheme() == "https":
            self._open_url(url)
