"""Unpacks raw records: the text of a row exactly as its file had it."""

from __future__ import annotations

from collections.abc import Sequence

import zstandard

from soleflip_desktop.domain.staging import split_record


def record_cells(first_row: int, offsets: Sequence[int], data: bytes, row: int) -> list[str]:
    """The cells of record `row` of a compressed chunk; empty where the chunk does not hold it."""
    place = row - first_row
    if not 0 <= place < len(offsets):
        return []
    text = zstandard.ZstdDecompressor().decompress(data)
    end = offsets[place + 1] if place + 1 < len(offsets) else len(text)
    record = text[offsets[place] : end].decode("utf-8", "backslashreplace")
    return split_record(record)
