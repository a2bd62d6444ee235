"""Opens a file as UTF-8 text, whatever it was saved as, or says why that cannot be."""

from __future__ import annotations

from pathlib import Path

from soleflip_desktop.connectors.files.charsets import (
    SNIFF_BYTES,
    detect_encoding,
    require_encoding,
)
from soleflip_desktop.connectors.files.sheets import (
    OLE_MAGIC,
    SPREADSHEET,
    ZIP_MAGIC,
    SheetStream,
    open_sheet,
)
from soleflip_desktop.connectors.files.streams import (
    ByteStream,
    GunzipStream,
    HashingStream,
    ReturnsAsNewlines,
    RewindingStream,
    TranscodedStream,
    Utf8Stream,
)
from soleflip_desktop.domain.errors import FileImportError

GZIP_MAGIC = b"\x1f\x8b"
_UTF8 = {"utf-8", "utf-8-sig", "utf8"}


class OpenedText:
    """A stream of UTF-8 CSV bytes and what is known about the file behind it.

    `sheets` are the names of a workbook's sheets and `sheet` the one that is read. With
    `head_only` the stream may end early, after some hundred rows. Raises FileImportError.
    """

    def __init__(
        self,
        path: Path,
        encoding: str | None = None,
        sheet: str | None = None,
        *,
        head_only: bool = False,
    ) -> None:
        self.name = path.name.encode("utf-8", "replace").decode()  # names are bytes on Linux
        self.sheets: tuple[str, ...] = ()
        self.sheet: str | None = None
        self._file = HashingStream(path, self.name)
        self._source = RewindingStream(self._file)
        try:
            self.bytes_total = path.stat().st_size
            self.stream = self._open(path, encoding, sheet, head_only=head_only)
        except BaseException:
            self.close()
            raise

    def _open(
        self, path: Path, encoding: str | None, sheet: str | None, *, head_only: bool
    ) -> ByteStream:
        head = self._source.head(SNIFF_BYTES)
        if head.startswith((ZIP_MAGIC, OLE_MAGIC)):
            self._drain()
            self.encoding = SPREADSHEET
            stream, self.sheets, self.sheet = open_sheet(
                path, self.name, sheet, head_only=head_only
            )
            return stream
        source = self._source
        if head.startswith(GZIP_MAGIC):
            source = RewindingStream(GunzipStream(source, self.name))
            head = self._require_text(source.head(SNIFF_BYTES))
        if not head:
            msg = f"{self.name}: the file is empty. Export the report again."
            raise FileImportError(msg)
        self.encoding = encoding or detect_encoding(head, self.name)
        return self._as_utf8(source, head)

    def _require_text(self, head: bytes) -> bytes:
        if head.startswith((ZIP_MAGIC, OLE_MAGIC, GZIP_MAGIC)):
            msg = (
                f"{self.name}: the compressed file holds no text but another archive or a "
                "spreadsheet. Unpack it and import the file inside."
            )
            raise FileImportError(msg)
        return head

    def _as_utf8(self, source: ByteStream, head: bytes) -> ByteStream:
        require_encoding(self.encoding, self.name)
        stream: ByteStream
        if self.encoding.lower().replace("_", "-") in _UTF8:
            stream = Utf8Stream(source, self.name)
        else:
            stream = TranscodedStream(source, self.encoding, self.name)
        text = head.decode(self.encoding, "ignore")
        if "\r" in text[:-1] and "\n" not in text:
            return ReturnsAsNewlines(stream)
        return stream

    def _drain(self) -> None:
        """Hashes the whole spreadsheet: its reader opens the file by itself."""
        while self._source.read(1 << 20):
            pass

    @property
    def bytes_done(self) -> int:
        """Bytes of the file behind what was read so far."""
        share = self.share_done
        return self.bytes_total if share is None else int(self.bytes_total * share)

    @property
    def share_done(self) -> float | None:
        """From 0 to 1; None for the head of a workbook with several sheets."""
        if isinstance(self.stream, SheetStream):
            return self.stream.progress
        return min(self._source.done / max(self.bytes_total, 1), 1.0)

    @property
    def sha256(self) -> str:
        """Of the file's bytes, as far as they were read."""
        return self._file.sha256

    def close(self) -> None:
        self._file.close()


__all__ = ["ByteStream", "OpenedText"]
