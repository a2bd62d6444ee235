"""Opens a file as UTF-8 text, whatever it was saved as, or says why that cannot be."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from python_calamine import CalamineError, CalamineWorkbook

from soleflip_desktop.domain.errors import FileImportError

SNIFF_BYTES = 1 << 16
ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class ByteStream(Protocol):
    """As much of a binary file as the readers need."""

    def read(self, size: int, /) -> bytes: ...


class HashingStream:
    """Reads a file once and knows the SHA-256 of what was read."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._hash = hashlib.sha256()
        self.done = 0

    def read(self, size: int) -> bytes:
        piece = self._file.read(size)
        self._hash.update(piece)
        self.done += len(piece)
        return piece

    def close(self) -> None:
        self._file.close()

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


class TranscodedStream:
    """UTF-8 bytes of a file saved in another encoding."""

    def __init__(self, source: HashingStream, encoding: str, name: str) -> None:
        self._source = source
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._encoding = encoding
        self._name = name

    def read(self, size: int) -> bytes:
        while piece := self._source.read(size):
            if text := self._decode(piece, final=False):
                return text
        return self._decode(b"", final=True)

    def _decode(self, piece: bytes, *, final: bool) -> bytes:
        try:
            return self._decoder.decode(piece, final).encode()
        except UnicodeDecodeError as error:
            msg = (
                f"{self._name}: not readable as {self._encoding} near byte {self._source.done}. "
                "Save the file as CSV UTF-8 and import it again."
            )
            raise FileImportError(msg) from error


class OpenedText:
    """A stream of UTF-8 CSV bytes and what is known about the file behind it."""

    def __init__(self, path: Path, encoding: str | None = None) -> None:
        self.name = path.name.encode("utf-8", "replace").decode()  # names are bytes on Linux
        self._source, head = _open(path)
        try:
            self.bytes_total = path.stat().st_size
            self.encoding, self.stream = self._stream(path, head, encoding)
        except BaseException:
            self.close()
            raise

    def _stream(self, path: Path, head: bytes, encoding: str | None) -> tuple[str, ByteStream]:
        if head.startswith((ZIP_MAGIC, OLE_MAGIC)):
            self._drain()
            return "spreadsheet", _sheet_as_csv(path)
        chosen = encoding or _encoding(head, self.name)
        return chosen, self._plain(chosen)

    def _plain(self, encoding: str) -> ByteStream:
        if encoding == "utf-8":
            return self._source
        try:
            "".encode(encoding)
        except (LookupError, ValueError) as error:
            msg = f"{self.name}: there is no text encoding “{encoding}”; name one like cp1252."
            raise FileImportError(msg) from error
        return TranscodedStream(self._source, encoding, self.name)

    def _drain(self) -> None:
        """Hashes the whole spreadsheet: its reader opens the file by itself."""
        while self._source.read(1 << 20):
            pass

    @property
    def bytes_done(self) -> int:
        return min(self._source.done, self.bytes_total)

    @property
    def sha256(self) -> str:
        return self._source.sha256

    def close(self) -> None:
        self._source.close()


def _open(path: Path) -> tuple[HashingStream, bytes]:
    try:
        with path.open("rb") as file:
            head = file.read(SNIFF_BYTES)
        source = HashingStream(path)
    except OSError as error:
        msg = f"{path.name}: cannot be opened ({error.strerror or error})."
        raise FileImportError(msg) from error
    if not head:
        source.close()
        msg = f"{path.name}: the file is empty. Export the report again."
        raise FileImportError(msg)
    return source, head


def _encoding(head: bytes, name: str) -> str:
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding
    if b"\0" in head:
        msg = f"{name}: this is not a text file. Export the report as CSV or XLSX."
        raise FileImportError(msg)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError as error:
        line = head[: error.start].count(b"\n") + 1
        msg = (
            f"{name}: line {line} is not UTF-8 (byte 0x{head[error.start]:02x}); the file looks "
            "like Windows-1252. Save it as “CSV UTF-8”, or name its encoding: --encoding cp1252."
        )
        raise FileImportError(msg) from error
    return "utf-8"


def _sheet_as_csv(path: Path) -> ByteStream:
    """The first sheet with data, as CSV: cell values as they are, dates in ISO form."""
    try:
        book = CalamineWorkbook.from_path(path)
        sheets = (book.get_sheet_by_index(index) for index in range(len(book.sheet_names)))
        rows = next((rows for sheet in sheets if (rows := sheet.to_python())), [])
    except CalamineError as error:
        msg = f"{path.name}: not a readable spreadsheet ({error}). Save it again as XLSX or CSV."
        raise FileImportError(msg) from error
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    if not rows:
        msg = f"{path.name}: the spreadsheet has no rows."
        raise FileImportError(msg)
    return io.BytesIO(text.getvalue().encode())


def _cell(value: object) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
