"""Columns as data: a table is a tuple of these, and there is no chain of `if column == …`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from soleflip_desktop.ui.common.formatting import Formatter

RowT = TypeVar("RowT")
CellT = TypeVar("CellT")


class Align(StrEnum):
    """Where the text of a cell stands."""

    LEFT = "left"
    RIGHT = "right"


class Tone(StrEnum):
    """What a cell means; the theme knows the colour, and a word or sign always says it too."""

    PLAIN = "plain"
    MUTED = "muted"
    GOOD = "good"
    BAD = "bad"
    WARNING = "warning"
    INFO = "info"


def _plain(_row: object) -> Tone:
    return Tone.PLAIN


def _no_text(_row: object) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Column(Generic[RowT]):
    """One column. `key` names it in the settings; `sort_key` None means it cannot be sorted.

    `hidden`: not shown until somebody chooses it. `edit`: the UnitField that is edited in it.
    """

    key: str
    title: str
    display: Callable[[RowT], str]
    clipboard: Callable[[RowT], str]
    sort_key: str | None = None
    align: Align = Align.LEFT
    width: int = 110
    tooltip: Callable[[RowT], str] = _no_text
    tone: Callable[[RowT], Tone] = _plain
    pill: bool = False
    hidden: bool = False
    edit: str | None = None


class Cells(Generic[RowT, CellT]):
    """One thing of each cell of a row, made when it is first looked at: most are never seen."""

    __slots__ = ("_known", "_makers", "_row")

    def __init__(self, makers: Sequence[Callable[[RowT], CellT]], row: RowT) -> None:
        self._makers, self._row = makers, row
        self._known: list[CellT | None] = [None] * len(makers)

    def __getitem__(self, column: int) -> CellT:
        known = self._known[column]
        if known is None:
            known = self._known[column] = self._makers[column](self._row)
        return known


@dataclass(frozen=True, slots=True)
class RenderedRow(Generic[RowT]):
    """A row with the texts and tones of its cells."""

    row: RowT
    texts: Cells[RowT, str]
    tones: Cells[RowT, Tone]


class CellSource(Protocol):
    """What the delegate paints from."""

    def rendered(self, row: int) -> RenderedRow[object] | None:
        """The cells of that row, or None while they are on their way."""


def render(columns: Sequence[Column[RowT]], row: RowT) -> RenderedRow[RowT]:
    texts = [column.display for column in columns]
    return RenderedRow(row, Cells(texts, row), Cells([column.tone for column in columns], row))


def text_column(
    key: str,
    title: str,
    value: Callable[[RowT], str | None],
    *,
    width: int = 110,
    sortable: bool = True,
) -> Column[RowT]:
    """A column of words; the tooltip is the whole text, for it may be cut off in the cell."""

    def text(row: RowT) -> str:
        return value(row) or ""

    sort_key = key if sortable else None
    return Column(key, title, text, text, sort_key, width=width, tooltip=text)


def money_column(
    key: str,
    title: str,
    value: Callable[[RowT], tuple[Decimal | None, str | None]],
    formatter: Formatter,
    *,
    tone: Callable[[RowT], Tone] = _plain,
    width: int = 92,
) -> Column[RowT]:
    """A column of amounts; the value is an amount with the currency it is in."""

    def display(row: RowT) -> str:
        return formatter.money(*value(row))

    def clipboard(row: RowT) -> str:
        return formatter.plain(value(row)[0])

    def tooltip(row: RowT) -> str:
        amount, currency = value(row)
        return "" if amount is None else f"{amount:.2f} {currency or ''}".rstrip()

    return Column(
        key, title, display, clipboard, key, Align.RIGHT, width=width, tooltip=tooltip, tone=tone
    )


def number_column(
    key: str,
    title: str,
    value: Callable[[RowT], int | None],
    formatter: Formatter,
    *,
    tone: Callable[[RowT], Tone] = _plain,
    width: int = 90,
    sortable: bool = False,
) -> Column[RowT]:
    def display(row: RowT) -> str:
        number = value(row)
        return "" if number is None else formatter.count(number)

    def clipboard(row: RowT) -> str:
        number = value(row)
        return "" if number is None else str(number)

    sort_key = key if sortable else None
    return Column(key, title, display, clipboard, sort_key, Align.RIGHT, width=width, tone=tone)


def figure_column(
    key: str,
    title: str,
    value: Callable[[RowT], Decimal | None],
    formatter: Formatter,
    *,
    tone: Callable[[RowT], Tone] = _plain,
    width: int = 84,
) -> Column[RowT]:
    """A column of plain decimals, two places; the title names the unit: "ROI %"."""

    def display(row: RowT) -> str:
        return formatter.amount(value(row))

    def clipboard(row: RowT) -> str:
        return formatter.plain(value(row))

    return Column(key, title, display, clipboard, key, Align.RIGHT, width=width, tone=tone)


def day_column(
    key: str,
    title: str,
    value: Callable[[RowT], datetime | None],
    formatter: Formatter,
    *,
    width: int = 104,
) -> Column[RowT]:
    """A column of days in local time; the tooltip gives the moment in ISO form."""

    def iso(row: RowT) -> str:
        return formatter.iso(value(row))

    def display(row: RowT) -> str:
        return formatter.day(value(row))

    return Column(key, title, display, iso, key, width=width, tooltip=iso)


def calendar_column(
    key: str,
    title: str,
    value: Callable[[RowT], date | None],
    formatter: Formatter,
    *,
    width: int = 104,
) -> Column[RowT]:
    """A column of days that are no moments; the tooltip gives them in ISO form."""

    def iso(row: RowT) -> str:
        day = value(row)
        return "" if day is None else day.isoformat()

    def display(row: RowT) -> str:
        return formatter.calendar_day(value(row))

    return Column(key, title, display, iso, key, width=width, tooltip=iso)


def profit_tone(profit: Decimal | None) -> Tone:
    """A loss stands out by its sign and its colour; a profit is what one expects."""
    return Tone.BAD if profit is not None and profit < 0 else Tone.PLAIN
