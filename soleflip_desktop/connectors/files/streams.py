"""Streams of bytes on their way from a file to the scanner: hashed, unpacked, made UTF-8."""

from __future__ import annotations

import codecs
import hashlib
import zlib
from pathlib import Path
from typing import Protocol

from soleflip_desktop.domain.errors import FileImportError

#: Compressed bytes taken at a time.
PACKED_BYTES = 1 << 16
GZIP_WINDOW = 31  # zlib's name for "a gzip header, and its checksum verified"


class ByteStream(Protocol):
    """As much of a binary file as the readers need. Only the end gives no bytes.

    A stream may give a little more than `size` where characters or rows are not to be cut.
    """

    def read(self, size: int, /) -> bytes: ...


class HashingStream:
    """Reads a file once and knows the SHA-256 of what was read. Raises FileImportError."""

    def __init__(self, path: Path, name: str) -> None:
        self._name = name
        self._hash = hashlib.sha256()
        try:
            self._file = path.open("rb")
        except (OSError, ValueError) as error:
            raise self._unreadable(error) from error

    def read(self, size: int) -> bytes:
        try:
            piece = self._file.read(size)
        except OSError as error:
            raise self._unreadable(error) from error
        self._hash.update(piece)
        return piece

    def close(self) -> None:
        self._file.close()

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def _unreadable(self, error: OSError | ValueError) -> FileImportError:
        reason = getattr(error, "strerror", None) or error
        msg = f"{self._name}: cannot be opened ({reason}). Check that it is there and readable."
        return FileImportError(msg)


class RewindingStream:
    """Takes back what was read too far; `done` counts the bytes that were given for good."""

    def __init__(self, source: ByteStream) -> None:
        self._source = source
        self._back = b""
        self.done = 0

    def read(self, size: int) -> bytes:
        piece = self._back[:size] or self._source.read(size)
        self._back = self._back[size:]
        self.done += len(piece)
        return piece

    def unread(self, piece: bytes) -> None:
        self._back = piece + self._back
        self.done -= len(piece)

    def head(self, size: int) -> bytes:
        """The next `size` bytes, fewer only at the end; they are read again."""
        found = b""
        while len(found) < size and (piece := self.read(size - len(found))):
            found += piece
        self.unread(found)
        return found


class GunzipStream:
    """The content of a gzip file of any number of members, never more than asked for at a time."""

    def __init__(self, source: RewindingStream, name: str) -> None:
        self._source = source
        self._name = name
        self._member = zlib.decompressobj(GZIP_WINDOW)

    def read(self, size: int) -> bytes:
        found = bytearray()
        while len(found) < size and (piece := self._inflate(size - len(found))):
            found += piece
        return bytes(found)

    def _inflate(self, size: int) -> bytes:
        while True:
            packed = self._source.read(PACKED_BYTES)
            if self._member.eof:
                packed = packed.lstrip(b"\0")  # tapes are padded
                if packed:
                    self._member = zlib.decompressobj(GZIP_WINDOW)
                elif not self._source.head(1):
                    return b""
            elif not packed:
                raise FileImportError(self._damaged("it ends too early"))
            if packed and (piece := self._unpacked(packed, size)):
                return piece

    def _unpacked(self, packed: bytes, size: int) -> bytes:
        try:
            piece = self._member.decompress(packed, size)
        except zlib.error as error:
            raise FileImportError(self._damaged("its content does not add up")) from error
        self._source.unread(self._member.unconsumed_tail or self._member.unused_data)
        return piece

    def _damaged(self, reason: str) -> str:
        return (
            f"{self._name}: the compressed file is damaged: {reason}. Download it again, or "
            "unpack it and import the file inside."
        )


class Utf8Stream:
    """UTF-8 bytes as they are, all of them checked, without a byte-order mark."""

    def __init__(self, source: ByteStream, name: str) -> None:
        self._source = source
        self._name = name
        self._cut = b""
        self._lines = 1
        self._started = False

    def read(self, size: int) -> bytes:
        while piece := self._source.read(size):
            if checked := self._checked(self._cut + piece, final=False):
                return checked
        return self._checked(self._cut, final=True)

    def _checked(self, data: bytes, *, final: bool) -> bytes:
        try:
            length = len(data) if data.isascii() else codecs.utf_8_decode(data, "strict", final)[1]
        except UnicodeDecodeError as error:
            line = self._lines + data.count(b"\n", 0, error.start)
            raise FileImportError(not_utf8(self._name, line, data[error.start])) from error
        checked, self._cut = data[:length], data[length:]
        self._lines += checked.count(b"\n")
        if checked and not self._started:
            self._started = True
            return checked.removeprefix(codecs.BOM_UTF8) or self.read(PACKED_BYTES)
        return checked


def not_utf8(name: str, line: int, byte: int) -> str:
    return (
        f"{name}: line {line} is not UTF-8 (byte 0x{byte:02x}). Save it as “CSV UTF-8”, or name "
        "its encoding: --encoding cp1252 for a Western European one."
    )


class TranscodedStream:
    """UTF-8 bytes of a file saved in another encoding, without a byte-order mark."""

    def __init__(self, source: ByteStream, encoding: str, name: str) -> None:
        self._source = source
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._encoding = encoding
        self._name = name
        self._lines = 1
        self._started = False

    def read(self, size: int) -> bytes:
        while piece := self._source.read(size):
            if text := self._decode(piece, final=False):
                return text
        return self._decode(b"", final=True)

    def _decode(self, piece: bytes, *, final: bool) -> bytes:
        try:
            text = self._decoder.decode(piece, final)
            if text and not self._started:
                self._started = True
                text = text.removeprefix("\ufeff")
            data = text.encode()
        except UnicodeError as error:
            raise FileImportError(self._unreadable(error)) from error
        self._lines += data.count(b"\n")
        return data

    def _unreadable(self, error: UnicodeError) -> str:
        line, byte = self._lines, ""
        if isinstance(error, UnicodeDecodeError):
            before = error.object[: error.start].decode(self._encoding, "ignore")
            line += before.count("\n")
            byte = f" (byte 0x{error.object[error.start]:02x})" if error.object else ""
        return (
            f"{self._name}: line {line} is not {self._encoding}{byte}. Save the file as “CSV "
            "UTF-8”, or name the encoding that it has, such as --encoding cp1250."
        )


class ReturnsAsNewlines:
    """Turns the line ends of old Macs, a carriage return alone, into the usual ones."""

    def __init__(self, source: ByteStream) -> None:
        self._source = source

    def read(self, size: int) -> bytes:
        return self._source.read(size).replace(b"\r", b"\n")
