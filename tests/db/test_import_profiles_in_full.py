"""Every shipped layout from its example to the database, and our own exports back again."""

from __future__ import annotations

import asyncio
import gzip
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from helpers.import_runs import Imports
from helpers.record_image import record_image
from helpers.stockx_report import Report, sale, write_rows
from helpers.xlsx import write_xlsx
from soleflip_desktop.connectors.files.profiles import builtin
from soleflip_desktop.connectors.files.templates import example_path, template_text
from soleflip_desktop.db.queries.export import TABLES
from soleflip_desktop.domain.errors import FileImportError
from soleflip_desktop.domain.import_fields import Target
from soleflip_desktop.domain.import_plan import DateOrder, ImportMode
from soleflip_desktop.services.system import SystemService

pytestmark = pytest.mark.db

EXAMPLES = sorted(example_path("stockx-sales").parent.iterdir())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_imports_as_it_is_and_only_once(imports: Imports, path: Path) -> None:
    result = imports.run(path)
    assert result.format == path.name.split(".")[0].removesuffix("-de")
    assert (result.rejected, result.conflicts, result.issues) == (0, 0, [])
    assert result.imported > 0
    if result.target in {Target.SALES, Target.ITEMS}:
        assert imports.unbalanced() == []
        assert imports.value("SELECT count(*) FROM inventory.item") >= result.imported
    again = imports.run(path)
    assert (again.imported, again.changed, again.rejected, again.conflicts) == (0, 0, 0, 0)
    assert again.duplicates + again.skipped == again.rows == result.rows


@pytest.mark.parametrize("key", sorted(builtin()))
def test_a_template_is_recognised_and_says_that_it_has_no_rows(
    imports: Imports, tmp_path: Path, key: str
) -> None:
    path = tmp_path / f"{key}.csv"
    path.write_text(template_text(builtin()[key]), encoding="utf-8-sig")
    with pytest.raises(FileImportError, match=r"no row below|has no rows|Choose one"):
        imports.run(path, profile=key, currency="EUR")


def charges(imports: Imports, number: str) -> dict[str, Decimal]:
    return dict(
        imports.rows(
            "SELECT kind, amount FROM transactions.transaction t JOIN transactions.order o "
            "ON o.id = t.order_id WHERE o.external_id LIKE :number || '%'",
            number=number,
        )
    )


@pytest.mark.parametrize("name", ["ebay-transactions.csv", "ebay-transactions-de.csv"])
def test_ebay_holds_and_payouts_are_no_sales_and_refunds_reach_their_order(
    imports: Imports, name: str
) -> None:
    path = example_path("ebay-transactions").parent / name
    result = imports.run(path)
    assert result.skipped > 0
    refunded = imports.rows(
        "SELECT o.external_id, o.payout_amount FROM transactions.order o "
        "JOIN transactions.transaction t ON t.order_id = o.id WHERE t.kind = 'refund'"
    )
    assert refunded
    assert all(charges(imports, number)["refund"] < 0 for number, _ in refunded)
    assert imports.unbalanced() == []


def test_a_refund_whose_sale_is_elsewhere_is_told(imports: Imports, tmp_path: Path) -> None:
    lines = example_path("ebay-transactions").read_text(encoding="utf-8-sig").splitlines()
    number = next(line.split(",")[3] for line in lines if line.split(",")[2:3] == ["Refund"])
    kept = [line for line in lines if number not in line or ",Refund," in line]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(kept) + "\n", encoding="utf-8-sig")
    result = imports.run(path)
    assert result.conflicts == 1
    assert number in result.issues[0].message
    assert "period that holds the sale" in result.issues[0].message


# -- our own exports ---------------------------------------------------------------------------


def filled(imports: Imports, tmp_path: Path) -> None:
    Report(300, products=80).write(tmp_path / "report.csv")
    imports.run(tmp_path / "report.csv")
    for key in ("reseller-sheet", "inventory-list", "purchases", "products", "suppliers"):
        imports.run(example_path(key))
    imports.run(example_path("ebay-transactions"))


@pytest.mark.parametrize("table", list(TABLES))
def test_an_export_comes_back_without_a_change(
    imports: Imports, tmp_path: Path, table: str
) -> None:
    filled(imports, tmp_path)
    before = record_image(imports)
    path = tmp_path / f"{table}.csv"
    asyncio.run(SystemService(imports.database).export(table, path))
    result = imports.run(path)
    assert result.rows > 0
    assert (result.imported, result.changed, result.rejected, result.conflicts) == (0, 0, 0, 0)
    assert result.duplicates == result.rows
    assert record_image(imports) == before


# -- one file, six ways ------------------------------------------------------------------------

UMLAUTS = {"Item": "Nike Dunk Größe", "Buyer Destination City": "Köln"}


def rows() -> list[list[str]]:
    plain = [
        sale(n, {"Seller Fee": "7.25", "Total Gross Amount (Total Payout)": "84.75"})
        for n in range(1, 40)
    ]
    return [*plain, sale(40, UMLAUTS)]


def comma(cell: str) -> str:
    number, dot, cents = cell.partition(".")
    return f"{number},{cents}" if dot and (number + cents).lstrip("-").isdigit() else cell


def number_cell(cell: str) -> Any:
    return float(cell) if cell.replace(".", "", 1).lstrip("-").isdigit() and "." in cell else cell


def saved(tmp_path: Path, way: str) -> Path:
    path = tmp_path / f"{way}.csv"
    plain = write_rows(tmp_path / "plain.csv", rows())
    text = plain.read_text(encoding="utf-8")
    if way == "xlsx":
        header, *data = list(_records(text))
        return write_xlsx(
            tmp_path / "a.xlsx", [header, *([number_cell(c) for c in row] for row in data)]
        )
    if way == "gz":
        path = tmp_path / "a.csv.gz"
        path.write_bytes(gzip.compress(text.encode()))
        return path
    if way == "german":
        german = [[comma(cell) for cell in row] for row in _records(text)]
        lines = (";".join(f'"{c.replace(chr(34), chr(34) * 2)}"' for c in row) for row in german)
        path.write_bytes("\r\n".join(lines).encode("cp1252"))
        return path
    path.write_text(text, encoding=way, newline="")
    return path


def _records(text: str) -> list[list[str]]:
    import csv  # noqa: PLC0415  (only here)
    import io  # noqa: PLC0415

    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("way", ["utf-8-sig", "utf-16", "german", "xlsx", "gz"])
def test_one_file_saved_in_many_ways_is_one_file(
    imports: Imports, tmp_path: Path, way: str
) -> None:
    first = imports.run(write_rows(tmp_path / "first.csv", rows()))
    assert first.imported == 40
    image = record_image(imports)
    again = imports.run(saved(tmp_path, way), mode=ImportMode.BOTH)
    assert (again.rows, again.imported, again.changed) == (40, 0, 0), again.issues[:3]
    assert again.duplicates == 40
    assert record_image(imports) == image


# -- any bytes ---------------------------------------------------------------------------------


def damaged(chance: random.Random, data: bytes) -> bytes:
    """Cut off, overwritten, doubled, or with a piece of another kind in it."""
    place = chance.randrange(len(data))
    piece = bytes(chance.randrange(256) for _ in range(chance.choice((1, 1, 2, 40))))
    ways = (
        data[:place],
        data[:place] + piece + data[place + len(piece) :],
        data[:place] + data[place // 2 :],
        data[:place]
        + chance.choice((b'"', b"\n", b"\r", b";", b"\0", b"\xff", b",,,"))
        + data[place:],
    )
    return chance.choice(ways)


@pytest.mark.parametrize("seed", range(4))
def test_damaged_files_leave_whole_rows_or_nothing(
    imports: Imports, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311  (no secret is made)
    refused = 0
    for number in range(15):
        example = chance.choice(EXAMPLES)
        path = tmp_path / f"{number}-{example.name}"
        path.write_bytes(damaged(chance, example.read_bytes()))
        before = record_image(imports)
        try:
            result = imports.run(path, currency="EUR", dates=DateOrder.DMY)
        except FileImportError:
            assert record_image(imports) == before
            refused += 1
        else:
            assert result.rows >= result.imported + result.rejected
        assert imports.unbalanced() == []
    assert refused
