"""One look at all values of a file."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from soleflip_desktop.connectors.files import scan as scan_module
from soleflip_desktop.connectors.files.records import read_blocks
from soleflip_desktop.connectors.files.scan import scan_file
from soleflip_desktop.domain.cancellation import CancelledWork, CancelToken
from soleflip_desktop.domain.errors import FileImportError
from soleflip_desktop.domain.import_fields import Target
from soleflip_desktop.domain.import_plan import (
    DateOrder,
    Dialect,
    Identity,
    ImportMode,
    ImportPlan,
    MappedColumn,
    NumberStyle,
)
from soleflip_desktop.domain.import_sketch import WORD_LIMIT, FileScan

HEADER = ("Nr", "Preis", "Verkauft am", "Lieferant", "Status")
COLUMNS = (
    MappedColumn("external_id", 0),
    MappedColumn("gross", 1),
    MappedColumn("sold_at", 2),
    MappedColumn("supplier", 3),
    MappedColumn("item_status", 4),
)


def plan_of(
    columns: tuple[MappedColumn, ...] = COLUMNS, *, delimiter: str = ";", header_row: int = 0
) -> ImportPlan:
    return ImportPlan(
        profile="own",
        title="Own",
        target=Target.SALES,
        dialect=Dialect(delimiter=delimiter, header_row=header_row),
        header=HEADER,
        columns=columns,
        identity=Identity.NUMBER,
        mode=ImportMode.BOTH,
    )


def rows(count: int) -> list[list[str]]:
    return [
        [
            f"{number:06}",
            f"{number % 90 + 10},{number % 100:02}",
            f"{number % 28 + 1:02}/{number % 12 + 1:02}/2024 {number % 24:02}:{number % 60:02}",
            f"Shop {number % 3}",
            "Weg" if number % 4 else "N/A",
        ]
        for number in range(count)
    ]


def write(path: Path, table: list[list[str]], *, before: str = "", delimiter: str = ";") -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(before)
        csv.writer(file, delimiter=delimiter, lineterminator="\n").writerows([HEADER, *table])
    return path


def scan(path: Path, plan: ImportPlan | None = None) -> FileScan:
    return scan_file(path, plan or plan_of(), CancelToken())


@pytest.mark.parametrize("size", [300, 1 << 20])
def test_all_values_are_seen_in_blocks_of_any_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(
        scan_module,
        "read_blocks",
        lambda stream, name, delimiter: read_blocks(stream, name, delimiter, size),
    )
    found = scan(write(tmp_path / "f.csv", rows(1000)))
    assert found.rows == 1000
    gross, sold = found.evidence["gross"], found.evidence["sold_at"]
    assert (gross.header, gross.values, gross.number) == ("Preis", 1000, NumberStyle.COMMA)
    assert gross.fits == {"point": 0, "comma": 1000}
    assert (sold.values, sold.dates, sold.ambiguous) == (1000, DateOrder.DMY, False)
    assert sold.fits["dmy"] == 1000
    assert found.words["supplier"] == (("Shop 0", 334), ("Shop 1", 333), ("Shop 2", 333))
    assert found.words["item_status"] == (("Weg", 750),)
    assert set(found.evidence) == {"gross", "sold_at"}


def test_a_style_that_is_fixed_is_not_looked_for(tmp_path: Path) -> None:
    columns = (
        MappedColumn("gross", 1, number=NumberStyle.COMMA),
        MappedColumn("sold_at", 2, dates=DateOrder.DMY),
        MappedColumn("supplier", None, constant="Shop"),
    )
    found = scan(write(tmp_path / "f.csv", rows(5)), plan_of(columns))
    assert (found.rows, found.evidence, found.words) == (5, {}, {})


def test_one_column_may_fill_two_fields(tmp_path: Path) -> None:
    columns = (MappedColumn("gross", 1), MappedColumn("payout", 1))
    found = scan(write(tmp_path / "f.csv", rows(5)), plan_of(columns))
    assert [e.values for e in found.evidence.values()] == [5, 5]


def test_lines_above_the_header_and_ragged_or_blank_ones_say_nothing(tmp_path: Path) -> None:
    path = write(tmp_path / "f.csv", rows(20), before="Report;x\n\nSeller;1,5;2;3;4\n")
    with path.open("a", encoding="utf-8") as file:
        file.write("\n20 records\n;1.50\n")
    found = scan(path, plan_of(header_row=3))
    assert found.rows == 22
    assert found.evidence["gross"].fits == {"point": 0, "comma": 20}


def test_misplaced_quotes_hide_only_their_row(tmp_path: Path) -> None:
    path = write(tmp_path / "f.csv", rows(10))
    with path.open("a", encoding="utf-8") as file:
        file.write('1;9,5;"01/01/2024" ";x;Weg"\n2;9,5;01/01/2024;Shop 2;Weg\n')
        file.write('3;9,5;01/01/2024;"A" and "B";Weg\n')
    found = scan(path)
    assert found.rows == 13
    assert found.evidence["gross"].fits["comma"] == 12
    assert found.evidence["sold_at"].fits["dmy"] == 12


def test_words_are_the_most_frequent_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_module, "_WORDS_COUNTED", 4 * WORD_LIMIT)
    table = rows(6 * WORD_LIMIT)
    for number, row in enumerate(table):
        row[3] = f"Shop {number}" if number % 10 else "Often"
    words = scan(write(tmp_path / "f.csv", table)).words["supplier"]
    assert len(words) == WORD_LIMIT
    assert words[0] == ("Often", len(table) // 10)


def test_cleared_cells_and_placeholders_are_not_words(tmp_path: Path) -> None:
    table = rows(3)
    table[0][3], table[1][3], table[2][3] = "<empty>", " - ", " Shop "
    assert scan(write(tmp_path / "f.csv", table)).words["supplier"] == (("Shop", 1),)


def test_a_scan_tells_how_far_it_is_and_can_be_cancelled(tmp_path: Path) -> None:
    path = write(tmp_path / "f.csv", rows(100))
    reports: list[tuple[int, int]] = []
    token = CancelToken()
    scan_file(path, plan_of(), token, lambda done, total: reports.append((done, total)))
    size = path.stat().st_size
    assert reports[-1] == (size, size)
    token.cancel()
    with pytest.raises(CancelledWork):
        scan_file(path, plan_of(), token)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileImportError, match=r"no\.csv"):
        scan(tmp_path / "no.csv")
