"""How much of a file is done, as a bar."""

from __future__ import annotations

from PySide6.QtWidgets import QProgressBar, QWidget

from soleflip_desktop.domain.integration import ImportProgress

#: A progress bar counts in int32: bytes of a large file do not fit, so it counts in parts.
_PARTS = 1000


class ShareBar(QProgressBar):
    """The share of a file's bytes that has been read."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setTextVisible(False)
        self.setAccessibleName(name)

    def wait(self) -> None:
        """Nothing is known yet: it only moves."""
        self.setRange(0, 0)

    def show_share(self, progress: ImportProgress) -> None:
        if progress.bytes_total > 0:
            self.setRange(0, _PARTS)
            self.setValue(min(_PARTS, _PARTS * progress.bytes_done // progress.bytes_total))
