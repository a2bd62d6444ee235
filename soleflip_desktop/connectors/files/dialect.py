"""How the beginning of a text becomes records: the delimiter, and the row that names the columns.

Pure Python on some hundred records; it cuts records exactly as the scanner of the whole file does.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from soleflip_desktop.connectors.files.sheets import SPREADSHEET
from soleflip_desktop.domain.errors import FileImportError
from soleflip_desktop.domain.import_plan import Dialect
from soleflip_desktop.domain.staging import split_record

#: In the order in which they are preferred where nothing else decides.
DELIMITERS = {",": "Comma", ";": "Semicolon", "\t": "Tab", "|": "Pipe"}
#: The row with the columns' names stands among so many records, if there is one.
HEADER_WITHIN = 40
#: Records that are looked at; more of them say nothing new.
RECORDS = 300
#: From this share on, records of another width are faults of a file, not of the delimiter.
_CONSISTENT = 0.95
_LEAST_NAMES = 2
_SEP = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
#: A width that fewer records have is no table's.
_LEAST_SHARE = 0.25
#: Words begin with a letter, numbers and dates with a digit or a sign before one.
_WORD = re.compile(r"\W*[^\W\d_]")

NameRow = Callable[[Sequence[str]], int]


@dataclass(frozen=True, slots=True)
class _Reading:
    """The records as one delimiter cuts them. `width` is the most common number of fields."""

    delimiter: str
    header_row: int
    width: int
    names: int
    fitting: int
    records: int
    first_fits: bool

    @property
    def rank(self) -> tuple[float, ...]:
        share = self.fitting / self.records if self.records else 0.0
        consistent = share >= _CONSISTENT
        width = self.width if consistent else 0
        names = self.names if self.names >= _LEAST_NAMES else 0
        return (names, self.width > 1, self.first_fits, consistent, width, share, self.width)

    @property
    def reason(self) -> str:
        fields = "1 field" if self.width == 1 else f"{self.width} fields"
        return (
            f"{DELIMITERS.get(self.delimiter, repr(self.delimiter))}: {self.fitting} of "
            f"{self.records} records have {fields}; header in row {self.header_row + 1}"
        )


def detect_dialect(
    head: str,
    encoding: str,
    sheet: str | None,
    name_row: NameRow,
    *,
    delimiter: str | None = None,
    header_row: int | None = None,
) -> tuple[Dialect, str]:
    """The dialect of a text that begins with `head`, and why, as a sentence.

    `name_row` counts the cells of a record that are known names of columns. What is given is not
    guessed. Records that the head cuts off are to be left out of it.
    """
    records = [record for record, _ in zip(split_text(head), range(RECORDS), strict=False)]
    stated = _SEP.fullmatch(records[0].rstrip("\r\n")) if records else None
    if encoding == SPREADSHEET:
        choices = [","]
    elif delimiter is not None:
        choices = [delimiter]
    elif stated and _is_delimiter(stated[1]):
        choices = [stated[1]]
    else:
        choices = list(DELIMITERS)
    skipped = 1 if stated else 0
    readings = [_read(records, choice, skipped, name_row, header_row) for choice in choices]
    best = max(readings, key=lambda reading: reading.rank)
    if best.width <= 1 and len(choices) > 1:
        best = readings[0]
    return Dialect(encoding, best.delimiter, best.header_row, sheet), best.reason


def require_delimiter(delimiter: str, name: str) -> None:
    """Raises FileImportError for a text that cannot separate cells."""
    if not _is_delimiter(delimiter):
        msg = (
            f"{name}: {delimiter!r} cannot be the delimiter; name one character that is neither a "
            "letter, a digit nor a quote, such as “;”."
        )
        raise FileImportError(msg)


def _is_delimiter(text: str) -> bool:
    return (
        len(text) == 1
        and text.isascii()
        and (text.isprintable() or text == "\t")
        and not text.isalnum()
        and text not in '" '
    )


def split_text(text: str) -> Iterator[str]:
    """Records with their line ends: a line break within quotes belongs to its record."""
    begun = line = quotes = 0
    while line_end := text.find("\n", line) + 1:
        quotes += text.count('"', line, line_end)
        line = line_end
        if quotes % 2 == 0:
            yield text[begun:line]
            begun = line
    if begun < len(text):
        yield text[begun:]


def header_names(cells: Sequence[str]) -> tuple[str, ...]:
    """The cells of a header as names that differ: blank ones are numbered, repeated ones too."""
    names: dict[str, None] = {}
    for place, cell in enumerate(cells, 1):
        name = cell.removeprefix("\ufeff").strip() or f"Column {place}"
        again, number = name, 2
        while again in names:
            again, number = f"{name} ({number})", number + 1
        names[again] = None
    return tuple(names)


def _read(
    records: Sequence[str],
    delimiter: str,
    skipped: int,
    name_row: NameRow,
    header_row: int | None,
) -> _Reading:
    table = [split_record(record, delimiter=delimiter) for record in records]
    filled = [sum(1 for cell in cells if cell.strip()) for cells in table]
    rows = [row for row in range(skipped, len(table)) if filled[row]]
    widths = Counter(len(table[row]) for row in rows)
    common = {w: n for w, n in widths.items() if w > 1 and n >= _LEAST_SHARE * len(rows)}
    width = max(common, key=lambda w: (common[w], w), default=1)
    names, header = _header(table, filled, rows, width, name_row)
    header = header if header_row is None else header_row
    body = [row for row in rows if row >= header]
    fitting = sum(1 for row in body if len(table[row]) == width)
    first_fits = bool(rows) and len(table[rows[0]]) == width
    return _Reading(delimiter, header, width, names, fitting, len(body), first_fits)


def _header(
    table: Sequence[Sequence[str]],
    filled: Sequence[int],
    rows: Sequence[int],
    width: int,
    name_row: NameRow,
) -> tuple[int, int]:
    """How many known names the header has, and its row: by its names, else by its look."""
    first = [row for row in rows if row < HEADER_WITHIN]
    names = {row: name_row(table[row]) for row in first}
    known = [row for row in first if names[row] >= _LEAST_NAMES and names[row] * 2 >= filled[row]]
    if known:
        best = max(known, key=lambda row: (names[row], -row))
        return names[best], best
    full = [row for row in first if len(table[row]) == width]
    named = [row for row in full if filled[row] * 2 > width and _is_words(table[row])]
    return 0, next(iter(named or full or first), 0)


def _is_words(cells: Sequence[str]) -> bool:
    """Whether most of the filled cells are words: names of columns are no numbers and dates."""
    filled = [cell for cell in cells if cell.strip()]
    return sum(1 for cell in filled if _WORD.match(cell)) * 2 > len(filled)
