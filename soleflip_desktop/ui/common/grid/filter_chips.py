"""What narrows the table, as chips that can be taken away one by one or all at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QWidget

from soleflip_desktop.domain.filter_text import described
from soleflip_desktop.domain.grid_query import GridQuery
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.grid.flow_layout import FlowLayout
from soleflip_desktop.ui.common.icons import IconSet
from soleflip_desktop.ui.common.labels import label

_LONGEST = 48
_ICON = 12
_REMOVING_KEYS = frozenset({Qt.Key.Key_Delete, Qt.Key.Key_Backspace})

#: What a stored value is called on screen: (field, value).
Word = Callable[[str, str], str]


def plain_word(_field: str, value: str) -> str:
    return value


class Chip(QPushButton):
    """One thing that narrows the table; a click, Space or Delete takes it away."""

    def __init__(self, text: str, icons: IconSet, parent: QWidget) -> None:
        short = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
        super().__init__(short.replace("&", "&&"), parent)
        self.setProperty("role", "chip")
        icons.follow(self, "close", "muted")
        self.setIconSize(QSize(_ICON, _ICON))
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the x stands behind the words
        self.setToolTip(f"{text}\nRemove this filter")
        self.setAccessibleName(f"Remove filter {text}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _REMOVING_KEYS:
            self.click()
        else:
            super().keyPressEvent(event)


class FilterChips(QWidget):
    """One chip for the search and for each filter, "Clear all", and "312 of 4,310".

    Hidden while nothing narrows the table.

    Signals:
        search_removed: the chip of the search.
        filter_removed(str): the chip of that field.
        cleared: "Clear all".
    """

    search_removed = Signal()
    filter_removed = Signal(str)
    cleared = Signal()

    def __init__(
        self,
        titles: Mapping[str, str],
        kit: UiKit,
        word: Word = plain_word,
        parent: QWidget | None = None,
    ) -> None:
        """`titles` of the columns by field."""
        super().__init__(parent)
        self._titles, self._kit, self._word = titles, kit, word
        self.chips: list[Chip] = []
        self.setAccessibleName("Filters in force")
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.clear_all = QPushButton("Clear &all", self)
        self.clear_all.setProperty("role", "chip")
        self.clear_all.setToolTip("Remove the search and all filters")
        self.clear_all.clicked.connect(lambda _checked=False: self.cleared.emit())
        self.count: QLabel = label(role="muted")
        self.count.setMinimumHeight(self.clear_all.sizeHint().height())
        self._layout = FlowLayout(self)
        self._layout.setContentsMargins(20, 0, 16, 8)
        self.hide()

    def show_query(self, query: GridQuery, matching: int | None, total: int) -> None:
        """`matching` None: not counted yet."""
        words = self._words(query)
        if [chip.toolTip().partition("\n")[0] for chip in self.chips] != [
            text for text, _ in words
        ]:
            self._rebuild(words)
        counted = "" if matching is None else self._kit.formatter.count_of(matching, total)
        self.count.setText(counted)
        self.setVisible(bool(words))

    def _words(self, query: GridQuery) -> list[tuple[str, str | None]]:
        """The words of each chip, and the field it is about; the search has none."""
        words: list[tuple[str, str | None]] = []
        if query.search.strip():
            words.append((f"Search: {query.search.strip()}", None))
        for column in query.filters:
            title = self._titles.get(column.field, column.field)
            words.append(
                (described(column, title, partial(self._word, column.field)), column.field)
            )
        return words

    def _rebuild(self, words: list[tuple[str, str | None]]) -> None:
        focused = next((at for at, chip in enumerate(self.chips) if chip.hasFocus()), None)
        while self._layout.takeAt(0) is not None:
            pass
        for chip in self.chips:
            chip.hide()
            chip.deleteLater()
        self.chips = [self._chip(text, field) for text, field in words]
        for widget in (*self.chips, self.clear_all, self.count):
            self._layout.addWidget(widget)
            widget.show()
        for before, after in zip(self.chips, [*self.chips[1:], self.clear_all], strict=False):
            self.setTabOrder(before, after)
        if focused is not None and self.chips:  # whoever removes several need not start anew
            self.chips[min(focused, len(self.chips) - 1)].setFocus()

    def _chip(self, text: str, field: str | None) -> Chip:
        chip = Chip(text, self._kit.icons, self)
        removed = self.search_removed.emit if field is None else partial(self._remove, field)
        chip.clicked.connect(lambda _checked=False: removed())
        return chip

    def _remove(self, field: str) -> None:
        self.filter_removed.emit(field)
