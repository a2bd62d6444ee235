"""Splits a CSV byte stream into blocks of whole records, with quoted line breaks respected.

Everything works on arrays of positions: a quote, a line end and a delimiter are rare compared with
the bytes around them (performance.md A2, the quote-parity scanner).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soleflip_desktop.connectors.files.streams import ByteStream
from soleflip_desktop.domain.errors import FileImportError

QUOTE, NEWLINE, NUL = b'"\n\0'
#: Read at a time: large enough for vector work, small enough to stop between two of them.
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
    stream: ByteStream, name: str, delimiter: str = ",", block_bytes: int = BLOCK_BYTES
) -> Iterator[RecordBlock]:
    """The records of UTF-8 text. Raises FileImportError for one beyond all reason.

    `delimiter` is one ASCII character.
    """
    separator = ord(delimiter)
    rest, row, line = b"", 0, 1
    while True:
        piece = stream.read(block_bytes)
        data = rest + piece
        if not data:
            return
        block, lines, rest = _cut(data, row, separator, last=not piece)
        if len(rest) > LONGEST_RECORD:
            raise FileImportError(_endless(name, rest, row + len(block.starts), line + lines))
        if len(block.starts):
            line += lines
            row += len(block.starts)
            yield block
        if not piece:
            return


def _cut(data: bytes, row: int, separator: int, *, last: bool) -> tuple[RecordBlock, int, bytes]:
    """The records that end inside `data`, their lines, and what is left for the next block."""
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
    delimiters = np.flatnonzero(buffer[:complete] == separator)
    fields = _field_counts(delimiters, quotes, starts, ends)
    block = RecordBlock(data[:complete], starts, ends, fields, row, unclosed)
    return block, int(np.searchsorted(newlines, complete)), data[complete:]


def _field_counts(
    delimiters: Positions, quotes: Positions, starts: Positions, ends: Positions
) -> Positions:
    """Delimiters of each record that stand outside quotes, plus one."""
    per_record = np.diff(np.searchsorted(delimiters, np.append(starts[:1], ends)))
    pairs = len(quotes) // 2 * 2
    opening, closing = quotes[:pairs:2], quotes[1:pairs:2]
    inside = np.searchsorted(delimiters, closing) - np.searchsorted(delimiters, opening)
    holding = inside > 0
    owners = np.searchsorted(ends, opening[holding], side="right")
    per_record = per_record - np.bincount(
        owners, weights=inside[holding], minlength=len(ends)
    ).astype(np.int64)
    return per_record + 1


def _endless(name: str, rest: bytes, row: int, line: int) -> str:
    if rest.count(b'"') % 2:
        return (
            f"{name}: the quote opened in row {row} (line {line}) is not closed within 1 MB. "
            "Close the quote there, or export the file again."
        )
    return (
        f"{name}: line {line} is longer than 1 MB, so this is not a table of sales. "
        "Export the report again as CSV."
    )
