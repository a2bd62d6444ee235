"""A document in writing: a file that gets its name when it is complete, or text in memory."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.exporting import Line, TableFormat, TableHead, TableWriter, TextStyle


class ExportError(UserError):
    """A table could not be written: names the file and the remedy."""


class Document:
    """One table in one format. `path` None keeps it in memory, and `text` has it after `close`.

    Each method may run in another thread, one after the other. Raises ExportError.
    """

    def __init__(
        self, path: Path | None, format_: TableFormat, style: TextStyle, *, titles: bool = True
    ) -> None:
        self._path, self._format, self._style, self._titles = path, format_, style, titles
        self._file: BinaryIO | None = None
        self._writer: TableWriter | None = None
        self.text = ""

    def open(self, head: TableHead) -> None:
        with self._told():
            self._file = io.BytesIO() if self._path is None else partial_file(self._path).open("wb")
            self._writer = self._made(self._file, head)

    def add(self, lines: Sequence[Line]) -> None:
        with self._told():
            if self._writer is not None:
                self._writer.add(lines)

    def close(self) -> None:
        with self._told():
            if self._writer is not None:
                self._writer.close()
            if isinstance(self._file, io.BytesIO):
                self.text = self._file.getvalue().decode()
            elif self._file is not None and self._path is not None:
                self._file.close()
                partial_file(self._path).replace(self._path)

    def abandon(self) -> None:
        """Leaves nothing behind; what was there under that name stays."""
        with self._told():
            if self._writer is not None:
                self._writer.abandon()
            if self._file is not None and self._path is not None:
                self._file.close()
                partial_file(self._path).unlink(missing_ok=True)

    def _made(self, file: BinaryIO, head: TableHead) -> TableWriter:
        """The libraries are imported when asked for: they would delay the start of the app."""
        style = self._style
        if self._format is TableFormat.XLSX:
            from soleflip_desktop.connectors.documents import table_xlsx  # noqa: PLC0415

            return table_xlsx.XlsxWriter(file, head, style)
        if self._format is TableFormat.PDF:
            from soleflip_desktop.connectors.documents import table_pdf  # noqa: PLC0415

            return table_pdf.PdfWriter(file, head, style)
        from soleflip_desktop.connectors.documents import table_csv, table_text  # noqa: PLC0415

        if self._format is TableFormat.TSV:
            return table_csv.spreadsheet_text(file, head, style, titles=self._titles)
        makers: dict[TableFormat, Callable[[BinaryIO, TableHead, TextStyle], TableWriter]] = {
            TableFormat.EXCEL_CSV: table_csv.excel_csv,
            TableFormat.CSV: table_csv.machine_csv,
            TableFormat.JSON: table_text.JsonWriter,
            TableFormat.MARKDOWN: table_text.MarkdownWriter,
        }
        return makers[self._format](file, head, style)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            msg = (
                f"{self._path} cannot be written ({error.strerror or error}). Close it in other "
                "programs, or choose another folder."
            )
            raise ExportError(msg) from error


def write_lines(document: Document, head: TableHead, pieces: Iterable[Sequence[Line]]) -> None:
    """All of a document, or nothing of it. Raises ExportError."""
    try:
        document.open(head)
        for lines in pieces:
            document.add(lines)
        document.close()
    except BaseException:
        document.abandon()
        raise


def partial_file(path: Path) -> Path:
    """What a document is called until it is complete."""
    return path.with_name(f".{path.name}.part")
