"""Splits a CSV byte stream into blocks of whole records, with quoted line breaks respected.

Everything works on arrays of positions: a quote, a line end and a comma are rare compared with
the bytes around them (performance.md A2, the quote-parity scanner).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soleflip_desktop.connectors.files.text import ByteStream
from soleflip_desktop.domain.errors import FileImportError

QUOTE, COMMA, NEWLINE, RETURN, NUL = b'",\n\r\0'
#: Read at a time: large enough for vector work, small enough for 300 MB at any file size.
BLOCK_BYTES = 4 << 20
#: No export has records like this; a missing closing quote makes them.
LONGEST_RECORD = 1 << 20

Positions = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class RecordBlock:
    """Whole records: record i is `data[starts[i]:ends[i]]`, its line end included.

    `row` is the number of the first one, counted from 0 for the header. `unclosed` marks the
    last record of a file that ends inside a quoted field.
    """

    data: bytes
    starts: Positions
    ends: Positions
    fields: Positions
    row: int
    unclosed: bool = False

    def record(self, index: int) -> bytes:
        return self.data[self.starts[index] : self.ends[index]]


def read_blocks(
    stream: ByteStream, name: str, block_bytes: int = BLOCK_BYTES
) -> Iterator[RecordBlock]:
    """Raises FileImportError for a record beyond all reason."""
    rest, row, line = b"", 0, 1
    while True:
        piece = stream.read(block_bytes)
        data = rest + piece
        if not data:
            return
        block, rest = _cut(data, row, last=not piece)
        if len(rest) > LONGEST_RECORD:
            raise FileImportError(_endless(name, rest, row + len(block.starts), line, block))
        if len(block.starts):
            line += block.data.count(b"\n")
            row += len(block.starts)
            yield block
        if not piece:
            return


def _cut(data: bytes, row: int, *, last: bool) -> tuple[RecordBlock, bytes]:
    """The records that end inside `data`, and what is left for the next block."""
    buffer = np.frombuffer(data, dtype=np.uint8)
    quotes = np.flatnonzero(buffer == QUOTE)
    newlines = np.flatnonzero(buffer == NEWLINE)
    ends = newlines[np.searchsorted(quotes, newlines) % 2 == 0] + 1
    complete = int(ends[-1]) if len(ends) else 0
    unclosed = False
    if last and complete < len(data):
        ends = np.append(ends, len(data))
        unclosed = bool(len(quotes) % 2)
        complete = len(data)
    starts = np.concatenate((np.zeros(min(1, len(ends)), dtype=np.int64), ends[:-1]))
    quotes = quotes[: np.searchsorted(quotes, complete)]
    commas = np.flatnonzero(buffer[:complete] == COMMA)
    fields = _field_counts(commas, quotes, starts, ends)
    return RecordBlock(data[:complete], starts, ends, fields, row, unclosed), data[complete:]


def _field_counts(
    commas: Positions, quotes: Positions, starts: Positions, ends: Positions
) -> Positions:
    """Commas of each record that stand outside quotes, plus one."""
    per_record = np.diff(np.searchsorted(commas, np.append(starts[:1], ends)))
    pairs = len(quotes) // 2 * 2
    opening, closing = quotes[:pairs:2], quotes[1:pairs:2]
    inside = np.searchsorted(commas, closing) - np.searchsorted(commas, opening)
    with_commas = inside > 0
    owners = np.searchsorted(ends, opening[with_commas], side="right")
    per_record = per_record - np.bincount(
        owners, weights=inside[with_commas], minlength=len(ends)
    ).astype(np.int64)
    return per_record + 1


def no_line_ends(name: str) -> str:
    return (
        f"{name}: its lines end with a carriage return alone, as on old Macs. Save it as CSV with "
        "the usual line ends."
    )


def _endless(name: str, rest: bytes, row: int, line: int, block: RecordBlock) -> str:
    line += block.data.count(b"\n")
    if b"\r" in rest and not row:
        return no_line_ends(name)
    if rest.count(b'"') % 2:
        return (
            f"{name}: the quote opened in row {row} (line {line}) is not closed within 1 MB. "
            "Close the quote there, or export the file again."
        )
    return (
        f"{name}: line {line} is longer than 1 MB, so this is not a table of sales. "
        "Export the report again as CSV."
    )
