"""Decides from all values of a column how they are written, and says why.

Pure Python: the sketch uses it in the process of the window.
"""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from typing import Generic, TypeVar

from soleflip_desktop.connectors.files.codes import CLEAR, PLACEHOLDERS
from soleflip_desktop.connectors.files.dates import read_day
from soleflip_desktop.connectors.files.numbers import is_undecided, read_amount
from soleflip_desktop.domain.import_plan import DateOrder, NumberStyle
from soleflip_desktop.domain.import_sketch import ColumnEvidence

#: How a style looks, for sentences.
LOOKS: dict[NumberStyle | DateOrder, str] = {
    NumberStyle.POINT: "1,234.56",
    NumberStyle.COMMA: "1.234,56",
    DateOrder.DMY: "31/12/2025",
    DateOrder.MDY: "12/31/2025",
}
Style = TypeVar("Style", NumberStyle, DateOrder)


class _Tally(Generic[Style]):
    """Counts values by what they say about two styles; its size does not grow with them."""

    def __init__(self, styles: tuple[Style, Style]) -> None:
        self.styles: tuple[Style, Style] = styles
        self.values = 0
        self.fits: Counter[Style] = Counter()
        self.decisive: Counter[Style] = Counter()
        self._undecided = ""
        self._telling = ""

    def count(self, text: str, count: int, fitting: set[Style], *, undecided: bool) -> None:
        self.values += count
        alone = self.decisive if len(fitting) == 1 and not undecided else Counter()
        for style in fitting:
            self.fits[style] += count
            alone[style] += count
        if undecided:
            self._undecided = self._undecided or text
        elif len(fitting) == 1:
            self._telling = self._telling or text

    def winner(self) -> Style | None:
        """The style of most values that fit only one. None: as many or none speak for each."""
        first, second = self.styles
        if self.decisive[first] == self.decisive[second]:
            return None
        return first if self.decisive[first] > self.decisive[second] else second

    @property
    def ambiguous(self) -> bool:
        return self.winner() is None and bool(self._undecided or self.decisive.total())

    @property
    def example(self) -> str:
        """The first value that another choice would change."""
        return self._undecided or self._telling

    def sentence(self, chosen: Style | None) -> str:
        if chosen is None:
            return self._doubt()
        if not self.values:
            return "No values."
        other = next(style for style in self.styles if style != chosen)
        told = f"{self.fits[chosen]} of {self.values} values fit {LOOKS[chosen]}; "
        told += f"{self.fits[other]} fit {LOOKS[other]}."
        if self.decisive[other]:
            told += " The values that do not fit will be rejected row by row."
        return told

    def _doubt(self) -> str:
        first, second = (LOOKS[style] for style in self.styles)
        if self.decisive.total():
            number = self.decisive[self.styles[0]]
            return f"{number} values fit {first} alone and as many {second} alone; choose one."
        return (
            f"“{self.example}” can be read both like {first} and like {second}, and none of the "
            f"{self.values} values tells which; choose one."
        )


class AmountTally:
    """What the values of one column of amounts say. `rounds`: they are from a spreadsheet."""

    def __init__(self, *, rounds: bool = False) -> None:
        self._rounds = rounds
        self._tally = _Tally((NumberStyle.POINT, NumberStyle.COMMA))

    def add(self, text: str, count: int = 1) -> None:
        """A cell's text, stripped, and how often it stands there."""
        if text in PLACEHOLDERS or text == CLEAR:
            return
        fitting = {s for s in NumberStyle if read_amount(text, s, rounds=self._rounds)}
        self._tally.count(text, count, fitting, undecided=is_undecided(text))

    def evidence(self, field: str, header: str) -> ColumnEvidence:
        tally = self._tally
        chosen = None if tally.ambiguous else tally.winner() or NumberStyle.POINT
        return ColumnEvidence(
            field,
            header,
            tally.values,
            {style.value: tally.fits[style] for style in NumberStyle},
            {style.value: tally.decisive[style] for style in NumberStyle},
            number=chosen,
            ambiguous=tally.ambiguous,
            sentence=tally.sentence(chosen),
            example=tally.example,
            readings={s.value: self._reading(tally.example, s) for s in NumberStyle}
            if tally.example
            else {},
        )

    def _reading(self, text: str, style: NumberStyle) -> str:
        amount = read_amount(text, style, rounds=self._rounds)
        if amount is not None:
            return f"{Decimal(amount.value):.2f}"
        if not is_undecided(text):
            return "not readable"
        digits = re.sub(r"[^0-9.,]", "", text).replace(",", ".")
        return f"{digits} (three decimals)"


class DateTally:
    """What the values of one column of days or instants say about day and month."""

    def __init__(self) -> None:
        self._tally = _Tally((DateOrder.DMY, DateOrder.MDY))

    def add(self, text: str, count: int = 1) -> None:
        """A cell's text, stripped, and how often it stands there."""
        if text in PLACEHOLDERS or text == CLEAR:
            return
        days = {order: read_day(text, order) for order in self._tally.styles}
        fitting = {order for order, day in days.items() if day is not None}
        undecided = len(set(days.values()) - {None}) > 1
        self._tally.count(text, count, fitting, undecided=undecided)
        if read_day(text, DateOrder.YMD) is not None:
            self._tally.fits[DateOrder.YMD] += count

    def evidence(self, field: str, header: str) -> ColumnEvidence:
        tally = self._tally
        chosen = None if tally.ambiguous else tally.winner() or self._needless()
        return ColumnEvidence(
            field,
            header,
            tally.values,
            {order.value: tally.fits[order] for order in DateOrder},
            {order.value: tally.decisive[order] for order in DateOrder},
            dates=chosen,
            ambiguous=tally.ambiguous,
            sentence=self._sentence(chosen),
            example=tally.example,
            readings={o.value: _day(tally.example, o) for o in tally.styles}
            if tally.example
            else {},
        )

    def _needless(self) -> DateOrder:
        """No value asks for an order: years stand first, or dots and names of months tell."""
        fits = self._tally.fits
        return DateOrder.YMD if fits[DateOrder.YMD] >= fits[DateOrder.DMY] else DateOrder.DMY

    def _sentence(self, chosen: DateOrder | None) -> str:
        tally = self._tally
        if chosen is None or tally.winner() is not None:
            return tally.sentence(chosen)
        if not tally.values:
            return "No values."
        return f"{tally.fits[chosen]} of {tally.values} values tell day and month by themselves."


def _day(text: str, order: DateOrder) -> str:
    day = read_day(text, order)
    return "not readable" if day is None else day.isoformat()
