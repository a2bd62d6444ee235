"""A block of cells from a spreadsheet's clipboard."""

from __future__ import annotations

import re

Block = list[list[str]]

#: A cell with a line break or a tab comes in quotes, its own quotes doubled; any other as it is.
_CELL = re.compile(r'"((?:[^"]|"")*)"(?=[\t\r\n]|\Z)|([^\t\r\n]*)')


def parse_block(text: str) -> Block:
    """The rows of tab-separated text. The line break that ends the last row makes no row."""
    rows: Block = [[]]
    at = 0
    while True:
        match = _CELL.match(text, at)
        if match is None:  # never: the second way matches nothing at all
            break
        rows[-1].append(match[2] if match[1] is None else match[1].replace('""', '"'))
        at = match.end()
        if at >= len(text):
            break
        if text[at] == "\t":
            at += 1
            continue
        at += 2 if text.startswith("\r\n", at) else 1
        if at >= len(text):
            break
        rows.append([])
    return [] if rows == [[""]] else rows


def spread(block: Block, height: int, width: int) -> Block:
    """The block as often as it fits the selection exactly; otherwise once, as it is."""
    rows, columns = len(block), max(len(row) for row in block)
    if height % rows or width % columns or any(len(row) != columns for row in block):
        return block
    return [row * (width // columns) for _ in range(height // rows) for row in block]
