"""StockX seller reports into the database, against a generator that knows what is in them."""

from __future__ import annotations

import csv
import re
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from helpers.import_runs import SCHEMAS, Imports, stockx_plan
from helpers.stockx_report import HEADER, LEGAL, SIZES, Oracle, Report, sale, write_rows
from soleflip_desktop.connectors.files import table
from soleflip_desktop.db.queries import (
    import_catalog,
    import_outcome,
    import_stage,
    import_units,
    integration,
    rebuild,
)
from soleflip_desktop.domain.cancellation import CancelToken
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.integration import (
    BatchStatus,
    CurrencyTotals,
    ImportPhase,
    ImportProgress,
    ImportResult,
    RecordState,
)
from soleflip_desktop.domain.sizes import SizeSystem, parse_size
from soleflip_desktop.domain.transactions import ChargeKind, residual_kind

pytestmark = pytest.mark.db

ORDERS = 'transactions."order"'
LINES = (
    "SELECT kind, amount, source FROM transactions.transaction t "
    f"JOIN {ORDERS} o ON o.id = t.order_id WHERE o.external_id = :order ORDER BY position"
)
SOLD_AT = f"SELECT sold_at FROM {ORDERS}"
PAYOUT = "Total Gross Amount (Total Payout)"
D = Decimal


def number(order: int) -> str:
    return f"{order:08d}-{order:08d}"


def check(imports: Imports, result: ImportResult, oracle: Oracle) -> None:
    """Counts, rejections and sums are those of the oracle, in the result and in the database."""
    assert result.status is BatchStatus.COMPLETED
    assert (result.rows, result.imported, result.duplicates, result.rejected) == (
        oracle.rows,
        oracle.imported,
        oracle.duplicates,
        len(oracle.rejected),
    )
    assert {issue.row: issue.code for issue in result.issues} == oracle.rejected
    sums = CurrencyTotals(oracle.gross, oracle.charges, oracle.payout, oracle.residual)
    assert result.totals == {"EUR": sums}
    assert imports.rows(
        f"SELECT count(*), sum(gross_amount), sum(payout_amount) FROM {ORDERS} "
        "WHERE import_batch_id = :batch",
        batch=result.batch_id,
    ) == [(oracle.imported, oracle.gross, oracle.payout)]
    kinds = dict(
        imports.rows("SELECT source, sum(amount) FROM transactions.transaction GROUP BY source")
    )
    assert kinds == {"itemised": oracle.charges, "derived": oracle.residual}
    assert imports.value("SELECT count(*) FROM transactions.transaction") == oracle.charge_lines
    assert imports.value(
        "SELECT count(*) FROM transactions.transaction WHERE kind = 'unitemised'"
    ) == (oracle.unitemised)
    assert imports.unbalanced() == []


def kept(imports: Imports, batch_id: int | None) -> ImportResult:
    assert batch_id is not None
    with imports.database.session(read_only=True) as session:
        result = integration.result(session, batch_id)
    assert result is not None
    return result


def test_a_generated_report_goes_in_as_its_generator_says(imports: Imports, tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    oracle = Report(1_500, seed=7, products=300, bad_pct=3, duplicate_pct=2).write(path)
    assert len(set(oracle.rejected.values())) == 4
    assert oracle.duplicates > 10
    assert oracle.unitemised > 100
    result = imports.run(path)
    check(imports, result, oracle)
    remarked = Counter(remark.code for remark in result.remarks)
    assert remarked["unitemised_charge"] == oracle.unitemised
    assert result.warnings == remarked.total()
    stored = kept(imports, result.batch_id)
    assert stored.issues == result.issues
    assert {**asdict(stored), "seconds": 0, "remarks": 0, "issues": 0} == {
        **asdict(result),
        "seconds": 0,
        "remarks": 0,
        "issues": 0,
    }
    assert sorted(map(str, stored.remarks)) == sorted(map(str, result.remarks))


def test_every_row_is_there_exactly_as_the_file_has_it(imports: Imports, tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    Report(2_500, seed=3, products=50, bad_pct=2).write(path)
    result = imports.run(path)
    assert result.batch_id is not None
    with path.open(encoding="utf-8", newline="") as file:
        written = list(csv.reader(file))[1:]
    for row in (*range(1, 40), 999, 1000, 1001, 1002, 2000, 2001, 2499, 2500):
        with imports.database.session(read_only=True) as session:
            cells = integration.raw_cells(session, result.batch_id, row)
        assert [value for _, value in cells] == written[row - 1][: len(HEADER)]
    with imports.database.session(read_only=True) as session:
        header, rejected = integration.rejected_rows(session, result.batch_id)
        assert integration.raw_cells(session, result.batch_id, 0) == []
        assert integration.raw_cells(session, result.batch_id, 2501) == []
    assert header == HEADER
    assert len(rejected) == result.rejected
    assert all(reason for _, reason in rejected)


def test_orders_and_units_name_their_row(imports: Imports, tmp_path: Path) -> None:
    path = write_rows(tmp_path / "r.csv", [sale(n) for n in (5, 6, 7)])
    batch = imports.run(path).batch_id
    assert imports.rows(
        "SELECT o.external_id, o.import_row, i.import_row, i.status, o.status, o.import_batch_id, "
        f"i.import_batch_id FROM {ORDERS} o JOIN inventory.item i ON i.id = o.item_id "
        "ORDER BY o.id"
    ) == [
        (number(n), row, row, "completed", "completed", batch, batch)
        for row, n in enumerate((5, 6, 7), 1)
    ]


# --- charges -------------------------------------------------------------------------------


def import_sale(imports: Imports, tmp_path: Path, **changes: str) -> ImportResult:
    """One row; underscores in the names of changes stand for blanks."""
    row = sale(1, {name.replace("_", " "): value for name, value in changes.items()})
    return imports.run(write_rows(tmp_path / "one.csv", [row]))


def test_fees_become_signed_lines(imports: Imports, tmp_path: Path) -> None:
    import_sale(imports, tmp_path)
    assert imports.rows(LINES, order=number(1)) == [
        ("seller_fee", D("-7.00"), "itemised"),
        ("payment_processing", D("-3.00"), "itemised"),
        ("shipping", D("-5.00"), "itemised"),
    ]


@pytest.mark.parametrize("blank", ["", " ", "N/A", "n/a", "-", "null", "nan", " N/A "])
def test_a_blank_fee_is_no_line_and_zero_is_one(
    imports: Imports, tmp_path: Path, blank: str
) -> None:
    changes = {PAYOUT: "97.00", "Total Invoice Amount": "97.00"}
    result = import_sale(
        imports, tmp_path, Seller_Fee=blank, Seller_Fee_Currency="N/A", Shipping_Fee="0", **changes
    )
    assert (result.imported, result.warnings, result.issues) == (1, 0, [])
    assert imports.rows(LINES, order=number(1)) == [
        ("payment_processing", D("-3.00"), "itemised"),
        ("shipping", D("0.00"), "itemised"),
    ]


def test_negative_shipping_adds_to_the_payout(imports: Imports, tmp_path: Path) -> None:
    import_sale(imports, tmp_path, Shipping_Fee="-0.07", **{PAYOUT: "90.07"})
    assert imports.rows(LINES, order=number(1))[2] == ("shipping", D("0.07"), "itemised")
    assert imports.unbalanced() == []


def test_vat_is_a_line_that_adds(imports: Imports, tmp_path: Path) -> None:
    changes = {"Total VAT Amount": "1.50", "Total VAT Amount Currency": "EUR", PAYOUT: "86.50"}
    import_sale(imports, tmp_path, **changes)
    assert imports.rows(LINES, order=number(1))[3:] == [("tax", D("1.50"), "itemised")]
    assert imports.unbalanced() == []


@pytest.mark.parametrize(
    ("payout", "kind"),
    [
        ("85.01", "rounding"),
        ("84.99", "rounding"),
        ("85.02", "unitemised"),
        ("77.00", "unitemised"),
        ("-3.5", "unitemised"),
    ],
)
def test_the_payout_is_the_truth_and_the_rest_is_named(
    imports: Imports, tmp_path: Path, payout: str, kind: str
) -> None:
    result = import_sale(imports, tmp_path, **{PAYOUT: payout, "Total Invoice Amount": payout})
    rest = D(payout) - 85
    assert imports.rows(LINES, order=number(1))[3:] == [(kind, rest, "derived")]
    assert residual_kind(rest) is ChargeKind(kind)
    assert imports.unbalanced() == []
    assert result.totals["EUR"].residual == rest
    assert [remark.code for remark in result.remarks] == (
        ["unitemised_charge"] if kind == "unitemised" else []
    )
    assert result.warnings == len(result.remarks)


def test_without_a_payout_nothing_is_derived(imports: Imports, tmp_path: Path) -> None:
    result = import_sale(imports, tmp_path, **{PAYOUT: ""})
    assert (result.imported, result.warnings) == (1, 0)
    assert len(imports.rows(LINES, order=number(1))) == 3
    assert imports.rows(f"SELECT payout_amount, payout_currency FROM {ORDERS}") == [(None, None)]
    assert result.totals["EUR"].payout == 0


def test_two_currencies_are_two_totals_and_never_one(imports: Imports, tmp_path: Path) -> None:
    dollars = {name: "USD" for name in HEADER if name.endswith("Currency")}
    mixed = {"Shipping Fee Currency": "USD"}
    rows = [sale(1), sale(2, dollars), sale(3, mixed), sale(4, {"Listing Price Currency": "Taler"})]
    result = imports.run(write_rows(tmp_path / "r.csv", rows))
    assert {code: sums.gross for code, sums in result.totals.items()} == {
        "EUR": D(100),
        "USD": D(100),
    }
    assert [(i.row, i.column, i.value, i.code) for i in result.issues][:1] == [
        (3, "Shipping Fee Currency", "USD", "mixed_currencies")
    ]
    assert {issue.row for issue in result.issues} == {3, 4}
    assert ("Listing Price Currency", "bad_currency") in {(i.column, i.code) for i in result.issues}


# --- transfers -----------------------------------------------------------------------------


def transfer(total: str, *orders: int) -> list[list[str]]:
    same = {"Provider Transaction ID": "T1", "Total Invoice Amount": total}
    return [sale(n, same) for n in orders]


def test_orders_of_one_transfer_share_one_payout(imports: Imports, tmp_path: Path) -> None:
    rows = [*transfer("170.00", 1, 2), sale(3)]
    result = imports.run(write_rows(tmp_path / "r.csv", rows))
    assert result.remarks == []
    assert imports.rows(
        "SELECT p.external_id, p.amount, p.currency, p.paid_at, count(*), sum(o.payout_amount) "
        f"FROM transactions.payout p JOIN {ORDERS} o ON o.payout_id = p.id GROUP BY p.id "
        "ORDER BY p.external_id"
    ) == [
        ("T1", D("170.00"), "EUR", datetime(2024, 6, 4, 10, tzinfo=UTC), 2, D("170.00")),
        ("transfer-3", D("85.00"), "EUR", datetime(2024, 6, 4, 10, tzinfo=UTC), 1, D("85.00")),
    ]


def test_a_transfer_that_does_not_add_up_is_remarked(imports: Imports, tmp_path: Path) -> None:
    result = imports.run(write_rows(tmp_path / "r.csv", transfer("171.50", 1, 2)))
    assert (result.imported, result.warnings) == (2, 1)
    (remark,) = result.remarks
    assert (remark.code, remark.row, remark.column, remark.value) == (
        "payout_total",
        1,
        "Total Invoice Amount",
        "171.50",
    )
    assert "171.50" in remark.message
    assert "170.00" in remark.message


def test_a_transfer_may_go_on_in_the_next_file(imports: Imports, tmp_path: Path) -> None:
    imports.run(write_rows(tmp_path / "a.csv", transfer("170.00", 1)))
    result = imports.run(write_rows(tmp_path / "b.csv", transfer("170.00", 1, 2)))
    assert (result.imported, result.duplicates) == (1, 1)
    assert imports.rows(f"SELECT count(DISTINCT payout_id), sum(payout_amount) FROM {ORDERS}") == [
        (1, D("170.00"))
    ]
    assert imports.value("SELECT count(*) FROM transactions.payout") == 1


# --- the same again ------------------------------------------------------------------------

GROWING = ("integration.import_batch", "integration.import_chunk", "system.event_store")


def without_history(counts: dict[str, int]) -> dict[str, int]:
    """Table sizes but for what tells of the import itself."""
    history = (*GROWING, "integration.import_record", "system.change_log")
    return {name: count for name, count in counts.items() if name not in history}


def test_the_same_file_again_adds_nothing(imports: Imports, tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    oracle = Report(400, seed=11, products=40, bad_pct=2).write(path)
    imports.run(path)
    before = without_history(imports.counts())
    again = imports.run(path)
    assert (again.rows, again.imported, again.rejected) == (400, 0, len(oracle.rejected))
    assert again.duplicates == oracle.imported + oracle.duplicates
    assert again.totals == {}
    assert [(remark.row, remark.code) for remark in again.remarks] == [(0, "imported_before")]
    assert without_history(imports.counts()) == before
    renamed = path.rename(tmp_path / "renamed.csv")
    assert imports.run(renamed).imported == 0


def test_an_extended_file_adds_only_what_is_new(imports: Imports, tmp_path: Path) -> None:
    imports.run(write_rows(tmp_path / "may.csv", [sale(n) for n in range(1, 31)]))
    result = imports.run(write_rows(tmp_path / "june.csv", [sale(n) for n in range(50, 0, -1)]))
    assert (result.rows, result.imported, result.duplicates) == (50, 20, 30)
    assert result.totals["EUR"].gross == 2_000
    assert imports.value(f"SELECT count(*) FROM {ORDERS}") == 50
    assert imports.value("SELECT count(*) FROM catalog.product") == 1
    assert imports.value("SELECT count(*) FROM inventory.item") == 50


def test_a_stored_order_with_other_figures_is_kept_and_remarked(
    imports: Imports, tmp_path: Path
) -> None:
    imports.run(write_rows(tmp_path / "first.csv", [sale(1), sale(2)]))
    changed = sale(2, {"Listing Price": "101", "Total Gross Amount (Total Payout)": "86"})
    result = imports.run(write_rows(tmp_path / "second.csv", [sale(1), changed]))
    assert (result.imported, result.duplicates, result.warnings) == (0, 2, 1)
    assert [(remark.row, remark.code) for remark in result.remarks] == [(2, "differs_from_stored")]
    assert imports.value(f"SELECT sum(gross_amount) FROM {ORDERS}") == 200


def test_an_order_that_stands_twice_goes_in_once(imports: Imports, tmp_path: Path) -> None:
    changed = {"Listing Price": "120", PAYOUT: "105.00"}
    rows = [sale(1), sale(2), sale(1), sale(2, changed), sale(1)]
    result = imports.run(write_rows(tmp_path / "r.csv", rows))
    assert (result.imported, result.duplicates, result.rejected) == (2, 2, 1)
    (issue,) = result.issues
    assert (issue.row, issue.column, issue.value, issue.code) == (
        4,
        "Order Number",
        number(2),
        "conflicting_duplicate",
    )
    assert imports.rows(f"SELECT gross_amount FROM {ORDERS} ORDER BY id") == [(100,), (100,)]
    with imports.database.session(read_only=True) as session:
        assert result.batch_id is not None
        _, rejected = integration.rejected_rows(session, result.batch_id)
    assert rejected[0][0] == rows[3]


def test_reports_are_told_apart_by_their_order_numbers_alone(
    imports: Imports, tmp_path: Path
) -> None:
    same = sale(1)
    same[HEADER.index("Order Number")] = number(9)
    result = imports.run(write_rows(tmp_path / "r.csv", [sale(1), same]))
    assert (result.imported, result.duplicates) == (2, 0)


# --- cells ---------------------------------------------------------------------------------


def test_a_line_break_inside_quotes_is_not_a_row(imports: Imports, tmp_path: Path) -> None:
    text = f'He said "no",\n{LEGAL}\r\nand, left'
    rows = [sale(1, {"Special references": text}), sale(2, {"Sku Name": "Panda\n"})]
    result = imports.run(write_rows(tmp_path / "r.csv", rows))
    assert (result.rows, result.imported) == (2, 2)
    assert imports.cells(result.batch_id or 0, 1)["Special references"] == text
    assert imports.cells(result.batch_id or 0, 2)["Sku Name"] == "Panda\n"


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_both_line_ends_and_a_missing_last_one_are_read(
    imports: Imports, tmp_path: Path, line_end: str
) -> None:
    path = write_rows(tmp_path / "r.csv", [sale(1), sale(2)], line_end=line_end)
    path.write_bytes(path.read_bytes().removesuffix(line_end.encode()))
    result = imports.run(path)
    assert (result.rows, result.imported, result.issues) == (2, 2, [])
    assert list(imports.cells(result.batch_id or 0, 2).values()) == sale(2)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2024-05-31 21:40:06 +00", "2024-05-31 21:40:06"),
        ("2024-05-31 21:40:06 +00:00", "2024-05-31 21:40:06"),
        ("2024-05-31 21:40:06+0000", "2024-05-31 21:40:06"),
        ("2024-05-31T21:40:06Z", "2024-05-31 21:40:06"),
        ("2024-05-31 21:40:06 UTC", "2024-05-31 21:40:06"),
        ("2024-05-31 21:40:06 -05:00", "2024-06-01 02:40:06"),
        ("2024-05-31 21:40:06-05", "2024-06-01 02:40:06"),
        ("2024-05-31 21:40:06 +05:30", "2024-05-31 16:10:06"),
        ("2024-02-29 23:59:59 -00:30", "2024-03-01 00:29:59"),
        ("  2024-05-31 21:40:06 +00 ", "2024-05-31 21:40:06"),
    ],
)
def test_times_are_read_with_their_offsets(
    imports: Imports, tmp_path: Path, text: str, utc: str
) -> None:
    import_sale(imports, tmp_path, Sale_Date=text)
    assert imports.value(SOLD_AT) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


#: column -> texts that make the row a rejected one with this code.
BAD_CELLS = {
    ("Sale Date", "bad_instant"): [
        "31.05.2024",
        "05/31/2024 21:40:06",
        "2024-02-30 10:00:00 +00",
        "2024-05-31 25:00:00 +00",
        "2024-05-31 21:40:06 +0",
        "2024-05-31 21:40:06 +00 ?",
        "Mai 2024",
        "0000-01-01 00:00:00 +00",
        "٢٠٢٤-05-31 21:40:06 +00",
    ],
    ("Payout date", "bad_instant"): ["soon"],
    ("Listing Price", "bad_amount"): [
        "12,50",
        "1e3",
        "100.123",
        "0x10",
        "12345678901",
        "Infinity",
        "١٠٠",
        ".5",
        "5.",
        "+5",
        "--5",
    ],
    ("Listing Price", "negative_price"): ["-5.00"],
    ("Listing Price", "missing"): ["", "N/A", " - "],
    ("Seller Fee", "bad_amount"): ["free", "7%"],
    ("Total Invoice Amount", "bad_amount"): ["many"],
    ("Listing Price Currency", "bad_currency"): ["Euro", "12"],
    ("Order Number", "missing"): ["", "N/A"],
    ("Item", "missing"): ["", "null"],
}


def test_a_bad_cell_rejects_its_row_and_no_other(imports: Imports, tmp_path: Path) -> None:
    cases = [(column, code, text) for (column, code), texts in BAD_CELLS.items() for text in texts]
    rows = [sale(n, {column: text}) for n, (column, _, text) in enumerate(cases, 1)]
    good = len(cases) + 1
    result = imports.run(write_rows(tmp_path / "r.csv", [*rows, sale(good)]))
    told = {(issue.row, issue.column, issue.code, issue.value) for issue in result.issues}
    missing = [
        case for row, case in enumerate(cases, 1) if (row, case[0], case[1], case[2]) not in told
    ]
    assert missing == []
    assert (result.imported, result.rejected) == (1, len(cases))
    assert all(issue.message.endswith((".", ")")) for issue in result.issues)
    assert imports.rows(f"SELECT external_id FROM {ORDERS}") == [(number(good),)]


@pytest.mark.parametrize("text", ["0001-01-01 00:00:00 +05", "9999-12-31 23:59:59 -05"])
def test_the_ends_of_time_never_break_the_import(
    imports: Imports, tmp_path: Path, text: str
) -> None:
    rows = [sale(1, {"Sale Date": text}), sale(2)]
    result = imports.run(write_rows(tmp_path / "r.csv", rows))
    assert result.imported + result.rejected == 2
    assert result.imported >= 1


@pytest.mark.parametrize("column", ["Item", "Style", "Order Number", "Provider Transaction ID"])
def test_a_cell_beyond_all_reason_never_breaks_the_import(
    imports: Imports, tmp_path: Path, column: str
) -> None:
    """An index of the database takes 2,704 bytes at most."""
    endless = "".join(chr(0x4E00 + n * 7919 % 20_000) for n in range(5_000))
    rows = [sale(1, {column: endless}), sale(2)]
    result = imports.run(write_rows(tmp_path / "r.csv", rows))
    assert result.imported >= 1
    assert result.imported + result.rejected == 2


def test_odd_texts_go_in_as_they_are(imports: Imports, tmp_path: Path) -> None:
    names = [
        "\\.",
        "\\N",
        'a "b" c',
        "x, y",
        "NULL ",
        "'; DROP TABLE x; --",
        "\t",
        "東京 ✓ 😀",
        "\\",
    ]
    rows = [sale(n, {"Item": f"Nike {name}"}) for n, name in enumerate(names, 1)]
    result = imports.run(write_rows(tmp_path / "r.csv", rows))
    assert (result.imported, result.issues) == (len(names), [])
    stored = imports.rows("SELECT name FROM catalog.product ORDER BY id")
    assert {name for (name,) in stored} == {" ".join(f"Nike {n}".split()) for n in names}


def test_countries_are_kept_by_code(imports: Imports, tmp_path: Path) -> None:
    countries = {
        "Ireland, Republic of": "IE",
        "China, Mainland": "CN",
        "N/A": None,
        "Atlantis": None,
    }
    rows = [
        sale(n, {"Buyer Destination Country": country}) for n, country in enumerate(countries, 1)
    ]
    imports.run(write_rows(tmp_path / "r.csv", rows))
    codes = [code for (code,) in imports.rows(f"SELECT buyer_country FROM {ORDERS} ORDER BY id")]
    assert codes == list(countries.values())


# --- products and sizes --------------------------------------------------------------------

SIZE_OF = (
    f"SELECT s.system, s.value, s.label FROM {ORDERS} o "
    "JOIN catalog.product_variant v ON v.id = o.variant_id "
    "JOIN catalog.size s ON s.id = v.size_id WHERE o.import_row = :row"
)


def test_all_88_sizes_go_in_as_the_size_rules_say(imports: Imports, tmp_path: Path) -> None:
    texts = list(SIZES)
    rows = [sale(n, {"Sku Size": size}) for n, size in enumerate(texts, 1)]
    result = imports.run(write_rows(tmp_path / "r.csv", rows))
    assert (result.imported, result.rejected) == (88, 0)
    for row, text in enumerate(texts, 1):
        size = parse_size(text, item_name="Nike Dunk Low Retro Panda", brand="Nike")
        assert imports.rows(SIZE_OF, row=row) == [(size.system, size.value, size.label)]
    assert imports.value("SELECT count(*) FROM catalog.size WHERE system = 'other'") == 0


def test_a_bare_43_is_european_and_two_sizes_are_one_of_each(
    imports: Imports, tmp_path: Path
) -> None:
    sizes = ["43", "12W / 10.5M", "34W/32L", "N/A"]
    rows = [sale(n, {"Sku Size": size}) for n, size in enumerate(sizes, 1)]
    imports.run(write_rows(tmp_path / "r.csv", rows))
    assert imports.rows(SIZE_OF, row=1)[0][:2] == ("eu", "43")
    assert imports.rows(SIZE_OF, row=2)[0][:2] == ("us_w", "12")
    assert imports.rows(SIZE_OF, row=3)[0][:2] == ("waist_length", "34x32")
    assert imports.rows(SIZE_OF, row=4)[0][:2] == ("none", "")
    both = parse_size("12W / 10.5M")
    assert [(s.system, s.value) for s in (both, *both.equivalent)] == [
        (SizeSystem.US_W, "12"),
        (SizeSystem.US_M, "10.5"),
    ]


PRODUCTS = (
    "SELECT p.name, b.name, c.name, p.style_code FROM catalog.product p "
    "JOIN catalog.category c ON c.id = p.category_id "
    "LEFT JOIN catalog.brand b ON b.id = p.brand_id ORDER BY p.name"
)


def test_lego_is_no_sneaker_and_no_brand_is_invented(imports: Imports, tmp_path: Path) -> None:
    items = {
        "LEGO Star Wars Millennium Falcon Set 75192": "75192",
        "Telfar Small Shopping Bag": "N/A",
        "Qwertz Zxcvb Nothing 1": "N/A",
        "adidas Samba OG": "B75806",
    }
    rows = [
        sale(n, {"Item": item, "Style": style, "Sku Size": "N/A"})
        for n, (item, style) in enumerate(items.items(), 1)
    ]
    imports.run(write_rows(tmp_path / "r.csv", rows))
    found = {
        name: (brand, category, style) for name, brand, category, style in imports.rows(PRODUCTS)
    }
    lego = found["LEGO Star Wars Millennium Falcon Set 75192"]
    assert lego[0] == "LEGO"
    assert "sneaker" not in lego[1].lower()
    assert found["Qwertz Zxcvb Nothing 1"][0] is None
    assert found["Qwertz Zxcvb Nothing 1"][2] is None
    assert found["adidas Samba OG"][0] == "adidas"
    assert found["Telfar Small Shopping Bag"][0] == "Telfar"
    assert imports.value("SELECT count(*) FROM catalog.brand WHERE name ILIKE 'nike'") == 0


def test_spellings_of_one_product_are_one_product(imports: Imports, tmp_path: Path) -> None:
    rows = [
        sale(1, {"Item": "Nike Dunk  Low", "Style": "DQ9055-010"}),
        sale(2, {"Item": " Nike Dunk Low ", "Style": "DQ9055- 010"}),
        sale(3, {"Item": "Nike Dunk Low", "Style": "dq9055-010", "Sku Size": "10"}),
    ]
    result = imports.run(write_rows(tmp_path / "r.csv", rows))
    assert result.imported == 3
    assert imports.value("SELECT count(*) FROM catalog.product") == 1
    assert imports.value("SELECT count(*) FROM catalog.product_variant") == 2
    assert imports.rows("SELECT scheme, value FROM catalog.product_identifier") == [
        ("style", "DQ9055-010")
    ]


# --- dry runs, cancelling and failures -----------------------------------------------------


def test_a_dry_run_reports_everything_and_leaves_nothing(imports: Imports, tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    Report(300, seed=5, products=30, bad_pct=3).write(path)
    imports.run(write_rows(tmp_path / "old.csv", [sale(1)]))
    before = imports.counts()
    dry = imports.run(path, dry_run=True)
    assert dry.dry_run
    assert dry.batch_id is None
    assert imports.counts() == before
    real = imports.run(path)
    figures = ("rows", "imported", "duplicates", "rejected", "warnings", "totals", "issues")
    assert [getattr(dry, name) for name in figures] == [getattr(real, name) for name in figures]
    assert [(r.row, r.code) for r in dry.remarks] == [(r.row, r.code) for r in real.remarks]


@pytest.fixture
def small_rebuild(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every load rebuilds the indexes, so that tests of it need few rows."""
    monkeypatch.setattr(rebuild, "REBUILD_ROWS", 1)


@pytest.mark.parametrize("phase", ImportPhase)
@pytest.mark.usefixtures("small_rebuild")
def test_cancelling_in_any_phase_leaves_nothing(
    imports: Imports, tmp_path: Path, phase: ImportPhase
) -> None:
    path = tmp_path / "report.csv"
    Report(300, seed=5, products=30).write(path)
    before = without_history(imports.counts())
    indexes = database_objects(imports)
    token = CancelToken()
    seen: list[ImportPhase] = []

    def stop(progress: ImportProgress) -> None:
        seen.append(progress.phase)
        if progress.phase is phase:
            token.cancel()

    result = imports.run(path, report=stop, token=token)
    if phase is ImportPhase.DONE:  # told after the last look at the token
        assert result.status in {BatchStatus.CANCELLED, BatchStatus.COMPLETED}
    else:
        assert result.status is BatchStatus.CANCELLED
    assert phase in seen
    if result.status is BatchStatus.CANCELLED:
        assert without_history(imports.counts()) == before
        assert imports.rows(
            "SELECT status, finished_at IS NOT NULL, imported, error FROM integration.import_batch"
        ) == [("cancelled", True, 0, "Cancelled; nothing of this file was kept.")]
        assert imports.value("SELECT count(*) FROM integration.import_chunk") == 0
    assert database_objects(imports) == indexes
    again = imports.run(path)
    assert again.imported + again.duplicates + again.rejected == 300


def test_cancelling_before_the_start_reads_nothing(imports: Imports, tmp_path: Path) -> None:
    token = CancelToken()
    token.cancel()
    result = imports.run(write_rows(tmp_path / "r.csv", [sale(1)]), token=token)
    assert result.status is BatchStatus.CANCELLED
    assert imports.value(f"SELECT count(*) FROM {ORDERS}") == 0


def test_cancelling_ends_a_statement_that_takes_long(
    imports: Imports, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = CancelToken()
    token_timer = threading.Timer(0.2, token.cancel)
    plain = import_catalog.map_catalog

    def slow(connection: import_catalog.Connection) -> None:
        plain(connection)
        token_timer.start()
        connection.execute("SELECT pg_sleep(60)")

    monkeypatch.setattr(import_catalog, "map_catalog", slow)
    result = imports.run(write_rows(tmp_path / "r.csv", [sale(1)]), token=token)
    token_timer.join()
    assert result.status is BatchStatus.CANCELLED
    assert result.seconds < 10
    assert imports.value(f"SELECT count(*) FROM {ORDERS}") == 0


class Broken(Exception):  # noqa: N818
    """A bug of ours."""


FAILING = (
    (import_stage, "copy_raw"),
    (import_stage, "copy_catalog"),
    (import_units, "match"),
    (import_outcome, "totals"),
    (import_outcome, "finish_batch"),
    (table, "_compress"),
)


@pytest.mark.parametrize(("module", "name"), FAILING, ids=lambda value: str(value)[:20])
@pytest.mark.usefixtures("small_rebuild")
def test_a_failure_in_the_middle_leaves_only_the_batch_that_failed(
    imports: Imports, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: Any, name: str
) -> None:
    path = write_rows(tmp_path / "r.csv", [sale(n) for n in range(1, 20)])
    before = without_history(imports.counts())
    objects = database_objects(imports)

    def fail(*_arguments: Any, **_names: Any) -> None:
        raise Broken

    with monkeypatch.context() as patched:
        patched.setattr(module, name, fail)
        with pytest.raises(Broken):
            imports.run(path)
    assert without_history(imports.counts()) == before
    assert imports.rows(
        "SELECT status, finished_at IS NOT NULL, imported, error FROM integration.import_batch"
    ) == [("failed", True, 0, "The importer failed; see the log.")]
    assert imports.value("SELECT count(*) FROM integration.import_chunk") == 0
    assert database_objects(imports) == objects
    assert imports.run(path).imported == 19


def test_a_file_that_breaks_off_leaves_a_reason(
    imports: Imports, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: Any) -> None:
        raise UserError("The disk is gone.")

    monkeypatch.setattr(table, "_compress", fail)
    with pytest.raises(UserError, match="disk is gone"):
        imports.run(write_rows(tmp_path / "r.csv", [sale(1)]))
    assert imports.rows("SELECT status, error FROM integration.import_batch") == [
        ("failed", "The disk is gone.")
    ]


def test_a_batch_whose_importer_died_is_closed(imports: Imports, tmp_path: Path) -> None:
    database = imports.database
    new = integration.NewBatch("a.csv", 1, stockx_plan())
    with database.session() as session:
        dead, alive = integration.open_batch(session, new), integration.open_batch(session, new)
    imports.run(write_rows(tmp_path / "r.csv", [sale(1)]))
    with database.bulk() as importer:
        import_stage.lock_batch(importer, integration.IMPORT_LOCK, alive)
        with database.session() as session:
            assert integration.close_interrupted(session) == 1
        with database.session() as session:
            assert integration.close_interrupted(session) == 0
    states = imports.rows(
        "SELECT id, status, finished_at IS NOT NULL FROM integration.import_batch ORDER BY id"
    )
    assert states[:2] == [(dead, "interrupted", True), (alive, "running", False)]
    assert states[2][1:] == ("completed", True)
    with database.session(read_only=True) as session:
        assert [row.status for row in integration.batches(session)] == [
            BatchStatus.COMPLETED,
            BatchStatus.RUNNING,
            BatchStatus.INTERRUPTED,
        ]
        assert integration.result(session, 999) is None
        assert integration.issues(session, dead, RecordState.REJECTED) == []


# --- big loads -----------------------------------------------------------------------------


def database_objects(imports: Imports) -> list[tuple[Any, ...]]:
    """Indexes, constraints and triggers by name and definition, with their validity."""
    found = imports.rows(
        "SELECT 'index', i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid), "
        "i.indisvalid::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid "
        "WHERE c.relnamespace::regnamespace::text = ANY(:schemas) "
        "UNION ALL SELECT 'constraint', conrelid::regclass || ' ' || conname, "
        "pg_get_constraintdef(oid), convalidated::text FROM pg_constraint "
        "WHERE connamespace::regnamespace::text = ANY(:schemas) "
        "UNION ALL SELECT 'trigger', tgrelid::regclass || ' ' || tgname, pg_get_triggerdef(t.oid), "
        "tgenabled::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE NOT tgisinternal AND c.relnamespace::regnamespace::text = ANY(:schemas) "
        "ORDER BY 1, 2",
        schemas=list(SCHEMAS),
    )
    # PostgreSQL prints casts of constants in another place once a definition was read back.
    plain = re.compile(r"::character varying|::text|[\[\]()]")
    return [(kind, name, plain.sub("", text), state) for kind, name, text, state in found]


#: The whole outcome of an import without numbers that a sequence gave.
OUTCOME = (
    "SELECT o.external_id, o.sold_at, o.gross_amount, o.payout_amount, o.paid_at, o.buyer_country, "
    "o.import_row, o.status, i.status, p.name, b.name, c.name, s.system, s.value, "
    "q.external_id, q.amount, "
    "(SELECT string_agg(concat_ws(' ', t.kind, t.amount, t.currency, t.source), ',' "
    " ORDER BY t.position) FROM transactions.transaction t WHERE t.order_id = o.id) "
    f"FROM {ORDERS} o JOIN inventory.item i ON i.id = o.item_id AND i.variant_id = o.variant_id "
    "JOIN catalog.product_variant v ON v.id = o.variant_id "
    "JOIN catalog.product p ON p.id = v.product_id JOIN catalog.size s ON s.id = v.size_id "
    "JOIN catalog.category c ON c.id = p.category_id "
    "LEFT JOIN catalog.brand b ON b.id = p.brand_id "
    "LEFT JOIN transactions.payout q ON q.id = o.payout_id ORDER BY o.external_id"
)


@contextmanager
def never_rebuilt() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(rebuild, "REBUILD_ROWS", 10**9)
        yield


@pytest.mark.slow
def test_a_big_load_and_a_small_one_give_the_same_database(
    imports: Imports, databases: Any, tmp_path: Path
) -> None:
    path = tmp_path / "report.csv"
    oracle = Report(6_500, seed=2, products=900, bad_pct=1).write(path)
    objects = database_objects(imports)
    phases: list[ImportPhase] = []
    big = imports.run(path, report=lambda progress: phases.append(progress.phase))
    assert ImportPhase.INDEXING in phases
    check(imports, big, oracle)
    assert database_objects(imports) == objects

    url = databases.create()
    database = type(imports.database)(url, imports.database.bus)
    other = Imports(database)
    phases.clear()
    with never_rebuilt():
        small = other.run(path, report=lambda progress: phases.append(progress.phase))
    assert ImportPhase.INDEXING not in phases
    check(other, small, oracle)
    assert imports.rows(OUTCOME) == other.rows(OUTCOME)
    assert without_history(imports.counts()) == without_history(other.counts())
    database.close()
    databases.drop(url)


@pytest.mark.usefixtures("small_rebuild")
def test_after_a_big_load_everything_is_guarded_as_before(imports: Imports, tmp_path: Path) -> None:
    imports.run(write_rows(tmp_path / "r.csv", [sale(n) for n in range(1, 50)]))
    fed = imports.rows("SELECT entity, operation, ids FROM system.change_log ORDER BY entity")
    assert fed == [("item", "I", None), ("order", "I", None)]
    with (
        pytest.raises(sa.exc.IntegrityError, match="fk_item_variant"),
        imports.database.session() as session,
    ):
        session.execute(sa.text("UPDATE inventory.item SET variant_id = -1"))
    with imports.database.session() as session:
        session.execute(sa.text("UPDATE inventory.item SET status = 'return_incoming'"))
    assert (
        imports.value(
            "SELECT count(*) FROM system.event_store WHERE event_type = 'item.status_changed'"
        )
        == 49
    )


def test_new_rows_get_numbers_after_those_of_an_import(imports: Imports, tmp_path: Path) -> None:
    for first in (1, 101, 201):
        imports.run(
            write_rows(tmp_path / f"{first}.csv", [sale(n) for n in range(first, first + 9)])
        )
    with imports.database.session() as session:
        fresh = session.scalar(
            sa.text(
                "INSERT INTO inventory.item (variant_id, status) "
                "SELECT min(variant_id), 'available' FROM inventory.item RETURNING id"
            )
        )
    assert fresh == imports.value("SELECT max(id) FROM inventory.item")
    assert imports.value("SELECT count(*) FROM inventory.item") == 28


def test_the_batch_tells_its_story(imports: Imports, tmp_path: Path) -> None:
    path = write_rows(tmp_path / "Verkäufe 2024.csv", [sale(1), sale(2, {"Item": ""})])
    result = imports.run(path)
    assert imports.rows(
        "SELECT file_name, file_size, format, status, rows, imported, rejected, header, "
        "length(file_sha256), (totals -> 'EUR' ->> 'gross')::numeric FROM integration.import_batch"
    ) == [
        (
            "Verkäufe 2024.csv",
            path.stat().st_size,
            "stockx-sales",
            "completed",
            2,
            1,
            1,
            HEADER,
            64,
            100,
        )
    ]
    assert imports.rows(
        "SELECT event_type, aggregate_id, data ->> 'imported' FROM system.event_store"
    ) == [("import_batch.completed", result.batch_id, "1")]


def test_progress_goes_forward_through_all_phases(imports: Imports, tmp_path: Path) -> None:
    seen: list[ImportProgress] = []
    path = tmp_path / "report.csv"
    Report(200, seed=1, products=20).write(path)
    imports.run(path, report=seen.append)
    order = list(ImportPhase)
    places = [order.index(progress.phase) for progress in seen]
    assert places == sorted(places)
    assert seen[-1].phase is ImportPhase.DONE
    assert seen[-1].rows == 200
    assert seen[-1].bytes_done == seen[-1].bytes_total == path.stat().st_size


def test_two_imports_at_once_both_go_in(imports: Imports, tmp_path: Path) -> None:
    paths = [
        write_rows(tmp_path / f"{first}.csv", [sale(n) for n in range(first, first + 200)])
        for first in (1, 101)
    ]
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(imports.run, paths))
    assert sorted(result.imported for result in results) == [100, 200]
    assert imports.value(f"SELECT count(*) FROM {ORDERS}") == 300
    assert imports.value("SELECT count(*) FROM catalog.product") == 1
