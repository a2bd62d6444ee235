"""Reads a sheet of a workbook (XLSX, XLS, ODS) as CSV: cell values as they are, dates in ISO form.

The text that a spreadsheet shows depends on formats and locale; the values do not.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING

from soleflip_desktop.connectors.files import workbook_parts
from soleflip_desktop.domain.errors import FileImportError

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0"
SPREADSHEET = "spreadsheet"  # stands where another file names its encoding
_ROWS_AT_A_TIME = 64
_XLSX = "xl/workbook.xml"
_BOOKS = (_XLSX, "xl/workbook.bin", "content.xml")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


class SheetStream:
    """The rows of a sheet as UTF-8 CSV with commas. `progress` runs from 0 to 1, None: unknown."""

    def __init__(self, sheet: CalamineSheet, share: float | None, path: Path, name: str) -> None:
        self._path = path
        self._name = name
        self._height = sheet.total_height + 1
        self._rows = _rows(sheet)
        self._share = share
        self._done = 0

    def read(self, size: int) -> bytes:
        text = io.StringIO(newline="")
        writer = csv.writer(text)  # with \r\n it quotes each of them within a cell
        while text.tell() < size and (rows := self._next_rows()):
            writer.writerows([cell_text(cell) for cell in row] for row in rows)
            self._done += len(rows)
        return text.getvalue().encode()

    def _next_rows(self) -> list[Sequence[object]]:
        with _faults_in_words(self._path, self._name):
            return list(islice(self._rows, _ROWS_AT_A_TIME))

    @property
    def progress(self) -> float | None:
        return self._share and self._share * min(self._done / self._height, 1.0)


def open_sheet(
    path: Path, name: str, wanted: str | None, *, head_only: bool
) -> tuple[SheetStream, tuple[str, ...], str]:
    """The wanted sheet or the first with data; the names of all; the name of that one.

    Raises FileImportError for a file that is no workbook, has a password or no rows.
    """
    with _faults_in_words(path, name), ExitStack() as copies:
        book, share = _open_book(path, name, copies, head_only=head_only)
        names = tuple(book.sheet_names)
        sheet = _choose(book, names, wanted, name)
        return SheetStream(sheet, share, path, name), names, sheet.name


@contextmanager
def _faults_in_words(path: Path, name: str) -> Iterator[None]:
    try:
        yield
    except FileImportError:
        raise
    except (*workbook_parts.ZIP_FAULTS, MemoryError) as error:
        raise FileImportError(_unreadable(path, name, error)) from error
    except BaseException as error:
        # The reader's own errors, and the panics of its Rust code, which are no Exceptions.
        if type(error).__module__ not in {"python_calamine", "pyo3_runtime"}:
            raise
        raise FileImportError(_unreadable(path, name, error)) from error


def _open_book(
    path: Path, name: str, copies: ExitStack, *, head_only: bool
) -> tuple[CalamineWorkbook, float | None]:
    from python_calamine import CalamineWorkbook  # noqa: PLC0415  (not all files are workbooks)

    copy: IO[bytes] | None = None
    share: float | None = 1.0
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            parts = archive.namelist()
        if not any(part in _BOOKS for part in parts):
            raise FileImportError(_archive(name, parts))
        if _XLSX in parts and head_only:
            copy, share = workbook_parts.head(path, name)
        elif _XLSX in parts:
            copy = workbook_parts.readable_copy(path, name)
    return CalamineWorkbook.from_object(copies.enter_context(copy) if copy else path), share


def _choose(
    book: CalamineWorkbook, names: Sequence[str], wanted: str | None, name: str
) -> CalamineSheet:
    shown = ", ".join(f"“{sheet}”" for sheet in names[:20]) or "none"
    if wanted is not None and wanted not in names:
        msg = f"{name}: there is no sheet “{wanted}”. Its sheets are {shown}; name one of them."
        raise FileImportError(msg)
    for sheet_name in [wanted] if wanted is not None else names:
        sheet = book.get_sheet_by_name(sheet_name)
        if sheet.start is not None:
            return sheet
    which = f"sheet “{wanted}”" if wanted is not None else "spreadsheet"
    msg = f"{name}: the {which} has no rows. Its sheets are {shown}; export the report again."
    raise FileImportError(msg)


def _rows(sheet: CalamineSheet) -> Iterator[Sequence[object]]:
    """From row 1 on, so that rows count as in the spreadsheet, without empty columns before."""
    return (row[-sheet.width :] for row in sheet.iter_rows())


def cell_text(value: object) -> str:
    """Numbers exact, dates ISO. No decimals for a whole number: spreadsheets have no integers."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _archive(name: str, parts: Sequence[str]) -> str:
    held = f" with “{parts[0][:80]}” in it" if parts else ""
    return (
        f"{name}: this is a ZIP archive{held}, not a spreadsheet. Unpack it and import the file "
        "inside."
    )


def _unreadable(path: Path, name: str, error: BaseException) -> str:
    if type(error).__name__ == "PasswordError" or _is_encrypted(path):
        return (
            f"{name}: the workbook is protected by a password. Save it without one and import it "
            "again."
        )
    reason = str(error).splitlines()[:1] or [type(error).__name__]
    return f"{name}: not a readable spreadsheet ({reason[0][:200]}). Save it again as XLSX or CSV."


def _is_encrypted(path: Path) -> bool:
    """Excel wraps an encrypted workbook in an OLE file with a stream of that name."""
    with path.open("rb") as file:
        return file.read(4) == OLE_MAGIC and _ENCRYPTED in file.read()
