"""The filter row: a line under each column's head, for ">10", "blank" or "last 30 days"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QScrollBar, QWidget

from soleflip_desktop.domain.filter_text import (
    FilterStyle,
    FilterTextError,
    described,
    hint,
    parse,
    renewed,
)
from soleflip_desktop.domain.grid_query import ColumnFilter, FieldKind
from soleflip_desktop.ui.common.columns import Column
from soleflip_desktop.ui.common.grid.sort_header import SortHeader
from soleflip_desktop.ui.common.icons import IconSet

DEBOUNCE_MS = 120
_MARGIN = 2
_TAB = frozenset({Qt.Key.Key_Tab, Qt.Key.Key_Backtab})
_PLACEHOLDERS = {
    FieldKind.TEXT: "Filter",
    FieldKind.CHOICE: "Filter",
    FieldKind.AMOUNT: ">10",
    FieldKind.NUMBER: ">10",
    FieldKind.MOMENT: "today",
    FieldKind.DAY: "today",
}


class FilterCell(QLineEdit):
    """The line under one column.

    Signals:
        left_downwards: the Down key; the table takes over.
        values_wanted: Alt+Down or the arrow: the list of values.
        walked(int): Tab (1) or Shift+Tab (-1).
        applied: Enter; nobody waits for a pause in typing.
    """

    left_downwards = Signal()
    values_wanted = Signal()
    walked = Signal(int)
    applied = Signal()

    def __init__(self, title: str, kind: FieldKind, style: FilterStyle, icons: IconSet) -> None:
        super().__init__()
        self._hint = hint(kind, style)
        self.kind = kind
        self.setAccessibleName(f"Filter {title}")
        self.setAcceptDrops(False)
        self.setMaxLength(500)
        self._bad = QAction("Not understood", self)
        icons.follow(self._bad, "warning", "bad")
        arrow = self.addAction(icons.icon("chevron"), QLineEdit.ActionPosition.TrailingPosition)
        icons.follow(arrow, "chevron", "muted")
        arrow.setToolTip(f"Values of {title} (Alt+Down)")
        arrow.triggered.connect(lambda _checked=False: self.values_wanted.emit())
        self.show_choice("")
        self.mark("")

    @property
    def reason(self) -> str:
        """Why the text is not understood; "" where it is."""
        return self.accessibleDescription() if self._bad in self.actions() else ""

    def show_choice(self, words: str) -> None:
        """What was chosen from the list of values, in the place of a text."""
        self.setPlaceholderText(words or _PLACEHOLDERS[self.kind])

    def mark(self, reason: str) -> None:
        if reason:
            self.addAction(self._bad, QLineEdit.ActionPosition.LeadingPosition)
        else:
            self.removeAction(self._bad)
        self._bad.setToolTip(reason)
        self.setToolTip(reason or self._hint)
        self.setAccessibleDescription(reason or self._hint)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, alt = event.key(), event.modifiers() & Qt.KeyboardModifier.AltModifier
        if key == Qt.Key.Key_Escape and (self.text() or self.placeholderText()):
            self.clear()
            self.applied.emit()
        elif key == Qt.Key.Key_Down:
            (self.values_wanted if alt else self.left_downwards).emit()
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.applied.emit()
        elif key in _TAB:
            self.walked.emit(1 if key == Qt.Key.Key_Tab else -1)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Tab comes as a key: the columns' order is not that in which the lines were made."""
        if isinstance(event, QKeyEvent) and _is_tab(event):
            self.keyPressEvent(event)
            return True
        return super().event(event)


def _is_tab(event: QKeyEvent) -> bool:
    return event.type() == QEvent.Type.KeyPress and event.key() in _TAB


class FilterRow(QWidget):
    """Lines that follow the columns of a header, which makes room for them at its lower edge.

    It knows the filters of the table, also those that came from a list of values or a saved view.
    Hidden, it keeps them.

    Signals:
        filters_changed(tuple[ColumnFilter, ...]): after a pause in typing.
        left_downwards: the table shall take the focus.
        values_wanted(str, QPoint): the field whose values shall be listed at that place on screen.
        shown_changed(bool): the row came or went.
    """

    filters_changed = Signal(object)
    left_downwards = Signal()
    values_wanted = Signal(str, QPoint)
    shown_changed = Signal(bool)

    def __init__(
        self,
        header: SortHeader,
        columns: Sequence[Column[Any]],
        *,
        kinds: Mapping[str, FieldKind],
        style: FilterStyle,
        icons: IconSet,
        scroll_bar: QScrollBar,
    ) -> None:
        """`kinds` as GridSource says, by the columns' keys; others get no line.

        `scroll_bar`: the horizontal one of the table, to bring a line into sight.
        """
        super().__init__(header)
        self._header, self._frozen, self._scroll_bar = header, header.frozen, scroll_bar
        self._columns, self._kinds = tuple(columns), kinds
        self._style, self._icons = style, icons
        self._shown = False
        self._filters: dict[str, ColumnFilter] = {}
        self._typed: set[str] = set()
        #: By field; made when the row is shown for the first time.
        self.cells: dict[str, FilterCell] = {}
        self._clip = QWidget(self)
        self._strip = QWidget(self._clip)
        self._timer = QTimer(self, interval=DEBOUNCE_MS, singleShot=True)
        self._timer.timeout.connect(self.apply)
        self.setAutoFillBackground(True)
        self.setAccessibleName("Filters of the columns")
        self.hide()

    # -- filters -------------------------------------------------------------------------------

    @property
    def filters(self) -> tuple[ColumnFilter, ...]:
        """In the order of the columns."""
        return tuple(
            self._filters[column.key] for column in self._columns if column.key in self._filters
        )

    def set_filters(self, filters: Sequence[ColumnFilter]) -> None:
        """Those of a saved view, as they hold today; columns that are not there are left out."""
        before = self.filters
        known = [each for each in filters if each.field in self._kinds]
        self._filters = {
            each.field: renewed(each, self._kinds[each.field], self._style) for each in known
        }
        self._typed.clear()
        for field in self.cells:
            self._show(field)
        self._announce(before)

    def set_filter(self, field: str, column: ColumnFilter | None) -> None:
        """The filter of one column, from its list of values or its chip."""
        before = self.filters
        self._filters.pop(field, None)
        if column is not None:
            self._filters[field] = column
        self._typed.discard(field)
        if field in self.cells:
            self._show(field)
        self._announce(before)

    def apply(self) -> None:
        """Reads what was typed."""
        self._timer.stop()
        before, typed, self._typed = self.filters, self._typed, set()
        for field in typed:
            self._read(field)
        self._announce(before)

    def _read(self, field: str) -> None:
        cell = self.cells[field]
        text, reason = cell.text(), ""
        self._filters.pop(field, None)
        cell.show_choice("")
        try:
            conditions = parse(text, cell.kind, self._style)
            if conditions:
                self._filters[field] = ColumnFilter(field, text.strip(), conditions)
        except FilterTextError as error:
            reason = str(error)
        cell.mark(reason)

    def _show(self, field: str) -> None:
        cell, column = self.cells[field], self._filters.get(field)
        if column is None or cell.text().strip() != column.text:
            cell.setText("" if column is None else column.text)
        chosen = column is not None and not column.text
        cell.show_choice(described(column, "", str).lstrip(": ") if column and chosen else "")
        cell.mark("")

    def _announce(self, before: tuple[ColumnFilter, ...]) -> None:
        if self.filters != before:
            self.filters_changed.emit(self.filters)

    # -- showing -------------------------------------------------------------------------------

    def set_shown(self, shown: bool) -> None:  # noqa: FBT001  (a Qt slot)
        """Makes room in the header, or gives it back."""
        if shown == self._shown:
            return
        self._shown = shown
        if shown and not self.cells:
            self._make_cells()
        self.setVisible(shown)
        self._fit()
        self.place()
        self.shown_changed.emit(shown)

    @property
    def shown(self) -> bool:
        return self._shown

    @property
    def has_focus(self) -> bool:
        """Whether somebody types in one of the lines."""
        focused = QApplication.focusWidget()
        return focused is not None and self.isAncestorOf(focused)

    def toggle(self) -> None:
        """Shows the row and goes to its first line, or hides it."""
        if self._shown:
            self.set_shown(False)
            self.left_downwards.emit()
        else:
            self.focus_field(None)

    def focus_field(self, field: str | None) -> None:
        """Goes to the line of that column, or to the first one; shows the row if it is hidden."""
        self.set_shown(True)
        order = self._order()
        target = field if field in order else next(iter(order), None)
        if target is not None:
            self._enter(target)

    def _make_cells(self) -> None:
        for column in self._columns:
            if column.key in self._kinds:
                self._make_cell(column)
        self._header.layout_changed.connect(self.place)
        self._scroll_bar.valueChanged.connect(self._scroll)

    def _make_cell(self, column: Column[Any]) -> None:
        field = column.key
        cell = FilterCell(column.title, self._kinds[field], self._style, self._icons)
        cell.textEdited.connect(lambda _text: self._on_typed(field))
        cell.applied.connect(partial(self._on_applied, field))
        cell.left_downwards.connect(self.left_downwards)
        cell.values_wanted.connect(partial(self._on_values_wanted, field))
        cell.walked.connect(partial(self._on_walked, field))
        cell.setParent(self)
        cell.ensurePolished()  # only then it knows its height
        self.cells[field] = cell
        self._show(field)

    # -- following the columns -----------------------------------------------------------------

    def sizeHint(self) -> QSize:
        size = super().sizeHint()
        cells = [cell.sizeHint().height() for cell in self.cells.values()] if self._shown else []
        size.setHeight(max(cells) + 2 * _MARGIN if cells else 0)
        return size

    def _fit(self) -> None:
        """As much room at the header's lower edge as the lines need in the font at hand."""
        header, height = self._header, self.sizeHint().height()
        titles = header.viewport().height()
        if header.height() - titles != height:
            header.setViewportMargins(0, 0, 0, height)
            header.setFixedHeight(titles + height)
            header.geometriesChanged.emit()  # the table moves its rows

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._fit()
            self.place()

    def place(self) -> None:
        """Puts every line under its column; the frozen ones do not scroll."""
        if not self._shown:
            return
        header, frozen = self._header, set(self._frozen.sections())
        height, edge = self.sizeHint().height(), self._frozen.width
        self.setGeometry(0, header.height() - height, header.width(), height)
        self._clip.setGeometry(edge, 0, max(0, self.width() - edge), height)
        self._strip.resize(max(1, header.length()), height)
        for section, column in enumerate(self._columns):
            cell = self.cells.get(column.key)
            if cell is not None:
                self._place_cell(cell, section, self if section in frozen else self._strip)
        self._scroll()

    def _scroll(self) -> None:
        self._strip.move(-self._header.offset() - self._clip.x(), 0)

    def _place_cell(self, cell: FilterCell, section: int, place: QWidget) -> None:
        # While a column is being hidden it has no width, but does not count as hidden yet.
        hidden = self._header.sectionSize(section) == 0
        if cell.parentWidget() is not place:
            cell.setParent(place)
        cell.setVisible(not hidden)
        left, width = self._header.sectionPosition(section), self._header.sectionSize(section)
        height = self.height() - 2 * _MARGIN
        cell.setGeometry(left + _MARGIN, _MARGIN, max(0, width - 2 * _MARGIN), height)

    # -- reactions -----------------------------------------------------------------------------

    def _order(self) -> list[str]:
        """The fields whose columns can be seen, in the order shown."""
        fields = (self._columns[section].key for section in self._frozen.visible())
        return [field for field in fields if field in self.cells]

    def _enter(self, field: str) -> None:
        section = next(at for at, each in enumerate(self._columns) if each.key == field)
        if section not in self._frozen.sections():
            left = self._header.sectionPosition(section)
            right = left + self._header.sectionSize(section) - self._header.viewport().width()
            start = left - self._clip.x()
            self._scroll_bar.setValue(min(max(self._scroll_bar.value(), right), start))
        self.cells[field].setFocus(Qt.FocusReason.TabFocusReason)
        self.cells[field].selectAll()

    def _on_typed(self, field: str) -> None:
        self._typed.add(field)
        self._timer.start()

    def _on_applied(self, field: str) -> None:
        self._typed.add(field)
        self.apply()

    def _on_walked(self, field: str, step: int) -> None:
        order = self._order()
        at = order.index(field) + step
        if 0 <= at < len(order):
            self._enter(order[at])
        elif step > 0:
            self.left_downwards.emit()
        else:
            self.focusNextPrevChild(False)

    def _on_values_wanted(self, field: str) -> None:
        cell = self.cells[field]
        self.values_wanted.emit(field, cell.mapToGlobal(QPoint(0, cell.height())))
