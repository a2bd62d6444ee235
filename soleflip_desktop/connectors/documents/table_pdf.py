"""Tables as PDF for paper: A4 across, the head on every page, the page of how many, subtotals.

The columns share the width of the page by what the first lines need; a text that does not fit ends
in an ellipsis. The pages are counted beforehand, for each line is of one height.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import BinaryIO

from babel import Locale, dates, numbers
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from soleflip_desktop.connectors.documents import fonts
from soleflip_desktop.connectors.documents.table_text import PlainText
from soleflip_desktop.domain.exporting import Cell, Line, LineKind, TableHead, TextStyle
from soleflip_desktop.domain.grid_query import FieldKind
from soleflip_desktop.domain.money import Money

_RIGHT = frozenset({FieldKind.AMOUNT, FieldKind.NUMBER})
_WORDS = frozenset({FieldKind.TEXT, FieldKind.CHOICE})
_WIDTH, _HEIGHT = landscape(A4)
_MARGIN = 34.0
_GAP = 7  # between two columns
_TITLE_SIZE, _NOTE_SIZE, _FOOT_SIZE = 14, 8, 7
_LARGEST, _SMALLEST = 8.0, 5.0  # of the table's letters, in points
_LEADING = 1.55  # height of a line in letter sizes
_WIDEST = 230  # of a column, before the page is shared out
_NARROWEST = 22

_Look = tuple[str, float]  # font and size


class PdfWriter:
    """Draws line after line; the widths are settled when the first lines are here."""

    def __init__(self, file: BinaryIO, head: TableHead, style: TextStyle) -> None:
        self._head, self._text = head, _PaperText(style)
        self._canvas = Canvas(file, pagesize=(_WIDTH, _HEIGHT), pageCompression=1)
        self._canvas.setTitle(head.title)
        self._canvas.setCreator("SoleFlip Desktop")
        self._size = _LARGEST
        self._widths: list[float] = []
        self._page = 0
        self._y: float = 0

    def add(self, lines: Sequence[Line]) -> None:
        texts = [[self._text.text(cell) for cell in line.cells] for line in lines]
        if not self._widths:
            self._settle_widths(texts)
            self._open_page()
        for line, cells in zip(lines, texts, strict=True):
            if self._y < self._floor:
                self._close_page()
                self._open_page()
            self._draw(cells, bold=line.kind is not LineKind.ROW)

    def close(self) -> None:
        if not self._page:
            self.add([])
        self._close_page()
        self._canvas.save()

    def abandon(self) -> None:
        """Holds nothing but memory."""

    # -- measures ------------------------------------------------------------------------------

    @property
    def _line(self) -> float:
        return self._size * _LEADING

    @property
    def _floor(self) -> float:
        return _MARGIN + _FOOT_SIZE * 2

    @property
    def _pages(self) -> int:
        first = int((self._top(1) - self._floor) / self._line) + 1
        later = int((self._top(2) - self._floor) / self._line) + 1
        rest = max(0, self._head.lines - first)
        return max(self._page, 1 + -(-rest // later))

    def _top(self, page: int) -> float:
        """Where the first line of a page stands, below title, notes and the head of the table."""
        notes = 0 if page > 1 else _TITLE_SIZE * 1.6 + _NOTE_SIZE * 1.5 * len(self._head.notes)
        return _HEIGHT - _MARGIN - notes - self._line * 2

    def _settle_widths(self, texts: Sequence[Sequence[str]]) -> None:
        """As wide as needed; where that is too much, smaller letters, then narrower columns."""
        titles = [column.title for column in self._head.columns]
        needed = [
            min(_WIDEST, max(fonts.width(text, fonts.BOLD, _LARGEST) for text in column))
            for column in zip(titles, *texts, strict=True)
        ]
        room = _WIDTH - 2 * _MARGIN - _GAP * (len(needed) - 1)
        share = min(1.0, room / max(sum(needed), 1))
        self._size = max(_SMALLEST, _LARGEST * share)
        scaled = [width * self._size / _LARGEST for width in needed]
        words = [column.kind in _WORDS for column in self._head.columns]
        self._widths = _narrowed(scaled, words, room)

    # -- drawing -------------------------------------------------------------------------------

    def _open_page(self) -> None:
        self._page += 1
        if self._page == 1:
            y = _HEIGHT - _MARGIN - _TITLE_SIZE
            room = _WIDTH - 2 * _MARGIN
            self._put(self._head.title, _MARGIN, y, room, look=(fonts.BOLD, _TITLE_SIZE))
            for note in self._head.notes:
                y -= _NOTE_SIZE * 1.5
                self._put(note, _MARGIN, y, room, look=(fonts.REGULAR, _NOTE_SIZE))
        self._y = self._top(self._page) + self._line
        rule = self._y - self._line * 0.3
        self._draw([column.title for column in self._head.columns], bold=True)
        self._canvas.setLineWidth(0.6)
        self._canvas.line(_MARGIN, rule, _WIDTH - _MARGIN, rule)

    def _close_page(self) -> None:
        half = (_WIDTH - 2 * _MARGIN) / 2
        foot = f"Page {self._page} of {self._pages}"
        self._put(self._head.title, _MARGIN, _MARGIN, half, look=(fonts.REGULAR, _FOOT_SIZE))
        self._put(foot, _WIDTH / 2, _MARGIN, half, look=(fonts.REGULAR, _FOOT_SIZE), right=True)
        self._canvas.showPage()

    def _draw(self, cells: Sequence[str], *, bold: bool) -> None:
        left, look = _MARGIN, (fonts.BOLD if bold else fonts.REGULAR, self._size)
        for column, width, cell in zip(self._head.columns, self._widths, cells, strict=True):
            if cell:
                right = column.kind in _RIGHT
                self._put(cell, left, self._y, width, look=look, right=right)
            left += width + _GAP
        self._y -= self._line

    def _put(
        self, text: str, left: float, y: float, room: float, *, look: _Look, right: bool = False
    ) -> None:
        """One text within its room, in as many fonts as its letters need."""
        if right:  # half a figure would be a wrong one
            font, size = look
            look = font, min(size, size * room / max(_width(text, look), 1))
        text, width = _fitting(text, room, look)
        x = left + room - width if right else left
        font, size = look
        for name, letters in _runs(text, font):
            self._canvas.setFont(name, size)
            self._canvas.drawString(x, y, letters)
            x += _width(letters, look)


def _width(text: str, look: _Look) -> float:
    font, size = look
    return _unit_width(text, font) * size


#: The words of a table come again and again; measuring them letter by letter was half the time.
_runs = lru_cache(maxsize=16_384)(fonts.runs)


@lru_cache(maxsize=16_384)
def _unit_width(text: str, font: str) -> float:
    """In letters of one point."""
    return fonts.width(text, font, 1)


def _fitting(text: str, room: float, look: _Look) -> tuple[str, float]:
    """The text, cut where it is too wide, and its width."""
    width = _width(text, look)
    if width <= room + 0.01:
        return text, width
    while text and width > room:
        text = text[:-1]
        width = _width(f"{text}…", look)
    return f"{text}…", width


class _PaperText:
    """Cells as the grid shows them: grouped figures with their currency, days of the locale."""

    def __init__(self, style: TextStyle) -> None:
        self._locale, self._plain = Locale.parse(style.locale), PlainText(style)
        group = numbers.get_group_symbol(self._locale)
        self._signs = str.maketrans({",": group, ".": self._plain.point, "-": "−"})
        self._day = lru_cache(maxsize=4096)(self._format_day)

    def text(self, cell: Cell) -> str:
        if isinstance(cell, Money):
            return f"{self._figure(cell.amount)} {cell.currency}"
        if isinstance(cell, Decimal):
            return self._figure(cell)
        if isinstance(cell, datetime):
            return self._day(self._plain.local(cell).date())
        return self._day(cell) if isinstance(cell, date) else self._plain.text(cell)

    def _figure(self, amount: Decimal) -> str:
        return f"{amount:,.2f}".translate(self._signs)

    def _format_day(self, day: date) -> str:
        return dates.format_date(day, "medium", locale=self._locale)


def _narrowed(widths: list[float], words: list[bool], room: float) -> list[float]:
    """The widest columns of words give up what is too much; figures and days are never cut."""
    limit = max(widths, default=0)
    while sum(widths) > room and limit > _NARROWEST:
        limit -= 1
        widths = [
            min(width, limit) if text else width for width, text in zip(widths, words, strict=True)
        ]
    share = min(1.0, room / max(sum(widths), 1))
    return [width * share for width in widths]
