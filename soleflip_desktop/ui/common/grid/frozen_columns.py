"""Which columns stay in sight while the others scroll, and where every column stands.

The first visible columns are frozen: so each stands where it stands with nothing scrolled, and
one view can paint both parts. A second view over the first columns, which is the usual way, has
its own anchor of the selection and its own editor, and the two drift apart.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QHeaderView

#: Room that is left for the other columns, in pixels.
_ROOM = 160


class FrozenColumns(QObject):
    """The first `count` visible columns of a header.

    Signals:
        changed: the number is another one.
    """

    changed = Signal()

    def __init__(self, header: QHeaderView) -> None:
        super().__init__(header)
        self._header = header
        self._count = 0

    @property
    def count(self) -> int:
        return self._count

    def set_count(self, count: int) -> None:
        if count != self._count:
            self._count = max(0, count)
            self.changed.emit()

    def visible(self) -> list[int]:
        """The columns that are not hidden, in the order shown."""
        header = self._header
        order = (header.logicalIndex(place) for place in range(header.count()))
        return [section for section in order if not header.isSectionHidden(section)]

    def sections(self) -> list[int]:
        """The frozen ones. A narrow window freezes fewer, or the rest could not be reached."""
        most = self._header.viewport().width() - _ROOM
        kept = []
        for section in self.visible()[: self._count]:
            right = self._header.sectionPosition(section) + self._header.sectionSize(section)
            if right > most:
                break
            kept.append(section)
        return kept

    @property
    def width(self) -> int:
        last = self.sections()[-1:]
        if not last:
            return 0
        return self._header.sectionPosition(last[0]) + self._header.sectionSize(last[0])

    def left(self, section: int) -> int:
        """Where the column begins in the viewport."""
        if section in self.sections():
            return self._header.sectionPosition(section)
        return self._header.sectionViewportPosition(section)

    def section_at(self, x: int) -> int:
        """The column at that place of the viewport, or -1."""
        return self._header.logicalIndexAt(self.unscrolled(x))

    def unscrolled(self, x: int) -> int:
        """The place as the header itself counts, which knows nothing of frozen columns."""
        return x - self._header.offset() if x < self.width else x

    def spans(self) -> tuple[list[tuple[int, int, int]], list[tuple[int, int, int]]]:
        """(column, left, width) of the frozen columns, and of the others that are in sight."""
        header, frozen = self._header, self.sections()
        fixed = [(one, header.sectionPosition(one), header.sectionSize(one)) for one in frozen]
        edge = fixed[-1][1] + fixed[-1][2] if fixed else 0
        loose, right = [], header.viewport().width()
        for section in self.visible()[len(frozen) :]:
            left, width = header.sectionViewportPosition(section), header.sectionSize(section)
            if left + width > edge and left < right:
                loose.append((section, left, width))
        return fixed, loose
