"""The 2019 contest table: no order numbers, equal rows that are different sales, CSV and XLSX."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from helpers.import_runs import Imports
from helpers.stockx_report import sale, write_rows
from helpers.xlsx import write_xlsx
from soleflip_desktop.domain.errors import FileImportError

pytestmark = pytest.mark.db

HEADER = (
    "Order Date",
    "Brand",
    "Sneaker Name",
    "Sale Price",
    "Retail Price",
    "Release Date",
    "Shoe Size",
    "Buyer Region",
)
BELUGA = "Adidas-Yeezy-Boost-350-Low-V2-Beluga"
AIR = "Nike-Air-Presto-Off-White"
Sale = tuple[date, str, str, float, int, date, float, str]
SALES: Sequence[Sale] = [
    (date(2017, 9, 1), " Yeezy", BELUGA, 1097, 220, date(2016, 9, 24), 11, "California"),
    (date(2017, 9, 1), " Yeezy", BELUGA, 1097, 220, date(2016, 9, 24), 11, "California"),
    (date(2017, 9, 1), " Yeezy", BELUGA, 1097, 220, date(2016, 9, 24), 11.5, "California"),
    (date(2018, 12, 31), "Off-White", AIR, 685.5, 160, date(2017, 9, 9), 9, "New York"),
    (date(2018, 12, 31), "Off-White", AIR, 217.70849999999999, 160, date(2017, 9, 9), 9, "Guam"),
    (date(2019, 2, 13), "Off-White", AIR, 1097, 160, date(2017, 9, 9), 9.5, "District of Columbia"),
    (date(2017, 9, 1), " Yeezy", BELUGA, 1097, 220, date(2016, 9, 24), 11, "California"),
]
GROSS = Decimal(1097) * 5 + Decimal("685.50") + Decimal("217.71")
ORDERS = 'transactions."order"'


def us_date(day: date) -> str:
    return f"{day.month}/{day.day}/{day:%y}"


def dollars(amount: float) -> str:
    """As Excel writes the column into CSV: whole amounts without decimals, with separators."""
    rounded = Decimal(amount).quantize(Decimal("0.01"))
    return f"${rounded:,}".removesuffix(".00")


def as_text(sale: Sale) -> list[str]:
    day, label, name, price, retail, released, size, region = sale
    first = (us_date(day), label, name, dollars(price))
    return [*first, f"${retail}", us_date(released), f"{size:g}", region]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return write_rows(tmp_path / "contest.csv", map(as_text, SALES), header=HEADER)


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    return write_xlsx(tmp_path / "contest.xlsx", [HEADER, *SALES])


def test_equal_rows_are_different_sales(imports: Imports, table: Path) -> None:
    result = imports.run(table)
    assert (result.format, result.rows, result.imported, result.duplicates, result.rejected) == (
        "contest-2019",
        7,
        7,
        0,
        0,
    )
    assert result.totals["USD"].gross == GROSS
    assert not result.totals["USD"].charges
    assert not result.totals["USD"].payout
    assert imports.rows(
        "SELECT count(*), count(DISTINCT content_key), count(external_id), sum(gross_amount), "
        f"count(DISTINCT item_id), max(sold_at) FROM {ORDERS}"
    ) == [(7, 7, 0, GROSS, 7, datetime(2019, 2, 13, tzinfo=UTC))]
    assert imports.value("SELECT count(*) FROM transactions.transaction") == 0


def test_again_they_are_duplicates(imports: Imports, table: Path) -> None:
    imports.run(table)
    again = imports.run(table)
    assert (again.imported, again.duplicates) == (0, 7)
    assert imports.value(f"SELECT count(*) FROM {ORDERS}") == 7


@pytest.mark.parametrize("csv_first", [True, False])
def test_the_workbook_holds_the_same_sales_as_its_csv(
    imports: Imports, table: Path, workbook: Path, *, csv_first: bool
) -> None:
    first, second = (table, workbook) if csv_first else (workbook, table)
    assert imports.run(first).imported == 7
    again = imports.run(second)
    assert (again.rows, again.imported, again.duplicates) == (7, 0, 7)
    assert imports.rows(f"SELECT count(*), sum(gross_amount) FROM {ORDERS}") == [(7, GROSS)]


def test_one_more_equal_row_is_one_more_sale(imports: Imports, table: Path, tmp_path: Path) -> None:
    imports.run(table)
    more = [SALES[0], *SALES[::-1]]
    longer = write_rows(tmp_path / "longer.csv", map(as_text, more), header=HEADER)
    result = imports.run(longer)
    assert (result.imported, result.duplicates) == (1, 7)


def test_cells_of_a_workbook_are_typed(imports: Imports, workbook: Path) -> None:
    result = imports.run(workbook)
    assert imports.rows(
        f"SELECT sold_at, gross_amount, buyer_country, buyer_region FROM {ORDERS} ORDER BY id"
    )[4] == (datetime(2018, 12, 31, tzinfo=UTC), Decimal("217.71"), *region("GU"))
    cells = imports.cells(result.batch_id or 0, 5)
    assert cells["Sale Price"] == "217.7085"
    assert cells["Order Date"] == "2018-12-31"


def region(code: str) -> tuple[str | None, str]:
    return ("US", f"US-{code}") if len(code) == 2 else (None, code)


def test_regions_are_states(imports: Imports, table: Path) -> None:
    imports.run(table)
    found = imports.rows(f"SELECT DISTINCT buyer_country, buyer_region FROM {ORDERS}")
    assert {("US", "US-CA"), ("US", "US-NY"), ("US", "US-DC")} <= set(found)


@pytest.mark.parametrize(
    ("price", "cents"),
    [
        (100, "100.00"),
        (0.125, "0.13"),
        (2.675, "2.68"),
        (1.005, "1.00"),
        (217.70849999999999, "217.71"),
        (99.994999, "99.99"),
        (1234.5, "1234.50"),
        (0.1 + 0.2, "0.30"),
    ],
)
def test_long_decimals_are_rounded_half_up_from_the_exact_cell(
    imports: Imports, tmp_path: Path, price: float, cents: str
) -> None:
    """The exact binary value of 2.675 lies above or below: what Excel's own CSV shows decides."""
    row = (*SALES[0][:3], price, *SALES[0][4:])
    imports.run(write_xlsx(tmp_path / "one.xlsx", [HEADER, row]))
    expected = Decimal(price).quantize(Decimal("0.01"), "ROUND_HALF_UP")
    assert imports.value(f"SELECT gross_amount FROM {ORDERS}") == expected
    assert abs(expected - Decimal(cents)) <= Decimal("0.01")


def test_brands_come_from_the_names_and_not_from_the_label(imports: Imports, table: Path) -> None:
    imports.run(table)
    brands = dict(
        imports.rows(
            "SELECT p.name, b.name FROM catalog.product p LEFT JOIN catalog.brand b "
            "ON b.id = p.brand_id"
        )
    )
    assert brands == {BELUGA: "adidas", AIR: "Nike"}
    assert imports.rows(
        "SELECT release_date, retail_price, retail_currency FROM catalog.product WHERE name = :n",
        n=BELUGA,
    ) == [(date(2016, 9, 24), Decimal(220), "USD")]
    sizes = imports.rows("SELECT system, value FROM catalog.size ORDER BY sort_key")
    assert sizes == [("us_m", "9"), ("us_m", "9.5"), ("us_m", "11"), ("us_m", "11.5")]


@pytest.mark.parametrize(
    ("place", "text", "code"),
    [
        (0, "13/1/17", "bad_date"),
        (0, "2/30/17", "bad_date"),
        (0, "", "missing"),
        (0, "0000-01-01", "bad_date"),
        (3, "1.097,00", "bad_amount"),
        (3, "$1,09", "bad_amount"),
        (3, "$-", "bad_amount"),
        (3, "-$5", "negative_price"),
        (3, "$-5", "bad_amount"),
        (3, "1,09", "bad_amount"),
        (3, "$1,0977", "bad_amount"),
        (3, "$", "bad_amount"),
        (3, "", "missing"),
        (2, " ", "missing"),
        (5, "soon", "bad_date"),
    ],
)
def test_a_bad_cell_rejects_its_row(
    imports: Imports, tmp_path: Path, place: int, text: str, code: str
) -> None:
    bad = as_text(SALES[0])
    bad[place] = text
    path = write_rows(tmp_path / "c.csv", [bad, as_text(SALES[1])], header=HEADER)
    result = imports.run(path)
    assert (result.imported, result.rejected) == (1, 1)
    assert {issue.code for issue in result.issues} == {code}
    assert {(issue.row, issue.column, issue.value) for issue in result.issues} == {
        (1, HEADER[place], text)
    }


def test_the_wrong_format_by_name_is_refused(imports: Imports, table: Path, tmp_path: Path) -> None:
    with pytest.raises(FileImportError, match=r"contest\.csv: .*needs the column Order Number"):
        imports.run(table, profile="stockx-sales")
    report = write_rows(tmp_path / "report.csv", [sale(1)])
    with pytest.raises(FileImportError, match=r"report\.csv: .*needs the column Order Date"):
        imports.run(report, profile="contest-2019")
    assert imports.run(table, profile="contest-2019").imported == 7


def test_an_empty_workbook_and_a_broken_one_are_told(imports: Imports, tmp_path: Path) -> None:
    with pytest.raises(FileImportError, match=r"empty\.xlsx: the spreadsheet has no rows"):
        imports.run(write_xlsx(tmp_path / "empty.xlsx", []))
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 and then nothing")
    with pytest.raises(FileImportError, match=r"broken\.xlsx: not a readable spreadsheet"):
        imports.run(broken)
    assert imports.value("SELECT count(*) FROM integration.import_batch") == 0


# --- the real table ------------------------------------------------------------------------

SHARED = Path(__file__).parents[3] / "shared" / "data"
real = pytest.mark.skipif(
    not (SHARED / "stockx-2019-sales.csv").exists(), reason=f"the contest table is not in {SHARED}"
)


@real
@pytest.mark.shared
@pytest.mark.slow
def test_the_real_table_goes_in_once(imports: Imports) -> None:
    path = SHARED / "stockx-2019-sales.csv"
    result = imports.run(path)
    assert (result.rows, result.imported, result.duplicates) == (99_956, 99_956, 0)
    assert (result.rejected, result.issues) == (0, [])
    assert result.totals["USD"].gross == Decimal("44643823.50")
    assert imports.rows(
        "SELECT count(*), sum(o.gross_amount), sum(p.retail_price), "
        "count(DISTINCT o.buyer_region), min(o.sold_at)::date, max(o.sold_at)::date, "
        f"count(DISTINCT p.id), count(DISTINCT v.size_id) FROM {ORDERS} o "
        "JOIN catalog.product_variant v ON v.id = o.variant_id "
        "JOIN catalog.product p ON p.id = v.product_id"
    ) == [
        (
            99_956,
            Decimal("44643823.50"),
            Decimal("20852180.00"),
            51,
            date(2017, 9, 1),
            date(2019, 2, 13),
            50,
            26,
        )
    ]
    with path.open(encoding="utf-8", newline="") as file:
        written = list(csv.reader(file))
    for row in (1, 1000, 1001, 50_000, 99_956):
        assert list(imports.cells(result.batch_id or 0, row).values()) == written[row]
    again = imports.run(path)
    assert (again.imported, again.duplicates) == (0, 99_956)


@real
@pytest.mark.shared
@pytest.mark.slow
def test_the_real_workbook_goes_in_once_and_equals_the_csv(imports: Imports) -> None:
    result = imports.run(SHARED / "stockx-2019-sales.xlsx")
    assert (result.rows, result.imported, result.rejected) == (99_956, 99_956, 0)
    assert result.totals["USD"].gross == Decimal("44643823.50")
    again = imports.run(SHARED / "stockx-2019-sales.csv")
    assert (again.imported, again.duplicates) == (0, 99_956)
