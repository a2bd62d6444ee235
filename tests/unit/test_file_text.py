"""Opening files: encodings, compression, spreadsheets and what is said of the rest."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import os
import random
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.xlsx import Cell, write_book, write_ods, write_sheets, write_xlsx
from soleflip_desktop.connectors.files.charsets import SNIFF_BYTES, detect_encoding
from soleflip_desktop.connectors.files.sheets import cell_text
from soleflip_desktop.connectors.files.streams import TranscodedStream, Utf8Stream
from soleflip_desktop.connectors.files.text import OpenedText
from soleflip_desktop.domain.errors import FileImportError

TEXT = "Größe,東京,😀\n" * 20_000
GERMAN = "Händler;Größe;Preis;Bemerkung\n" + "Müller & Söhne;42½;12,50 €;„schön“ – groß\n" * 50


def content(opened: OpenedText, size: int = 1000) -> str:
    data = b""
    try:
        while piece := opened.stream.read(size):
            data += piece
    finally:
        opened.close()
    return data.decode()


def saved(folder: Path, data: bytes, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("data", "encoding", "given_encoding"),
    [
        (TEXT.encode(), "utf-8", None),
        (codecs.BOM_UTF8 + TEXT.encode(), "utf-8-sig", None),
        (codecs.BOM_UTF8 + TEXT.encode(), "utf-8", "utf-8"),
        (TEXT.encode("utf-16"), "utf-16", None),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16", None),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "utf-16-le", "utf-16-le"),
        (codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"), "utf-32", None),
        (codecs.BOM_UTF32_BE + TEXT.encode("utf-32-be"), "utf-32", None),
        (TEXT.encode("utf-16-be"), "utf-16-be", None),
        (TEXT.encode("utf-16-le"), "utf-16-le", None),
        (TEXT.encode("gb18030"), "gb18030", "gb18030"),
    ],
)
@pytest.mark.parametrize("size", [997, 1 << 16])
def test_every_unicode_encoding_becomes_utf_8(
    tmp_path: Path, data: bytes, encoding: str, given_encoding: str | None, size: int
) -> None:
    opened = OpenedText(saved(tmp_path, data), given_encoding)
    assert opened.encoding == encoding
    assert opened.bytes_done == 0
    assert content(opened, size) == TEXT
    assert opened.sha256 == hashlib.sha256(data).hexdigest()
    assert opened.bytes_done == opened.bytes_total == len(data)


class Source:
    """A text in some encoding, read piece by piece."""

    def __init__(self, rest: bytes) -> None:
        self.rest = rest

    def read(self, size: int) -> bytes:
        piece, self.rest = self.rest[:size], self.rest[size:]
        return piece


@given(st.text(), st.integers(1, 9), st.sampled_from(["utf-8", "utf-16", "utf-32", "utf-7"]))
def test_a_text_survives_transcoding_in_any_pieces(text: str, size: int, encoding: str) -> None:
    source = Source(text.encode(encoding))
    utf8 = encoding == "utf-8"
    stream = Utf8Stream(source, "a") if utf8 else TranscodedStream(source, encoding, "a")
    pieces = []
    while piece := stream.read(size):
        pieces.append(piece)
    assert b"".join(pieces).decode() == text.removeprefix("\ufeff")


@pytest.mark.parametrize(
    "encoding", ["klingon", "base64", "utf\x008", "idna", "punycode", "undefined", "unicode_escape"]
)
def test_an_encoding_that_is_none_is_told(tmp_path: Path, encoding: str) -> None:
    path = saved(tmp_path, b"a,b\n")
    with pytest.raises(FileImportError, match=r"^a\.csv: there is no text encoding"):
        OpenedText(path, encoding)


@pytest.mark.parametrize(
    "text",
    [
        GERMAN,
        "name,city\nJoe,Köln\n",
        "größe\n1\n",
        "Preis\n12,50 €\n",
        "Nom;Prénom\nÉlodie;François\nHélène;Noël\n",
        "x" * (SNIFF_BYTES - 9) + "ö\n",
        "a;b\nThe shop’s “best” — really;1\n",
    ],
)
def test_western_text_is_recognised(tmp_path: Path, text: str) -> None:
    opened = OpenedText(saved(tmp_path, text.encode("cp1252")))
    assert opened.encoding == "cp1252"
    assert content(opened) == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Имя;Цена\n" + "Кроссовки мужские;12,50\n" * 20, "cp1251"),
        ("名前;値段\n" + "東京の靴;1250\n" * 20, "shift_jis"),
        ("名前;值段\n" + "东京的鞋;1250\n" * 20, "gbk"),
        ("Händler;Größe\nMüller;42\n" * 30, "mac_roman"),
        ("Händler;Größe\nMüller;42\n" * 30, "cp850"),
    ],
)
def test_other_legacy_encodings_are_asked_for(tmp_path: Path, text: str, encoding: str) -> None:
    path = saved(tmp_path, b"a;b\n" + text.encode(encoding))
    with pytest.raises(FileImportError, match=r"^a\.csv: line 2 is not UTF-8 .*--encoding \w+\.$"):
        OpenedText(path)
    assert content(OpenedText(path, encoding)).endswith(text)


def test_a_byte_that_the_encoding_lacks_is_told_by_line(tmp_path: Path) -> None:
    path = saved(tmp_path, b"a;b\nM\xfcller;1\nx\x81;2\n")
    opened = OpenedText(path, "cp1252")
    with pytest.raises(FileImportError, match=r"^a\.csv: line 3 is not cp1252 \(byte 0x81\)"):
        content(opened)


@pytest.mark.parametrize("bad", [b"K\xf6ln", b"\xff", b"\xc3", b"\xed\xa0\x80"])
def test_a_foreign_byte_far_down_ends_the_reading(tmp_path: Path, bad: bytes) -> None:
    good = "Größe;x\n".encode() * 20_000
    opened = OpenedText(saved(tmp_path, good + bad + b";y\n"))
    assert opened.encoding == "utf-8"
    with pytest.raises(FileImportError, match=r"^a\.csv: line 20001 is not UTF-8 .*cp1252"):
        content(opened)


def test_a_character_cut_off_by_the_end_of_the_file_is_told(tmp_path: Path) -> None:
    opened = OpenedText(saved(tmp_path, "Größe\n".encode() * 20_000 + "é".encode()[:1]))
    with pytest.raises(FileImportError, match="line 20001 is not UTF-8"):
        content(opened)


def test_a_character_cut_by_the_sniffer_is_no_foreign_byte(tmp_path: Path) -> None:
    text = "x" * (SNIFF_BYTES - 1) + "é\n"
    assert content(OpenedText(saved(tmp_path, text.encode())), 1 << 20) == text


@pytest.mark.parametrize(
    "data",
    [
        bytes(1000),
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(200),
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n\x01\x02",
        random.Random(1).randbytes(3000),  # noqa: S311
    ],
)
def test_what_is_no_text_is_told(data: bytes) -> None:
    with pytest.raises(FileImportError, match=r"^a\.csv: this is not a text file"):
        detect_encoding(data, "a.csv")


def test_one_nul_is_a_fault_of_its_row_only() -> None:
    assert detect_encoding(b"a,b\n" * 100 + b"c\0,d\n", "a.csv") == "utf-8"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_lines_of_old_macs_are_read(tmp_path: Path, encoding: str) -> None:
    text = "Größe;b\r1;2\r3;4\r"
    opened = OpenedText(saved(tmp_path, text.encode(encoding)))
    assert content(opened, 5) == text.replace("\r", "\n")


def test_other_line_ends_stay(tmp_path: Path) -> None:
    for text in ("a;b\r\n1;2\r\n", 'a;b\n"1\r";2\n', "a;b\r"):
        assert content(OpenedText(saved(tmp_path, text.encode()))) == text


# -- compressed files --------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_compressed_file_is_sniffed_inside(tmp_path: Path, encoding: str) -> None:
    data = gzip.compress(GERMAN.encode(encoding))
    opened = OpenedText(saved(tmp_path, data, "a.csv.gz"))
    assert opened.encoding == encoding
    assert content(opened, 100) == GERMAN
    assert opened.sha256 == hashlib.sha256(data).hexdigest()
    assert opened.bytes_done == len(data)


@pytest.mark.parametrize("size", [1, 1000, 1 << 20])
def test_members_and_padding_are_read(tmp_path: Path, size: int) -> None:
    data = b"".join(gzip.compress(part.encode()) for part in ("a,b\n", "", "1,2\n")) + bytes(99)
    assert content(OpenedText(saved(tmp_path, data)), size) == "a,b\n1,2\n"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: data[:-5], "ends too early"),
        (lambda data: data[: len(data) // 2], "ends too early"),
        (lambda data: data[:-8] + b"\1" * 8, "does not add up"),
        (lambda data: data + b"more", "does not add up"),
        (lambda data: data[:2] + b"\xff" * 50, "does not add up"),
    ],
)
def test_a_damaged_compressed_file_is_told(
    tmp_path: Path, change: Callable[[bytes], bytes], words: str
) -> None:
    whole = gzip.compress(os.urandom(50_000).hex().encode())
    with pytest.raises(FileImportError, match=rf"^a\.csv: .*damaged: .*{words}.*Download it again"):
        content(OpenedText(saved(tmp_path, change(whole))))


def test_a_bomb_does_not_fill_the_memory(tmp_path: Path) -> None:
    path = saved(tmp_path, gzip.compress(b"a" * (60 << 20)))
    tracemalloc.start()
    opened = OpenedText(path)
    read = sum(len(opened.stream.read(1 << 20)) for _ in range(51))
    opened.close()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert read >= 50 << 20
    assert peak < 10 << 20


@pytest.mark.parametrize(
    "inner", [gzip.compress(b"a,b\n"), b"PK\x03\x04" + bytes(50)], ids=["gzip", "zip"]
)
def test_an_archive_in_an_archive_is_told(tmp_path: Path, inner: bytes) -> None:
    path = saved(tmp_path, gzip.compress(inner))
    with pytest.raises(FileImportError, match=r"^a\.csv: the compressed file holds no text"):
        OpenedText(path)


def test_nothing_compressed_is_empty(tmp_path: Path) -> None:
    with pytest.raises(FileImportError, match="the file is empty"):
        OpenedText(saved(tmp_path, gzip.compress(b"")))


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileImportError, match=r"^gone\.csv: cannot be opened"):
        OpenedText(tmp_path / "gone.csv")
    with pytest.raises(FileImportError, match="cannot be opened"):
        OpenedText(tmp_path)


# -- spreadsheets ------------------------------------------------------------------------------


@pytest.mark.parametrize("head_only", [False, True])
def test_a_workbook_is_read_as_csv(tmp_path: Path, *, head_only: bool) -> None:
    rows: list[list[Cell]] = [
        ["name", "price", "day"],
        ['5" shoe, "OG"\nnew', 217.7085, date(2018, 12, 31)],
    ]
    path = write_xlsx(tmp_path / "a.xlsx", [*rows, ["b", 10, None]])
    opened = OpenedText(path, head_only=head_only)
    assert (opened.encoding, opened.sheets, opened.sheet) == ("spreadsheet", ("Sales",), "Sales")
    text = content(opened)
    assert text == ('name,price,day\r\n"5"" shoe, ""OG""\nnew",217.7085,2018-12-31\r\nb,10,\r\n')
    assert opened.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert opened.bytes_done == opened.bytes_total


def test_a_sheet_is_chosen_by_name_or_is_the_first_with_data(tmp_path: Path) -> None:
    book: dict[str, list[list[Cell]]] = {
        "Deckblatt": [],
        "Käufe": [["a"], [1]],
        "Verkäufe": [["b"], [2]],
    }
    path = write_book(tmp_path / "a.xlsx", book)
    opened = OpenedText(path)
    assert (opened.sheet, content(opened)) == ("Käufe", "a\r\n1\r\n")
    assert opened.sheets == ("Deckblatt", "Käufe", "Verkäufe")
    assert content(OpenedText(path, sheet="Verkäufe")) == "b\r\n2\r\n"
    with pytest.raises(
        FileImportError, match=r"no sheet “x”\. Its sheets are “Deckblatt”, “Käufe”"
    ):
        OpenedText(path, sheet="x")
    with pytest.raises(FileImportError, match="sheet “Deckblatt” has no rows"):
        OpenedText(path, sheet="Deckblatt")


@pytest.mark.parametrize("head_only", [False, True])
def test_errors_and_truths_stay_what_they_say(tmp_path: Path, *, head_only: bool) -> None:
    cells = (
        '<c r="A1" t="b"><v>1</v></c><c r="B1" t="e"><f>1/0</f><v>#DIV/0!</v></c>'
        '<c r="C1" t="b"><v>0</v></c><c r="D1" t="e"><v>#N/A</v></c>'
        '<c r="E1" t="inlineStr"><is><t>t="e"</t></is></c>'
    )
    path = write_sheets(tmp_path / "a.xlsx", {"S": f'<row r="1">{cells}</row>'})
    text = content(OpenedText(path, head_only=head_only))
    assert text == 'TRUE,#DIV/0!,FALSE,#N/A,"t=""e"""\r\n'


def test_rows_count_as_in_the_spreadsheet_and_empty_columns_are_left_out(tmp_path: Path) -> None:
    rows = '<row r="3"><c r="B3"><v>1</v></c></row><row r="5"><c r="C5"><v>2</v></c></row>'
    path = write_sheets(tmp_path / "a.xlsx", {"S": rows})
    assert content(OpenedText(path)) == ",\r\n,\r\n1,\r\n,\r\n,2\r\n"


def test_a_head_is_the_beginning_of_a_long_sheet(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [["name", "price"]]
    rows += [[f"Läufer {n}", n] for n in range(60_000)]
    path = write_xlsx(tmp_path / "a.xlsx", rows)
    head, whole = OpenedText(path, head_only=True), OpenedText(path)
    beginning = head.stream.read(1 << 18)
    assert content(whole, 1 << 18).encode().startswith(beginning)
    lines = beginning.count(b"\n")
    assert 1000 < lines < 60_000
    assert head.share_done == pytest.approx(lines / 60_001, rel=0.1)
    assert content(head, 1 << 18).count("\n") < 50_000


@pytest.mark.parametrize("head_only", [False, True])
@pytest.mark.parametrize("row", ['<row r="1048576">', "<row>"])
@pytest.mark.parametrize("cell", ["XFD1048576", "AAA1048576", "ZZ1048576"])
def test_a_cell_far_away_is_told_before_it_fills_the_memory(
    tmp_path: Path, row: str, cell: str, *, head_only: bool
) -> None:
    rows = f'<row r="1"><c r="A1"><v>1</v></c></row>{row}<c r="{cell}"><v>1</v></c></row>'
    path = write_sheets(tmp_path / "a.xlsx", {"S": rows})
    with pytest.raises(FileImportError, match=r"a cell far from the others .*1,048,576 rows long"):
        OpenedText(path, head_only=head_only)


def test_a_sheet_of_libre_office_is_read(tmp_path: Path) -> None:
    path = write_ods(tmp_path / "a.ods", [["Größe", "b"], ["0560771", "x,y"]])
    opened = OpenedText(path)
    assert (opened.sheet, content(opened)) == ("Tabelle", 'Größe,b\r\n0560771,"x,y"\r\n')


def test_a_zip_that_is_no_workbook_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("orders.csv", "a,b\n")
    with pytest.raises(FileImportError, match=r"^a\.zip: this is a ZIP archive .*orders\.csv"):
        OpenedText(path)


@pytest.mark.parametrize(
    "data",
    [b"PK\x03\x04" + bytes(100), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000)],
)
def test_a_broken_workbook_is_told(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(FileImportError, match=r"^a\.csv: not a readable spreadsheet"):
        OpenedText(saved(tmp_path, data))


def test_a_cut_off_workbook_is_told(tmp_path: Path) -> None:
    data = write_xlsx(tmp_path / "a.xlsx", [["a"], ["b"]]).read_bytes()
    with pytest.raises(FileImportError, match="not a readable spreadsheet"):
        OpenedText(saved(tmp_path, data[: len(data) // 2]))


def test_a_date_beyond_all_time_is_told_and_stops_nothing_else(tmp_path: Path) -> None:
    """The reader panics at it, behind the first rows."""
    cells = (
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2" s="1"><v>-1e300</v></c></row>'
    )
    opened = OpenedText(write_sheets(tmp_path / "a.xlsx", {"S": cells}))
    with pytest.raises(FileImportError, match=r"^a\.xlsx: not a readable spreadsheet \(TimeDelta"):
        content(opened)


def test_a_password_is_told(tmp_path: Path) -> None:
    """As Excel encrypts: an OLE file with one stream of that name in its directory."""
    data = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000))
    data[1024:1056] = "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(FileImportError, match="protected by a password"):
        OpenedText(saved(tmp_path, bytes(data)))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (11.0, "11"),
        (11.5, "11.5"),
        (0.1 + 0.2, "0.30000000000000004"),
        (-0.0, "0"),
        (1e16, "10000000000000000"),
        (float("inf"), "inf"),
        (True, "TRUE"),
        (False, "FALSE"),
        ("N/A", "N/A"),
        ("", ""),
        (date(2017, 9, 1), "2017-09-01"),
        (datetime(2017, 9, 1, 13, 5, 59, 999), "2017-09-01 13:05:59"),  # noqa: DTZ001
        (time(13, 5), "13:05:00"),
        (timedelta(hours=2), "2:00:00"),
    ],
)
def test_cells_of_a_workbook_become_the_text_that_csv_has(value: object, text: str) -> None:
    assert cell_text(value) == text
