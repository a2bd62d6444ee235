"""Number and date styles of a column: what the layout fixes, a person chose or all values say."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from soleflip_desktop.connectors.files.numbers import read_amount
from soleflip_desktop.connectors.files.recognise import is_blank
from soleflip_desktop.domain.import_fields import ImportField, Kind
from soleflip_desktop.domain.import_plan import (
    DateOrder,
    MappedColumn,
    NumberStyle,
    PlanChoices,
    Profile,
)
from soleflip_desktop.domain.import_sketch import (
    ColumnEvidence,
    FileScan,
    Question,
    QuestionKind,
)

S = TypeVar("S", bound=StrEnum)

_CENTS = {
    NumberStyle.POINT: re.compile(r".*\d\.\d{1,2}(?!\d).*"),
    NumberStyle.COMMA: re.compile(r".*\d,\d{1,2}(?!\d).*"),
}
_ISO = re.compile(r"\s*\d{4}\D")
_DAY_FIRST = re.compile(r"\s*\d{1,2}[./-]\d")
_WORDS: dict[str, str] = {
    NumberStyle.POINT: "a point for decimals",
    NumberStyle.COMMA: "a comma for decimals",
    DateOrder.DMY: "the day first",
    DateOrder.MDY: "the month first",
    DateOrder.YMD: "the year first",
}


@dataclass(frozen=True, slots=True)
class FixedStyles:
    """Whether the styles that a layout fixes hold for a file.

    A spreadsheet program saves a report with the decimals and dates of its own country, in all
    columns alike: where most cells are plainly otherwise, all columns are left to their values.
    """

    numbers: bool
    dates: bool

    @classmethod
    def of(
        cls, profile: Profile, places: Mapping[str, int], rows: Sequence[Sequence[str]]
    ) -> FixedStyles:
        numbers: list[tuple[NumberStyle, str]] = []
        dates: list[str] = []
        for column in profile.columns:
            place = places.get(column.field)
            if place is None:
                continue
            cells = [row[place] for row in rows if place < len(row) and not is_blank(row[place])]
            numbers += [(column.number, cell) for cell in cells if column.number]
            dates += cells if column.dates is DateOrder.YMD else []
        return cls(not _other_decimals(numbers), not _other_dates(dates))


def _other_decimals(cells: Sequence[tuple[NumberStyle, str]]) -> bool:
    """Only cells with one or two digits behind a sign tell; whole numbers are alike in both."""
    other = {style: next(o for o in NumberStyle if o is not style) for style in NumberStyle}
    fixed = sum(_CENTS[style].fullmatch(cell) is not None for style, cell in cells)
    turned = sum(_CENTS[other[style]].fullmatch(cell) is not None for style, cell in cells)
    if turned <= fixed:
        return False
    readable = sum(read_amount(cell, style) is not None for style, cell in cells)
    return sum(read_amount(cell, other[style]) is not None for style, cell in cells) > readable


def _other_dates(cells: Sequence[str]) -> bool:
    turned = sum(_DAY_FIRST.match(cell) is not None for cell in cells)
    return turned > sum(_ISO.match(cell) is not None for cell in cells)


def settled_style(
    column: MappedColumn, field: ImportField, scan: FileScan, choices: PlanChoices
) -> tuple[MappedColumn, list[Question]]:
    """The column in the style that its values decide, or a question where they do not.

    What a person chose counts, unless no value of the column is readable that way.
    """
    evidence = scan.evidence.get(column.field)
    if evidence is None:
        return column, []
    if field.kind in {Kind.DAY, Kind.INSTANT}:
        chosen = _chosen(choices.dates, evidence, evidence.dates)
        dates = chosen or column.dates or evidence.dates
        asked = [_question(QuestionKind.DATES, evidence)] if _open(evidence, dates) else []
        return dataclasses.replace(column, dates=dates), asked
    number = _chosen(choices.number, evidence, evidence.number) or column.number or evidence.number
    asked = [_question(QuestionKind.NUMBER, evidence)] if _open(evidence, number) else []
    return dataclasses.replace(column, number=number), asked


def _chosen(choice: S | None, evidence: ColumnEvidence, decided: S | None) -> S | None:
    unreadable = decided is not None and not evidence.fits.get(str(choice), 0)
    return decided if choice is not None and unreadable else choice


def _open(evidence: ColumnEvidence, style: StrEnum | None) -> bool:
    return evidence.ambiguous and style is None


def _question(kind: QuestionKind, evidence: ColumnEvidence) -> Question:
    options = tuple(evidence.readings)
    readings = " or ".join(
        f"{evidence.readings[style]} ({_WORDS.get(style, style)})" for style in options
    )
    option = "--decimal" if kind is QuestionKind.NUMBER else "--dates"
    message = f"{evidence.header}: “{evidence.example}” may be {readings}. Choose one."
    remedy = f"{option} {'|'.join(options)}"
    return Question(kind, evidence.field, message, options, remedy)
