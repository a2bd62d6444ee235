"""Any table in any dialect is read back cell by cell; any bytes are read or refused in words."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz.fuzz_reader import TARGETS, samples
from soleflip_desktop.connectors.files.dialect import detect_dialect
from soleflip_desktop.connectors.files.profiles import builtin
from soleflip_desktop.connectors.files.records import read_blocks
from soleflip_desktop.connectors.files.sketch import sketch_file
from soleflip_desktop.connectors.files.text import OpenedText
from soleflip_desktop.domain.errors import FileImportError
from soleflip_desktop.domain.import_plan import Dialect, PlanChoices
from soleflip_desktop.domain.staging import split_record

NAMES = ["Item", "Size", "Price", "Style", "Brand", "Notes"]
#: U+FFFF is no character: the reader of records uses it for itself.
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0\uffff")
CELLS = st.text(st.sampled_from('a0 ,;|"\t\n\ré漢'), max_size=6) | st.text(CHARACTERS, max_size=6)
TABLES = st.integers(2, len(NAMES)).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=8)
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bytes") / "any.csv"


def write(path: Path, rows: list[list[str]], dialect: Dialect, line_end: str) -> None:
    """Everything that must be quoted is: csv.writer leaves a bare carriage return without."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=dialect.delimiter, lineterminator="\r\n")
    writer.writerows(rows)
    data = text.getvalue()
    if line_end != "\r\n":
        broken = any("\r" in cell or "\n" in cell for row in rows for cell in row)
        data = data if broken else data.replace("\r\n", line_end)
    path.write_bytes(data.encode(dialect.encoding))


def read_back(path: Path, encoding: str | None) -> tuple[list[list[str]], Dialect]:
    dialect = sketch_file(path, list(builtin().values()), PlanChoices(encoding=encoding)).dialect
    opened = OpenedText(path, dialect.encoding, dialect.sheet)
    try:
        blocks = list(read_blocks(opened.stream, opened.name, dialect.delimiter))
    finally:
        opened.close()
    records = [block.record(i).decode() for block in blocks for i in range(len(block.starts))]
    return [split_record(record, delimiter=dialect.delimiter) for record in records], dialect


@settings(max_examples=300)
@given(
    body=TABLES,
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"]),
    delimiter=st.sampled_from(",;\t|"),
    line_end=st.sampled_from(["\r\n", "\n", "\r"]),
    packed=st.booleans(),
)
def test_any_table_comes_back_cell_by_cell(
    *,
    path: Path,
    body: list[list[str]],
    encoding: str,
    delimiter: str,
    line_end: str,
    packed: bool,
) -> None:
    if encoding == "cp1252":
        body = [[cell.encode("cp1252", "ignore").decode("cp1252") for cell in row] for row in body]
    rows = [NAMES[: len(body[0]) if body else 2], *body]
    write(path, rows, Dialect(encoding, delimiter), line_end)
    if packed:
        path.write_bytes(gzip.compress(path.read_bytes()))
    # What other marks do not tell is named, as a person would.
    found, dialect = read_back(path, encoding if encoding in {"cp1252", "utf-16-le"} else None)
    assert found == rows
    assert dialect == Dialect(encoding, delimiter, 0)


@given(body=TABLES, delimiter=st.sampled_from(",;\t|"))
def test_unknown_columns_are_told_by_their_number(body: list[list[str]], delimiter: str) -> None:
    plain = [["".join(filter(str.isalnum, cell)) or "x" for cell in row] for row in body]
    width = len(plain[0]) if plain else 2
    head = "\n".join(delimiter.join(row) for row in [["q"] * width, *plain])
    dialect, _ = detect_dialect(head, "utf-8", None, lambda _: 0)
    assert dialect == Dialect("utf-8", delimiter, 0)


def refused_or_read(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    for target in TARGETS:
        try:
            target(path)
        except FileImportError as error:
            assert str(error).startswith("any.csv: ")  # noqa: PT017  (reading is as good)


@settings(max_examples=300)
@given(
    st.sampled_from(
        [b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"PK\x03\x04", b"\x1f\x8b\x08"]
    ),
    st.binary(max_size=300),
)
def test_any_bytes_are_read_or_refused_in_words(path: Path, mark: bytes, data: bytes) -> None:
    refused_or_read(path, mark + data)


def test_every_sample_is_read_at_any_length(path: Path) -> None:
    for sample in samples(path.parent):
        for length in (len(sample), len(sample) // 2, len(sample) - 1, 9):
            refused_or_read(path, sample[:length])
