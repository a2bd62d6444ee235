"""Prepares an XLSX file for its reader, which would drop error cells and trust any size.

A workbook is a ZIP archive; each of its sheets is one XML part, read here in pieces.
"""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from soleflip_desktop.domain.errors import FileImportError

#: What a reader of the zipfile module may raise for a broken archive.
ZIP_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError)
PIECE_BYTES = 1 << 20
#: So much of a sheet's XML holds hundreds of rows, however wide.
HEAD_BYTES = 2 << 20
#: The reader keeps a rectangle of cells in memory, 32 bytes each, and all texts.
MOST_CELLS = 60_000_000
MOST_BYTES = 2 << 30
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_ROW_END = re.compile(rb"</((?:\w+:)?)row>")
#: With a fixed beginning they are found five times as fast.
_WIDE = re.compile(rb'r="([A-Z]{2,3})\d')
#: Only cells that may be far away: an ordinary sheet has none to look at.
_FAR = re.compile(rb'r="(?:[A-Z]{3}|[A-Z]{1,2}(?=\d{7}))(\d{5,7})')
_ROW = re.compile(rb"""row [^<>]*?\br=["'](\d{1,7})["']""")
_ERRORS = (b't="e"', b"t='e'")
_ERROR_CELL = re.compile(rb"""(<(?:\w+:)?c\s[^<>]*?\bt=)(["'])e\2""")


def readable_copy(path: Path, name: str) -> IO[bytes] | None:
    """A copy whose error cells are text; None for a workbook without any.

    Raises FileImportError for one that would not fit into memory.
    """
    with zipfile.ZipFile(path) as book:
        _require_size(book, name)
        sheets = [part for part in book.infolist() if _SHEET.fullmatch(part.filename)]
        faulty = [part for part in sheets if _has_errors(book, part, name)]
        if not faulty:
            return None
        copy: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  (the caller closes it)
        _copy(book, copy, _errors_as_text)
    return copy


def head(path: Path, name: str) -> tuple[IO[bytes], float | None]:
    """A workbook of the first rows of each sheet, and the share of all that it holds if known."""
    shares: list[float] = []

    def beginning(part: IO[bytes], size: int) -> Iterator[bytes]:
        data = part.read(HEAD_BYTES)
        if ends := list(_ROW_END.finditer(data)) if size > HEAD_BYTES else []:
            last = ends[-1]
            prefix = last[1]
            data = data[: last.end()] + b"</%bsheetData></%bworksheet>" % (prefix, prefix)
        _Extent(name).add(data)
        shares.append(min(len(data) / max(size, 1), 1.0))
        yield _ERROR_CELL.sub(rb"\1\2str\2", data)

    copy = io.BytesIO()
    with zipfile.ZipFile(path) as book:
        _require_size(book, name)
        _copy(book, copy, beginning)
    known = len(shares) == 1 or set(shares) == {1.0}
    return copy, shares[0] if known else None


def _copy(
    book: zipfile.ZipFile,
    copy: IO[bytes],
    change: Callable[[IO[bytes], int], Iterator[bytes]],
) -> None:
    with zipfile.ZipFile(copy, "w") as target:
        for part in book.infolist():
            if not part.filename.lower().endswith((".xml", ".rels")):
                continue  # pictures and macros
            with book.open(part) as source, target.open(part.filename, "w", force_zip64=True) as to:
                sheet = _SHEET.fullmatch(part.filename)
                pieces = change(source, part.file_size) if sheet else _pieces(source)
                to.writelines(pieces)
    copy.seek(0)


def _pieces(part: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: part.read(PIECE_BYTES), b"")


def _whole_tags(part: IO[bytes]) -> Iterator[bytes]:
    """The pieces of a part, cut between tags."""
    rest = b""
    for piece in _pieces(part):
        data = rest + piece
        cut = max(data.rfind(b"<"), 0)
        rest = data[cut:]
        yield data[:cut]
    yield rest


def _errors_as_text(part: IO[bytes], _size: int) -> Iterator[bytes]:
    """`#N/A` and the like stay what they say; a blank would be something else."""
    return (_ERROR_CELL.sub(rb"\1\2str\2", piece) for piece in _whole_tags(part))


def _has_errors(book: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> bool:
    """Looks at a whole sheet. Raises FileImportError for one with too large a rectangle."""
    found, extent = False, _Extent(name)
    with book.open(part) as sheet:
        for piece in _whole_tags(sheet):
            found = found or any(mark in piece for mark in _ERRORS)
            extent.add(piece)
    return found


class _Extent:
    """How large the rectangle around all cells is, from the places that the cells name."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._rows = 0
        self._columns = 26  # up to Z they are not looked at

    def add(self, xml: bytes) -> None:
        """Raises FileImportError where the rectangle gets larger than the memory may be."""
        row = _ROW.match(xml, xml.rfind(b"row ")) if b"row " in xml else None
        rows = [int(row[1])] if row else []
        self._rows = max([self._rows, *rows, *map(int, _FAR.findall(xml))])
        self._columns = max([self._columns, *map(_column, set(_WIDE.findall(xml)))])
        if self._rows * self._columns > MOST_CELLS:
            msg = (
                f"{self._name}: a cell far from the others makes a sheet {self._rows:,} rows long "
                f"and {self._columns:,} columns wide. Delete it, or save the table as CSV."
            )
            raise FileImportError(msg)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _require_size(book: zipfile.ZipFile, name: str) -> None:
    if sum(part.file_size for part in book.infolist()) > MOST_BYTES:
        msg = f"{name}: the workbook is larger than 2 GB unpacked. Save the table as CSV."
        raise FileImportError(msg)
