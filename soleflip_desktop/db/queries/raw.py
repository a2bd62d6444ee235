"""Unpacks raw records: the text of a row exactly as its file had it."""

from __future__ import annotations

from collections.abc import Sequence

import zstandard

from soleflip_desktop.domain.staging import split_record


def record_cells(
    first_row: int, offsets: Sequence[int], data: bytes, row: int, delimiter: str = ","
) -> list[str]:
    """The cells of record `row` of a compressed chunk; empty where the chunk does not hold it."""
    return records_of(first_row, offsets, data, [row], delimiter)[0]


def records_of(
    first_row: int, offsets: Sequence[int], data: bytes, rows: Sequence[int], delimiter: str
) -> list[list[str]]:
    """The cells of several records of one chunk; an empty list for a row that it does not hold."""
    text = zstandard.ZstdDecompressor().decompress(data)
    bounds = [*offsets, len(text)]

    def cells(place: int) -> list[str]:
        if not 0 <= place < len(offsets):
            return []
        record = text[bounds[place] : bounds[place + 1]].decode("utf-8", "backslashreplace")
        return split_record(record, delimiter=delimiter)

    return [cells(row - first_row) for row in rows]
