"""Looks at the beginning of a file: its dialect, columns, first rows, and what layout it may have.

Reads the head only and stays pure Python, so that the window answers at once for any size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from soleflip_desktop.connectors.files.dialect import (
    HEADER_WITHIN,
    detect_dialect,
    header_names,
    require_delimiter,
    split_text,
)
from soleflip_desktop.connectors.files.profiles import normalise
from soleflip_desktop.connectors.files.recognise import (
    candidates,
    is_blank,
    is_certain,
    known_names,
)
from soleflip_desktop.connectors.files.text import OpenedText
from soleflip_desktop.domain.errors import FileImportError
from soleflip_desktop.domain.import_plan import Dialect, PlanChoices, Profile
from soleflip_desktop.domain.import_sketch import SKETCH_ROWS, ColumnSketch, FileSketch
from soleflip_desktop.domain.staging import split_record

HEAD_BYTES = 1 << 18
SAMPLES = 3
#: Lines and cells may be as long as they like; of each so many characters are shown.
LONGEST_LINE, LONGEST_SAMPLE = 1000, 200


@dataclass(frozen=True, slots=True)
class _Head:
    """Whole records of a file's beginning. `share` of the file's bytes, None where unknown."""

    text: str
    share: float | None


def sketch_file(path: Path, profiles: Sequence[Profile], choices: PlanChoices) -> FileSketch:
    """Raises FileImportError for a file that cannot be read, with the remedy."""
    opened = OpenedText(path, choices.encoding, choices.sheet, head_only=True)
    try:
        head = _read_head(opened)
        dialect, reason = _dialect(opened, head, profiles, choices)
        return _sketch(path, opened, head, dialect, reason, profiles=profiles)
    finally:
        opened.close()


def _read_head(opened: OpenedText) -> _Head:
    data, ended = b"", False
    while len(data) < HEAD_BYTES and not ended:
        piece = opened.stream.read(HEAD_BYTES - len(data))
        data, ended = data + piece, not piece
    share = opened.share_done
    text = data.decode("utf-8", "ignore")  # the stream has checked it; the last one may be cut
    if ended:
        return _Head(text, share)
    whole = text[: len(text) - len(_last_record(text, opened.name))]
    return _Head(whole, share and share * len(whole) / len(text))


def _last_record(text: str, name: str) -> str:
    """The record that the head cuts off."""
    records = list(split_text(text))
    if len(records) > 1:
        return records[-1]
    kind = "the quote opened in it is not closed" if text.count('"') % 2 else "it has no end"
    msg = (
        f"{name}: line 1 is longer than {HEAD_BYTES >> 10} KB ({kind}), so this is no table. "
        "Export the report again as CSV."
    )
    raise FileImportError(msg)


def _dialect(
    opened: OpenedText, head: _Head, profiles: Sequence[Profile], choices: PlanChoices
) -> tuple[Dialect, str]:
    if choices.delimiter is not None:
        require_delimiter(choices.delimiter, opened.name)
    known = known_names(profiles)

    def name_row(cells: Sequence[str]) -> int:
        return len(known.intersection(map(normalise, cells)))

    return detect_dialect(
        head.text,
        opened.encoding,
        opened.sheet,
        name_row,
        delimiter=choices.delimiter,
        header_row=choices.header_row,
    )


def _sketch(
    path: Path,
    opened: OpenedText,
    head: _Head,
    dialect: Dialect,
    reason: str,
    *,
    profiles: Sequence[Profile],
) -> FileSketch:
    records = list(split_text(head.text))
    if not 0 <= dialect.header_row < len(records) or not head.text.strip():
        raise FileImportError(_no_header(opened.name, dialect.header_row, head.text, len(records)))
    named = split_record(records[dialect.header_row], delimiter=dialect.delimiter)
    header, body = header_names(named), records[dialect.header_row + 1 :]
    rows = _first_rows(body, dialect.delimiter)
    found = candidates([name.strip() for name in named], rows, profiles)
    return FileSketch(
        path=str(path),
        name=opened.name,
        size=opened.bytes_total,
        dialect=dialect,
        dialect_reason=reason,
        header=header,
        columns=tuple(_column(name, place, rows) for place, name in enumerate(header)),
        rows=rows,
        lines=_lines(head.text),
        candidates=found,
        certain=is_certain(found),
        row_estimate=_estimate(body, dialect.header_row + 1, head.share),
        sheets=opened.sheets,
    )


def _lines(text: str) -> tuple[str, ...]:
    lines = (line.rstrip("\r")[:LONGEST_LINE] for line in text.split("\n", HEADER_WITHIN))
    return tuple(islice(lines, HEADER_WITHIN))


def _no_header(name: str, header_row: int, text: str, records: int) -> str:
    if not text.strip():
        return f"{name}: the file holds no text. Export the report again."
    return (
        f"{name}: there is no row {header_row + 1} to hold the header; name one of 1 to {records}."
    )


def _first_rows(records: Sequence[str], delimiter: str) -> tuple[tuple[str, ...], ...]:
    """Without blank lines; rows of another width stay as they are."""
    cells = (tuple(split_record(record, delimiter=delimiter)) for record in records)
    return tuple(islice((row for row in cells if any(map(str.strip, row))), SKETCH_ROWS))


def _column(name: str, place: int, rows: Sequence[Sequence[str]]) -> ColumnSketch:
    cells = [row[place] for row in rows if place < len(row)]
    blank = sum(1 for cell in cells if not cell.strip())
    said = [cell for cell in cells if not is_blank(cell)]
    samples = islice(dict.fromkeys(cell.strip()[:LONGEST_SAMPLE] for cell in said), SAMPLES)
    return ColumnSketch(name, tuple(samples), len(said), blank, len(cells) - len(said) - blank)


def _estimate(body: Sequence[str], before: int, share: float | None) -> int | None:
    """Rows below the header; exact where the head is the whole file."""
    if not share:
        return None
    rows = sum(1 for record in body if record.strip())
    return rows if share >= 1.0 else round((rows + before) / share) - before
