"""Files that are not what they should be: a sentence that names the file, and nothing half done."""

from __future__ import annotations

import codecs
import gc
import os
import random
import sys
import tracemalloc
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from helpers.import_runs import Imports
from helpers.stockx_report import HEADER, sale, write_rows
from soleflip_desktop.domain.errors import FileImportError
from soleflip_desktop.domain.integration import CurrencyTotals, ImportResult

pytestmark = pytest.mark.db

ROWS = [sale(n) for n in range(1, 6)]


def refused(imports: Imports, path: Path, words: str, encoding: str | None = None) -> None:
    """The import says `words` after the file's name, and only a failed batch may tell of it."""
    before = imports.counts()
    before.pop("integration.import_batch", None)
    with pytest.raises(FileImportError) as told:
        imports.run(path, encoding=encoding)
    message = str(told.value)
    assert message.startswith(f"{path.name}: ")
    assert words in message
    assert message.endswith((".", ")"))
    assert len(message) < 600
    batches = imports.rows(
        "SELECT status, error, finished_at IS NULL FROM integration.import_batch"
    )
    assert set(batches) <= {("failed", message, False)}
    after = imports.counts()
    after.pop("integration.import_batch", None)
    assert after == before


def cells_of(result: ImportResult) -> list[tuple[int, str]]:
    return [(issue.row, issue.code) for issue in result.issues]


def raw(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.fixture
def good(tmp_path: Path) -> bytes:
    return write_rows(tmp_path / "good.csv", ROWS).read_bytes()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "Bericht Mai.csv"


def test_an_empty_file(imports: Imports, path: Path) -> None:
    refused(imports, raw(path, b""), "the file is empty")


@pytest.mark.parametrize("data", [b"\n", b"\n\n\n", b" \r\n", codecs.BOM_UTF8])
def test_a_file_of_blanks(imports: Imports, path: Path, data: bytes) -> None:
    refused(imports, raw(path, data), "")


def test_a_wrong_table(imports: Imports, path: Path) -> None:
    refused(imports, raw(path, b"id,name\n1,Dunk\n"), "not recognised")
    refused(imports, raw(path, b"id,name\n1,Dunk\n"), "“id”, “name”")


def test_a_text_that_is_no_table(imports: Imports, path: Path) -> None:
    refused(imports, raw(path, b"Dear Sir,\nplease find enclosed\n"), "not recognised")
    refused(imports, raw(path, b'{"orders": []}'), "not recognised")
    refused(imports, raw(path, b"<html><body>Log in</body></html>"), "not recognised")


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(200),
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n" + bytes(50),
        bytes(100_000),
        random.Random(1).randbytes(300_000),  # noqa: S311
        b"PK\x03\x04" + bytes(100),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5_000),
    ],
    ids=["png", "pdf", "zeros", "noise", "zip", "ole"],
)
def test_a_binary_file(imports: Imports, path: Path, data: bytes) -> None:
    refused(imports, raw(path, data), "")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_other_unicode_encodings_go_in(
    imports: Imports, path: Path, good: bytes, encoding: str
) -> None:
    marks = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
    rows = [*ROWS, sale(6, {"Buyer Destination City": "Łódź 東京", "Item": "Ünï Cödé"})]
    text = write_rows(path, rows).read_text(encoding="utf-8")
    raw(path, marks.get(encoding, b"") + text.encode(encoding))
    result = imports.run(path)
    assert (result.rows, result.imported, result.issues) == (6, 6, [])
    assert imports.cells(result.batch_id or 0, 6)["Buyer Destination City"] == "Łódź 東京"
    assert list(imports.cells(result.batch_id or 0, 1)) == HEADER


def test_an_odd_number_of_bytes_in_utf_16(imports: Imports, path: Path, good: bytes) -> None:
    text = good.decode()
    refused(imports, raw(path, text.encode("utf-16")[:-1]), "utf-16")


WESTERN = {"Buyer Destination City": "Köln", "Item": "Nike Dunk Größe"}


@pytest.mark.parametrize("encoding", [None, "cp1252"])
def test_western_bytes_are_recognised(imports: Imports, path: Path, encoding: str | None) -> None:
    write_rows(path, [*ROWS, sale(6, WESTERN)], encoding="cp1252")
    result = imports.run(path, encoding=encoding)
    assert (result.imported, result.issues) == (6, [])
    assert imports.cells(result.batch_id or 0, 6)["Buyer Destination City"] == "Köln"
    assert "Nike Dunk Größe" in {
        name for (name,) in imports.rows("SELECT name FROM catalog.product")
    }


def test_western_bytes_far_down_are_told_too(imports: Imports, path: Path) -> None:
    rows = [sale(n) for n in range(1, 300)]
    write_rows(path, [*rows, sale(300, WESTERN)], encoding="cp1252")
    refused(imports, path, "--encoding cp1252")


def test_an_unknown_encoding_is_told(imports: Imports, path: Path, good: bytes) -> None:
    refused(imports, raw(path, good), "klingon", encoding="klingon")


def test_the_wrong_encoding_is_told(imports: Imports, path: Path) -> None:
    write_rows(path, [*ROWS, sale(6, WESTERN)], encoding="cp1252")
    refused(imports, path, "ascii", encoding="ascii")


def test_a_file_cut_off_inside_quotes(imports: Imports, path: Path, good: bytes) -> None:
    result = imports.run(raw(path, good[: good.rindex(b"Invoice made out")]))
    assert (result.rows, result.imported, result.rejected) == (5, 4, 1)
    assert cells_of(result) == [(5, "unclosed_quote")]
    assert "cut off" in result.issues[0].message


def test_a_file_cut_off_between_quotes(imports: Imports, path: Path, good: bytes) -> None:
    result = imports.run(raw(path, good[: good.rindex(b",transfer-5")]))
    assert (result.imported, cells_of(result)) == (4, [(5, "field_count")])


def test_a_stray_quote_spoils_what_it_touches_and_never_goes_in_wrong(
    imports: Imports, path: Path, good: bytes
) -> None:
    """What a quote swallows cannot be told from a cell; the rows before it are sure."""
    place = good.index(b"00000003-00000003")
    result = imports.run(raw(path, good[:place] + b'"' + good[place:]))
    assert result.imported >= 2
    assert result.rejected >= 1
    assert result.issues[0].row == 3
    stored = imports.rows('SELECT external_id, gross_amount FROM transactions."order"')
    assert {number for number, _ in stored} <= {f"{n:08d}-{n:08d}" for n in range(1, 6)}
    assert {gross for _, gross in stored} == {100}


def test_quotes_inside_a_bare_cell_stay_as_they_are(imports: Imports, path: Path) -> None:
    data = write_rows(path, [sale(1), sale(2, {"Sku Name": "XX"}), sale(3)]).read_bytes()
    result = imports.run(raw(path, data.replace(b"XX", b'5" and 6" shoe')))
    assert result.imported == 3
    assert imports.cells(result.batch_id or 0, 2)["Sku Name"] == '5" and 6" shoe'


@pytest.mark.parametrize("cell", [b'"abc"def', b'abc"def"', b'""', b'a""b', b'"a" "b"', b' "a"'])
def test_odd_quotes_in_one_cell_never_move_another_row(
    imports: Imports, path: Path, cell: bytes
) -> None:
    data = write_rows(path, [sale(1), sale(2, {"Sku Name": "XX"}), sale(3)]).read_bytes()
    result = imports.run(raw(path, data.replace(b"XX", cell)))
    assert result.rows == 3
    assert result.imported + result.rejected == 3
    stored = imports.rows('SELECT import_row, external_id FROM transactions."order"')
    assert {(1, "00000001-00000001"), (3, "00000003-00000003")} <= set(stored)


def test_a_misquoted_row_is_rejected_and_no_other(imports: Imports, path: Path) -> None:
    data = write_rows(path, [sale(1), sale(2, {"Item": "XX"}), sale(3)]).read_bytes()
    result = imports.run(raw(path, data.replace(b"XX", b'""a')))
    assert (result.rows, result.imported, cells_of(result)) == (3, 2, [(2, "misplaced_quote")])
    stored = imports.rows('SELECT import_row FROM transactions."order" ORDER BY 1')
    assert stored == [(1,), (3,)]


def test_a_long_cell_that_nobody_needs_does_no_harm(imports: Imports, path: Path) -> None:
    """Python's csv module gives up at 128 KB unless told otherwise."""
    long = {"Special references": "x\n" * 150_000}
    result = imports.run(write_rows(path, [sale(1, long), sale(2, long | {"Item": ""}), sale(3)]))
    assert (result.imported, cells_of(result)) == (2, [(2, "missing")])
    cells = imports.cells(result.batch_id or 0, 1)
    assert cells["Special references"] == long["Special references"]


def test_nul_bytes_reject_their_row(imports: Imports, path: Path) -> None:
    rows = [sale(n) for n in range(1, 300)]
    data = write_rows(path, rows).read_bytes()
    place = data.index(b"00000250-")
    result = imports.run(raw(path, data[:place] + b"\0" + data[place:]))
    assert (result.imported, cells_of(result)) == (298, [(250, "nul_byte")])


def test_nul_bytes_at_the_start_reject_their_row(imports: Imports, path: Path, good: bytes) -> None:
    result = imports.run(raw(path, good.replace(b"Panda", b"Pan\0a", 1)))
    assert (result.imported, cells_of(result)) == (4, [(1, "nul_byte")])


def endless(path: Path, head: bytes, *, newline_at_end: bool = False) -> Path:
    """200 MB without a line end, written without ever being in memory."""
    with path.open("wb") as file:
        file.write(head)
        for _ in range(200):
            file.write(b"x" * (1 << 20))
        if newline_at_end:
            file.write(b"\n")
    return path


@pytest.mark.slow
@pytest.mark.parametrize("where", ["header", "row", "quoted"])
def test_a_line_of_200_mb(imports: Imports, path: Path, good: bytes, where: str) -> None:
    heads = {"header": b"", "row": good, "quoted": good + b'"'}
    endless(path, heads[where])
    tracemalloc.start()
    try:
        refused(imports, path, "256 KB" if where == "header" else "1 MB")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 100 << 20


def test_a_header_and_nothing_else(imports: Imports, path: Path, good: bytes) -> None:
    refused(imports, write_rows(path, []), "no row below")
    refused(imports, raw(path, good.partition(b"\n")[0]), "no row below")
    refused(imports, raw(path, good.partition(b"\n")[0] + b"\n\n\n"), "no row below")


def test_a_header_that_comes_again(imports: Imports, path: Path) -> None:
    """As where two exports were glued together."""
    shouted = [name.upper() for name in HEADER]
    result = imports.run(write_rows(path, [sale(1), HEADER, sale(2), shouted]))
    assert (result.rows, result.imported, result.rejected) == (4, 2, 2)
    assert cells_of(result) == [(2, "repeated_header"), (4, "repeated_header")]
    assert "header line again" in result.issues[0].message


def test_ragged_rows(imports: Imports, path: Path) -> None:
    rows = [sale(1), sale(2)[:-1], [*sale(3), "more"], ["one"], [], sale(4), ["", ""], [""] * 44]
    result = imports.run(write_rows(path, rows))
    assert result.imported == 2
    assert cells_of(result)[:3] == [(2, "field_count"), (3, "field_count"), (4, "field_count")]
    assert "43 fields instead of 44" in result.issues[0].message
    assert "45 fields instead of 44" in result.issues[1].message


def test_blank_lines_are_no_rows(imports: Imports, path: Path, good: bytes) -> None:
    lines = good.replace(b"\n0000", b"\n\n0000") + b"\n\n  \n"
    result = imports.run(raw(path, lines))
    assert (result.imported, result.rejected, result.rows) == (5, 0, 5)


def test_only_carriage_returns(imports: Imports, path: Path) -> None:
    plain = [sale(n, {"Special references": ""}) for n in range(1, 4)]
    assert imports.run(write_rows(path, plain, line_end="\r")).imported == 3


def test_a_folder(imports: Imports, tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    refused(imports, tmp_path / "folder.csv", "cannot be opened")


def test_a_file_that_is_not_there(imports: Imports, path: Path) -> None:
    refused(imports, path, "cannot be opened (No such file")


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(imports: Imports, path: Path, good: bytes) -> None:
    raw(path, good).chmod(0)
    refused(imports, path, "cannot be opened (Permission denied")


def test_a_read_error(
    imports: Imports, path: Path, good: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root may read everything, so the refusal is made up here."""
    raw(path, good)

    def refuse(*_arguments: object, **_options: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", refuse)
        with pytest.raises(FileImportError, match=r"Bericht Mai\.csv: cannot be opened"):
            imports.run(path)


@pytest.mark.parametrize(
    "column", ["Order Number", "Sale Date", "Item", "Listing Price", "Listing Price Currency"]
)
def test_a_column_that_is_missing_is_named(imports: Imports, path: Path, column: str) -> None:
    place = HEADER.index(column)
    rows = [row[:place] + row[place + 1 :] for row in [HEADER, *ROWS]]
    refused(imports, write_rows(path, rows[1:], header=rows[0]), f"also needs {column}")


def test_columns_that_nobody_needs_may_be_missing_or_new(imports: Imports, path: Path) -> None:
    drop = {HEADER.index("Seller Name"), HEADER.index("VAT Rate"), HEADER.index("Seller Fee")}
    rows = [
        ["extra", *(cell for place, cell in enumerate(row) if place not in drop)]
        for row in [HEADER, *ROWS]
    ]
    result = imports.run(write_rows(path, rows[1:], header=rows[0]))
    assert (result.imported, result.issues) == (5, [])
    assert result.totals["EUR"].residual == -35
    assert imports.cells(result.batch_id or 0, 1)["extra"] == "extra"


def mixed(names: list[str]) -> list[str]:
    return [name.upper().replace(" ", "  ") for name in names]


def snake(names: list[str]) -> list[str]:
    return [f" {name.lower().replace(' ', '_')} " for name in names]


def unchanged(names: list[str]) -> list[str]:
    return names


@pytest.mark.parametrize("spell", [unchanged, mixed, snake])
def test_columns_in_another_order_and_spelling(
    imports: Imports, path: Path, spell: Callable[[list[str]], list[str]]
) -> None:
    order = list(range(len(HEADER)))
    random.Random(4).shuffle(order)  # noqa: S311
    header, *rows = ([row[place] for place in order] for row in [spell(HEADER), *ROWS])
    result = imports.run(write_rows(path, rows, header=header))
    assert (result.imported, result.issues) == (5, [])
    assert imports.unbalanced() == []
    sums = CurrencyTotals(Decimal(500), Decimal(-75), Decimal(425), Decimal(0))
    assert result.totals == {"EUR": sums}


@pytest.mark.skipif(sys.platform != "linux", reason="only there file names are bytes")
def test_a_file_name_that_is_no_text(imports: Imports, tmp_path: Path, good: bytes) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/M\xe4rz.csv"))
    path.write_bytes(good)
    assert imports.run(path).imported == 5


def test_a_semicolon_table_goes_in(imports: Imports, path: Path, good: bytes) -> None:
    assert imports.run(raw(path, good.replace(b",", b";"))).imported == 5


def test_after_a_bad_file_a_good_one_goes_in(imports: Imports, path: Path, good: bytes) -> None:
    refused(imports, raw(path, b""), "empty")
    refused(imports, write_rows(path, []), "no row below")
    assert imports.run(raw(path, good)).imported == 5


@pytest.mark.skipif(sys.platform != "linux", reason="only there /proc lists open files")
def test_a_refused_file_is_not_held_open(imports: Imports, path: Path) -> None:
    """Windows would not let the user delete or replace it."""
    gc.disable()
    try:
        refused(imports, raw(path, b"id,name\n1,Dunk\n"), "not recognised")
        links = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
        assert path not in [link.readlink() for link in links]
    finally:
        gc.enable()
