"""Opening files: encodings, spreadsheets and what is said of the rest."""

from __future__ import annotations

import codecs
import hashlib
from datetime import date, datetime, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.xlsx import write_xlsx
from soleflip_desktop.connectors.files.text import (
    HashingStream,
    OpenedText,
    TranscodedStream,
    _cell,
)
from soleflip_desktop.domain.errors import FileImportError

TEXT = "Größe,東京,😀\n" * 20_000


def content(opened: OpenedText, size: int = 1000) -> str:
    data = b""
    while piece := opened.stream.read(size):
        data += piece
    opened.close()
    return data.decode()


@pytest.mark.parametrize(
    ("data", "encoding", "given_encoding"),
    [
        (TEXT.encode(), "utf-8", None),
        (codecs.BOM_UTF8 + TEXT.encode(), "utf-8-sig", None),
        (TEXT.encode("utf-16"), "utf-16", None),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16", None),
        (TEXT.encode("utf-16-be"), "utf-16-be", "utf-16-be"),
        (TEXT.encode("gb18030"), "gb18030", "gb18030"),
    ],
)
def test_every_unicode_encoding_becomes_utf_8(
    tmp_path: Path, data: bytes, encoding: str, given_encoding: str | None
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    for size in (1, 7, 1 << 16):
        opened = OpenedText(path, given_encoding)
        if size == 1:
            opened.close()
            continue
        assert opened.encoding == encoding
        assert content(opened, size) == TEXT
        assert opened.sha256 == hashlib.sha256(data).hexdigest()
        assert opened.bytes_done == opened.bytes_total == len(data)


@given(st.text(), st.integers(1, 9), st.sampled_from(["utf-8-sig", "utf-16", "utf-32", "utf-7"]))
def test_a_text_survives_transcoding_in_any_pieces(text: str, size: int, encoding: str) -> None:
    class Source:
        done = 0

        def __init__(self) -> None:
            self.rest = text.encode(encoding)

        def read(self, wanted: int) -> bytes:
            piece, self.rest = self.rest[:wanted], self.rest[wanted:]
            return piece

    source: HashingStream = Source()  # type: ignore[assignment]
    stream = TranscodedStream(source, encoding, "a.csv")
    pieces = []
    while piece := stream.read(size):
        pieces.append(piece)
    assert b"".join(pieces).decode() == text


@pytest.mark.parametrize("encoding", ["klingon", "base64", "", "utf\x008"])
def test_an_encoding_that_is_none_is_told(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n")
    if not encoding:
        OpenedText(path, encoding).close()
        return
    with pytest.raises(FileImportError, match=r"^a\.csv: there is no text encoding"):
        OpenedText(path, encoding)


def test_the_line_of_the_first_foreign_byte_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\nc,d\nK\xf6ln,e\n")
    with pytest.raises(FileImportError, match=r"^a\.csv: line 3 is not UTF-8 \(byte 0xf6\)"):
        OpenedText(path)


def test_a_character_cut_by_the_sniffer_is_no_foreign_byte(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    text = "x" * ((1 << 16) - 1) + "é\n"
    path.write_text(text, encoding="utf-8", newline="")
    assert content(OpenedText(path), 1 << 20) == text


def test_a_workbook_is_read_as_csv(tmp_path: Path) -> None:
    path = write_xlsx(
        tmp_path / "a.xlsx",
        [
            ["name", "price", "day"],
            ['5" shoe, "OG"', 217.7085, date(2018, 12, 31)],
            ["b", 10, None],
        ],
    )
    opened = OpenedText(path)
    assert opened.encoding == "spreadsheet"
    assert content(opened) == ('name,price,day\n"5"" shoe, ""OG""",217.7085,2018-12-31\nb,10,\n')
    assert opened.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert opened.bytes_done == opened.bytes_total


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (11.0, "11"),
        (11.5, "11.5"),
        (0.1 + 0.2, "0.30000000000000004"),
        (-0.0, "0"),
        (1e16, "10000000000000000"),
        (True, "True"),
        ("N/A", "N/A"),
        ("", ""),
        (date(2017, 9, 1), "2017-09-01"),
        (datetime(2017, 9, 1, 13, 5, 59, 999), "2017-09-01 13:05:59"),  # noqa: DTZ001
        (time(13, 5), "13:05:00"),
    ],
)
def test_cells_of_a_workbook_become_the_text_that_csv_has(value: object, text: str) -> None:
    assert _cell(value) == text
