"""What is seen of a file before it is read: its dialect, columns, candidates and open questions."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from soleflip_desktop.domain.import_fields import Target
from soleflip_desktop.domain.import_plan import DateOrder, Dialect, NumberStyle

#: Records that a sketch shows; reading them takes well under a second whatever the file's size.
SKETCH_ROWS = 200


@dataclass(frozen=True, slots=True)
class ColumnSketch:
    """One column over the sketched rows: three samples, and how many cells are in which state."""

    header: str
    samples: tuple[str, ...]
    filled: int
    blank: int
    placeholder: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A profile that may fit. `confidence` runs from 0 to 1.

    `found` of `columns` known columns stand in the header; `missing` are required ones that do
    not: with any of them the profile cannot be used as it is.
    """

    profile: str
    title: str
    target: Target
    confidence: float
    found: int
    columns: int
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileSketch:
    """The beginning of a file. `lines` are its first lines as text, `rows` its first records.

    `dialect_reason` is a sentence; `candidates` stand best first; `certain` says that the first of
    them needs no question. `row_estimate` is a guess from the size.
    """

    path: str
    name: str
    size: int
    dialect: Dialect
    dialect_reason: str
    header: tuple[str, ...]
    columns: tuple[ColumnSketch, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    certain: bool
    row_estimate: int | None = None
    sheets: tuple[str, ...] = ()


class QuestionKind(StrEnum):
    """What only a person can decide."""

    PROFILE = "profile"
    COLUMN = "column"
    NUMBER = "number"
    DATES = "dates"
    CURRENCY = "currency"
    VALUE = "value"
    ENCODING = "encoding"


@dataclass(frozen=True, slots=True)
class Question:
    """Something ambiguous. `options` are the values to choose from, `message` says what and why.

    `remedy` is how the command line answers, such as "--dates dmy".
    """

    kind: QuestionKind
    subject: str
    message: str
    options: tuple[str, ...] = ()
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class ColumnEvidence:
    """Why a column is read the way it is, from all of its values.

    `fits` counts values that are readable in a style, `decisive` those readable in it alone.
    `example` is the first value that would change, with its readings by style.
    """

    field: str
    header: str
    values: int
    fits: Mapping[str, int]
    decisive: Mapping[str, int]
    number: NumberStyle | None = None
    dates: DateOrder | None = None
    ambiguous: bool = False
    sentence: str = ""
    example: str = ""
    readings: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileScan:
    """What one pass over a whole file found: evidence by field, distinct words with counts.

    `words` holds the fields whose values are mapped once per distinct value (statuses, platforms,
    suppliers ...), most frequent first, at most WORD_LIMIT each.
    """

    rows: int
    evidence: Mapping[str, ColumnEvidence]
    words: Mapping[str, tuple[tuple[str, int], ...]]


WORD_LIMIT = 500
