"""The record scanner: the same records as csv.reader, at any block size, quotes respected."""

from __future__ import annotations

import csv
import io
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soleflip_desktop.connectors.files.records import LONGEST_RECORD, RecordBlock, read_blocks
from soleflip_desktop.domain.errors import FileImportError

CELLS = st.text(st.sampled_from('ab ,"\n\r\té漢;|\\'), max_size=8)
TABLES = st.integers(1, 5).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=12)
)


def blocks(data: bytes, size: int = 1 << 20, delimiter: str = ",") -> list[RecordBlock]:
    return list(read_blocks(io.BytesIO(data), "test.csv", delimiter, size))


def records(data: bytes, size: int = 1 << 20) -> list[bytes]:
    return [block.record(i) for block in blocks(data, size) for i in range(len(block.starts))]


def written(rows: list[list[str]], line_end: str, delimiter: str, *, all_quoted: bool) -> bytes:
    text = io.StringIO(newline="")
    quoting: Literal[0, 1] = csv.QUOTE_ALL if all_quoted else csv.QUOTE_MINIMAL
    csv.writer(text, lineterminator=line_end, delimiter=delimiter, quoting=quoting).writerows(rows)
    return text.getvalue().encode()


@settings(max_examples=300)
@given(
    rows=TABLES,
    line_end=st.sampled_from(["\n", "\r\n"]),
    delimiter=st.sampled_from(",;\t|"),
    all_quoted=st.booleans(),
    size=st.integers(1, 60),
    cut=st.booleans(),
)
def test_every_written_table_is_split_into_its_rows(
    *,
    rows: list[list[str]],
    line_end: str,
    delimiter: str,
    all_quoted: bool,
    size: int,
    cut: bool,
) -> None:
    if not all_quoted:  # csv.writer leaves a bare carriage return without quotes
        rows = [[cell.replace("\r", "") for cell in row] for row in rows]
    data = written(rows, line_end, delimiter, all_quoted=all_quoted)
    if cut and data.endswith(line_end.encode()):
        data = data[: -len(line_end)]
    found = blocks(data, size, delimiter)
    texts = [block.record(i) for block in found for i in range(len(block.starts))]
    assert b"".join(texts) == data
    parsed = [
        next(csv.reader(io.StringIO(t.decode(), newline=""), delimiter=delimiter), [""])
        for t in texts
    ]
    assert parsed == rows[: len(parsed)]
    assert len(rows) - len(parsed) <= (cut and rows[-1] == [""])
    counts = [int(count) for block in found for count in block.fields]
    assert counts == [len(row) for row in rows[: len(counts)]]
    first_rows = [block.row for block in found]
    sizes = [len(block.starts) for block in found]
    assert first_rows == [sum(sizes[:i]) for i in range(len(sizes))]
    assert not any(block.unclosed for block in found)


@settings(max_examples=300)
@given(st.text(st.sampled_from('ab,"\n\r'), max_size=60), st.integers(1, 20))
def test_any_bytes_are_split_the_same_at_any_block_size(text: str, size: int) -> None:
    data = text.encode()
    whole, parts = blocks(data), blocks(data, size)
    assert records(data, size) == records(data)
    assert b"".join(records(data, size)) == data
    assert [int(n) for b in parts for n in b.fields] == [int(n) for b in whole for n in b.fields]
    assert any(b.unclosed for b in parts) == any(b.unclosed for b in whole)
    assert any(b.unclosed for b in parts) == bool(data.count(b'"') % 2)


def test_a_quoted_line_break_belongs_to_its_record() -> None:
    assert records(b'a,"b\nc",d\ne,f,g\n') == [b'a,"b\nc",d\n', b"e,f,g\n"]
    (block,) = blocks(b'a,"b,\nc,",d\n"1,2","3","4,,"\n,,\n')
    assert block.fields.tolist() == [3, 3, 3]


def test_a_doubled_quote_closes_nothing() -> None:
    assert records(b'"5"" shoe\n",b\nc,d') == [b'"5"" shoe\n",b\n', b"c,d"]


def test_an_open_quote_at_the_end_is_marked() -> None:
    found = blocks(b'a,b\nc,"d\ne,f\n')
    assert [block.unclosed for block in found] == [False, True]
    assert found[-1].record(0) == b'c,"d\ne,f\n'


def test_nothing_is_no_block() -> None:
    assert blocks(b"") == []


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"a,b\n" + b"x" * (LONGEST_RECORD + 10), "line 2 is longer than 1 MB"),
        (b'a,b\nc,d\ne,"' + b"x\n" * LONGEST_RECORD, r"row 2 \(line 3\) is not closed within 1 MB"),
    ],
)
def test_a_record_beyond_all_reason_is_told(data: bytes, words: str) -> None:
    with pytest.raises(FileImportError, match=rf"^test\.csv: .*{words}"):
        blocks(data, 1 << 18)


def test_a_long_but_reasonable_record_is_read() -> None:
    data = b'a,"' + b"x\n" * 400_000 + b'"\nb,c\n'
    assert [len(record) for record in records(data, 1 << 16)] == [800_005, 4]
