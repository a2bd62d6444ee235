"""Files of records as checked chunks, without a database."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpers.stockx_report import HEADER, Report, sale, write_rows
from helpers.xlsx import Cell, write_xlsx
from soleflip_desktop.connectors.files import records
from soleflip_desktop.connectors.files.decide import plan_file
from soleflip_desktop.connectors.files.profiles import builtin
from soleflip_desktop.connectors.files.table import TableFile, open_table
from soleflip_desktop.connectors.files.text import ByteStream, OpenedText
from soleflip_desktop.db.queries.raw import record_cells
from soleflip_desktop.domain.cancellation import CancelToken
from soleflip_desktop.domain.errors import FileImportError, UserError
from soleflip_desktop.domain.import_fields import FIELDS, Kind, Target
from soleflip_desktop.domain.import_plan import (
    DateOrder,
    Dialect,
    Identity,
    ImportMode,
    ImportPlan,
    MappedColumn,
    NumberStyle,
    PlanChoices,
    RowRules,
)
from soleflip_desktop.domain.integration import RowIssue
from soleflip_desktop.domain.staging import StagedChunk


@dataclasses.dataclass(frozen=True)
class Read:
    """What a reader made of a file."""

    file: TableFile
    chunks: list[StagedChunk]

    @property
    def staged(self) -> list[dict[str, str]]:
        text = b"".join(chunk.data for chunk in self.chunks).decode()
        cells = csv.reader(io.StringIO(text, newline=""))
        return [dict(zip(self.file.columns, row, strict=True)) for row in cells]

    @property
    def rows(self) -> int:
        return sum(chunk.rows for chunk in self.chunks)

    @property
    def skipped(self) -> list[int]:
        return [row for chunk in self.chunks for row in chunk.skipped]

    @property
    def issues(self) -> list[RowIssue]:
        return [i for chunk in self.chunks for row in chunk.rejected for i in row.issues]

    @property
    def codes(self) -> dict[int, list[str]]:
        rejected = [row for chunk in self.chunks for row in chunk.rejected]
        return {row.row: [issue.code for issue in row.issues] for row in rejected}


def read(path: Path, plan: ImportPlan) -> Read:
    file = open_table(path, plan)
    try:
        return Read(file, list(file.chunks()))
    finally:
        file.close()


def recognised(path: Path, **choices: Any) -> Read:
    """As the command line would read it."""
    return read(path, plan_file(path, [*builtin().values()], PlanChoices(**choices), CancelToken()))


def list_plan(header: Sequence[str], **changes: Any) -> ImportPlan:
    """A list of units whose headers are our own names of fields."""
    fields = FIELDS[changes.get("target", Target.ITEMS)]
    columns = tuple(
        MappedColumn(
            name,
            place,
            number=NumberStyle.POINT if fields[name].kind is Kind.AMOUNT else None,
            dates=DateOrder.DMY if fields[name].kind in {Kind.DAY, Kind.INSTANT} else None,
        )
        for place, name in enumerate(header)
        if name in fields
    )
    plan = ImportPlan(
        profile="list",
        title="A list",
        target=Target.ITEMS,
        dialect=Dialect(),
        header=tuple(header),
        columns=columns,
        identity=Identity.CONTENT,
        mode=ImportMode.BOTH,
        currency="EUR",
    )
    return dataclasses.replace(plan, **changes)


def with_column(plan: ImportPlan, field: str, **changes: Any) -> ImportPlan:
    columns = (dataclasses.replace(c, **changes) if c.field == field else c for c in plan.columns)
    return dataclasses.replace(plan, columns=tuple(columns))


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "list.csv"


def listed(path: Path, header: str, *lines: str, **changes: Any) -> Read:
    return read(write(path, header, *lines), list_plan(header.split(","), **changes))


def small_blocks(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    plain = records.read_blocks
    monkeypatch.setattr(
        "soleflip_desktop.connectors.files.table.read_blocks",
        lambda stream, name, delimiter: plain(stream, name, delimiter, size),
    )


# -- a StockX report ----------------------------------------------------------------------------


@pytest.mark.parametrize("size", [4_000, 50_000])
def test_blocks_of_any_size_give_the_same_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    path = tmp_path / "report.csv"
    oracle = Report(300, seed=9, products=40, bad_pct=4).write(path)
    whole = recognised(path)
    small_blocks(monkeypatch, size)
    pieces = recognised(path)
    assert len(pieces.chunks) > len(whole.chunks)
    assert pieces.staged == whole.staged
    assert pieces.rows == oracle.rows
    assert {row: codes[0] for row, codes in pieces.codes.items()} == oracle.rejected
    assert pieces.chunks[-1].bytes_done == pieces.file.bytes_total
    with path.open(encoding="utf-8", newline="") as text:
        written = list(csv.reader(text))[1:]
    raw = [chunk for piece in pieces.chunks for chunk in piece.raw]
    for number, cells in enumerate(written, 1):
        (owner,) = [c for c in raw if c.first_row <= number <= c.last_row]
        assert record_cells(owner.first_row, owner.offsets, owner.data, number) == cells


def test_products_and_variants_are_numbered_once(tmp_path: Path) -> None:
    sizes = ["9", "10", "9", "9"]
    rows = [sale(n, {"Sku Size": size}) for n, size in enumerate(sizes, 1)]
    found = recognised(write_rows(tmp_path / "r.csv", rows))
    assert [row["variant_key"] for row in found.staged] == ["0", "1", "0", "0"]
    variants = [(v.product_key, v.size_label) for v in found.file.variants]
    assert variants == [(0, "US 9"), (0, "US 10")]
    (product,) = found.file.products
    assert (product.name, product.brand, product.style_codes) == (
        "Nike Dunk Low Retro Panda",
        "Nike",
        ("DD1391-100",),
    )


def test_a_staged_row_is_typed_and_in_utc(tmp_path: Path) -> None:
    found = recognised(write_rows(tmp_path / "r.csv", [sale(1, {"Seller Fee": ""})]))
    (row,) = found.staged
    assert row["external_id"] == "00000001-00000001"
    assert row["sold_at"].startswith("2024-05-31T21:40:06")
    assert (row["gross"], row["seller_fee"], row["payout"]) == ("100", "", "85.00")
    assert Decimal(row["residual"]) == Decimal(-7)
    assert row["buyer_country"] == "DE"
    assert "content" not in row


@settings(max_examples=40, deadline=None)
@given(
    gross=st.decimals(0, 99999, places=2),
    fees=st.lists(st.none() | st.decimals(-500, 500, places=2), min_size=3, max_size=3),
    vat=st.none() | st.decimals(-500, 500, places=2),
    payout=st.none() | st.decimals(-99999, 99999, places=2),
)
def test_what_the_lines_leave_of_the_payout_is_exact(
    tmp_path_factory: pytest.TempPathFactory,
    gross: Decimal,
    fees: list[Decimal | None],
    vat: Decimal | None,
    payout: Decimal | None,
) -> None:
    names = ["Seller Fee", "Payment Processing", "Shipping Fee", "Total VAT Amount"]
    names += ["Total Gross Amount (Total Payout)"]
    amounts = [*fees, vat, payout]
    cells = {name: "" if a is None else str(a) for name, a in zip(names, amounts, strict=True)}
    cells |= {"Listing Price": str(abs(gross)), "Total VAT Amount Currency": "EUR"}
    path = tmp_path_factory.getbasetemp() / "residual.csv"
    (row,) = recognised(write_rows(path, [sale(1, cells)])).staged
    expected = None
    if payout is not None:
        expected = payout - (gross - sum(f for f in fees if f is not None) + (vat or 0))
    assert (Decimal(row["residual"]) if row["residual"] else None) == expected


ODD = st.text(st.sampled_from('ab,"\n\r é\t;\\'), max_size=12)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(ODD, ODD), min_size=1, max_size=6))
def test_any_texts_give_one_row_each(
    tmp_path_factory: pytest.TempPathFactory, texts: list[tuple[str, str]]
) -> None:
    rows = [
        sale(n, {"Item": f"x{item}", "Special references": reference})
        for n, (item, reference) in enumerate(texts, 1)
    ]
    path = write_rows(tmp_path_factory.getbasetemp() / "odd.csv", rows)
    found = recognised(path, delimiter=",")
    assert found.rows == len(rows)
    assert [row["external_id"] for row in found.staged] == [
        row[HEADER.index("Order Number")] for row in rows
    ]


@settings(max_examples=40, deadline=None)
@example(['",""'])
@example(['"\r,'])
@example(['",,a"\n"\n'])
@given(st.lists(st.text(st.sampled_from('ab,"\n\r'), max_size=30), min_size=1, max_size=6))
def test_no_damage_to_a_file_is_a_crash(
    tmp_path_factory: pytest.TempPathFactory, damage: list[str]
) -> None:
    """Every row is either staged or told; what is staged was a whole row."""
    path = write_rows(tmp_path_factory.getbasetemp() / "damaged.csv", [sale(1)])
    plan = plan_file(path, [*builtin().values()], PlanChoices(), CancelToken())
    row = path.read_bytes().partition(b"\n")[2]
    for text in damage:
        place = len(row) // 2
        row += row[:place] + text.encode() + row[place : len(row) // 2 + 700]
        row = row[-4_000:]
    path.write_bytes(path.read_bytes() + row)
    try:
        found = read(path, plan)
    except FileImportError as error:
        assert "quotes" in str(error)  # noqa: PT017  (one of two right outcomes)
        return
    assert len(found.staged) + len(found.codes) == found.rows
    assert all(found.codes.values())


def test_a_carriage_return_inside_a_row_is_a_character(tmp_path: Path) -> None:
    rows = [sale(n, {"Sku Name": "XX", "Item": "" if n == 2 else "Nike"}) for n in (1, 2)]
    path = write_rows(tmp_path / "r.csv", rows)
    path.write_bytes(path.read_bytes().replace(b"XX", b"a\rb"))
    found = recognised(path)
    assert [row["row_no"] for row in found.staged] == ["1"]
    (bad,) = found.chunks[0].rejected
    assert (bad.row, bad.issues[0].column, bad.cells[13]) == (2, "Item", "a\rb")


# -- which rows there are -----------------------------------------------------------------------


def test_rows_are_numbered_from_the_header_on_and_blank_lines_have_a_number(path: Path) -> None:
    """A preamble is not counted; blank lines and footers are no rows but keep their place."""
    plan = list_plan(
        ["name", "size"],
        dialect=Dialect(header_row=2),
        rows=RowRules(footers=(r"^\d+ record\(s\)",)),
    )
    lines = ("My list", ",", "name,size", "Dunk,9", ",", "Samba,8", "", "2 record(s) downloaded")
    found = read(write(path, *lines), plan)
    assert [(row["row_no"], row["seq"]) for row in found.staged] == [("1", "1"), ("3", "3")]
    assert (found.rows, found.codes, found.skipped) == (2, {}, [])


def test_a_row_of_other_width_is_told_with_its_number(path: Path) -> None:
    found = listed(path, "name,size", "Dunk,9", "Samba,8,more", "Gazelle")
    assert found.codes == {2: ["field_count"], 3: ["field_count"]}
    assert "3 fields instead of 2" in found.issues[0].value
    assert found.rows == 3


def test_a_file_without_rows_is_refused(path: Path) -> None:
    with pytest.raises(FileImportError, match="no row below"):
        listed(path, "name,size")


EBAY = "Type,Order number,Item ID,Transaction creation date,Item title,Item subtotal,Quantity,"
EBAY += "Transaction currency,Final Value Fee - variable,Net amount"


def ebay(path: Path, *lines: str) -> Read:
    return recognised(write(path, EBAY, *lines), profile="ebay-transactions", dates=DateOrder.MDY)


def test_roll_ups_holds_and_payouts_are_skipped(path: Path) -> None:
    found = ebay(
        path,
        "Order,1-1,,5/1/24,,50.00,,USD,--,44.00",
        "Order,1-1,77,5/1/24,Dunk,20.00,1,USD,-2.00,--",
        "Order,1-1,78,5/1/24,Samba,30.00,1,USD,-4.00,--",
        "Hold,1-1,,5/1/24,,,,USD,,-44.00",
        "Payout,,,5/2/24,,,,USD,,-44.00",
    )
    assert found.skipped == [1, 4, 5]
    assert (found.rows, found.codes) == (5, {})
    assert [(row["external_id"], row["payout"]) for row in found.staged] == [
        ("1-1/77", "18.00"),
        ("1-1/78", "26.00"),
    ]
    assert [Decimal(row["residual"]) for row in found.staged] == [0, 0]


def test_rows_that_are_a_charge_need_only_the_order_and_the_amount(path: Path) -> None:
    found = ebay(
        path,
        "Order,1-1,77,5/1/24,Dunk,20.00,1,USD,-2.00,18.00",
        "Refund,1-1,,5/3/24,,,,USD,,-5.00",
        "Refund,,,5/3/24,,,,USD,,-5.00",
        "Other fee,1-1,,5/3/24,,,,USD,,free",
    )
    assert [row["charge_kind"] for row in found.staged] == ["", "refund"]
    assert found.staged[1]["payout"] == "-5.00"
    assert found.codes == {3: ["missing"], 4: ["bad_amount"]}


def test_an_unknown_kind_of_row_is_rejected_with_its_word(path: Path) -> None:
    found = ebay(
        path,
        "Order,1-1,77,5/1/24,Dunk,20.00,1,USD,-2.00,18.00",
        "Loan repayment,1-1,77,5/3/24,,,,USD,,-5.00",
    )
    assert found.codes == {2: ["unknown_row_kind"]}
    (issue,) = found.issues
    assert (issue.column, issue.value) == ("Type", "Loan repayment")
    assert "“Loan repayment” is no kind of row" in issue.message


def test_a_source_without_header_begins_with_its_first_row(path: Path) -> None:
    """The rows that a batch keeps have none, though its plan knows where the file had it."""
    plan = list_plan(["name", "size"], dialect=Dialect(header_row=3))
    file = TableFile(OpenedText(write(path, "Dunk,9", "Samba,8")), plan, with_header=False)
    found = Read(file, list(file.chunks()))
    file.close()
    assert [row["row_no"] for row in found.staged] == ["1", "2"]
    assert [product.name for product in file.products] == ["Dunk", "Samba"]


# -- one row, several units ---------------------------------------------------------------------


def test_a_quantity_makes_units_whose_amounts_add_up(path: Path) -> None:
    header = "external_id,name,sold_at,gross,gross_currency,seller_fee,payout,quantity"
    found = listed(
        path,
        header,
        "A1,Dunk,31.12.2024,100.00,EUR,10.00,90.00,3",
        "A2,Samba,31.12.2024,50.00,EUR,5.00,45.00,",
        target=Target.SALES,
        identity=Identity.NUMBER,
    )
    staged = found.staged
    assert [row["external_id"] for row in staged] == ["A1", "A1#2", "A1#3", "A2"]
    assert [row["seq"] for row in staged] == ["1", "2", "3", "4"]
    assert [row["row_no"] for row in staged] == ["1", "1", "1", "2"]
    for field, total in (("gross", 100), ("seller_fee", 10), ("payout", 90)):
        parts = [Decimal(row[field]) for row in staged[:3]]
        assert sum(parts) == total
        assert max(parts) - min(parts) <= Decimal("0.01")
    assert [Decimal(row["residual"]) for row in staged] == [0, 0, 0, 0]
    assert (found.rows, found.chunks[-1].sequence) == (2, 4)


def test_units_of_a_list_are_told_apart_and_cost_what_the_row_says(path: Path) -> None:
    """A cost is that of one unit: lists say what each of them was bought for."""
    found = listed(path, "name,cost_gross,quantity", "Dunk,80.00,2", "Samba,70.00,1")
    contents = [row["content"] for row in found.staged]
    assert contents == ["Dunk|80.00|2", "Dunk|80.00|2#2", "Samba|70.00|1"]
    assert [row["cost_gross"] for row in found.staged] == ["80.00", "80.00", "70.00"]


def test_so_many_units_are_a_slip_of_the_column(path: Path) -> None:
    found = listed(path, "name,quantity", "Dunk,10001", "Samba,1")
    assert found.codes == {1: ["too_many_units"]}


def test_no_unit_at_all_is_no_record(path: Path) -> None:
    """A stock list may name what has run out."""
    found = listed(path, "name,quantity", "Dunk,0", "Samba,2", "Gazelle,1")
    assert [row["row_no"] for row in found.staged] == ["2", "2", "3"]
    assert found.skipped == [1]
    assert found.rows == 3


# -- what a person decided ----------------------------------------------------------------------


def test_an_edited_record_takes_the_place_of_the_files_own(path: Path) -> None:
    lines = ["Dunk,9,80.00", "Samba,8", "Gazelle,x,free"]
    plan = list_plan(
        ["name", "size", "cost_gross"],
        edits={2: ("Samba, “OG”", "8", "70.00"), 3: ("Gazelle", "7", "60.00")},
    )
    found = read(write(path, "name,size,cost_gross", *lines), plan)
    assert [row["cost_gross"] for row in found.staged] == ["80.00", "70.00", "60.00"]
    assert [product.name for product in found.file.products] == ["Dunk", "Samba, “OG”", "Gazelle"]
    raw = found.chunks[0].raw[0]
    assert record_cells(raw.first_row, raw.offsets, raw.data, 3) == ["Gazelle", "x", "free"]


def test_unticked_rows_and_cells_stay_out(path: Path) -> None:
    found = listed(
        path,
        "name,size,location",
        "Dunk,9,A1",
        "Samba,8,A2",
        "Gazelle,7,A3",
        skipped_rows=(2,),
        skipped_cells=((1, "location"), (3, "no such field")),
    )
    assert [(row["row_no"], row["location"]) for row in found.staged] == [("1", ""), ("3", "A3")]
    assert (found.skipped, found.rows) == ([2], 3)


def test_empty_in_a_cell_names_the_field_to_be_emptied(path: Path) -> None:
    header = "item_id,name,location,notes,cost_gross,acquired_at,item_status"
    found = listed(
        path,
        header,
        "1,Dunk,<empty>, <empty> ,<empty>,<empty>,<empty>",
        "2,Samba,A2,,,,",
        identity=Identity.ID,
    )
    assert found.codes == {}
    cleared = [row["cleared"] for row in found.staged]
    assert cleared == ["{location,notes,cost_gross,acquired_at,item_status}", ""]
    assert [row["location"] for row in found.staged] == ["", "A2"]


def test_a_file_that_only_inserts_has_nothing_to_empty(path: Path) -> None:
    found = listed(path, "name,notes", "Dunk,<empty>", mode=ImportMode.INSERT)
    assert "cleared" not in found.file.columns
    assert found.staged[0]["notes"] == ""


def test_texts_that_are_wrong_may_be_replaced(path: Path) -> None:
    plan = list_plan(["name", "cost_gross", "acquired_at"])
    plan = with_column(plan, "cost_gross", values={"gratis": "0.00", "?": ""})
    plan = with_column(plan, "acquired_at", values={"irgendwann": "01.02.2024"})
    lines = ("Dunk,gratis,irgendwann", "Samba, ? ,03.02.2024", "Gazelle,1.00,bald")
    found = read(write(path, "name,cost_gross,acquired_at", *lines), plan)
    assert [row["cost_gross"] for row in found.staged] == ["0.00", ""]
    days = [row["acquired_at"][:10] for row in found.staged]
    assert days == ["2024-02-01", "2024-02-03"]
    assert found.codes == {3: ["bad_date"]}


def test_a_constant_is_for_every_row(path: Path) -> None:
    plan = list_plan(["name"])
    columns = (*plan.columns, MappedColumn("supplier", None, "Schuhhaus Müller"))
    plan = dataclasses.replace(plan, columns=columns)
    found = read(write(path, "name", "Dunk", "Samba"), plan)
    assert [row["supplier"] for row in found.staged] == ["Schuhhaus Müller"] * 2


# -- currencies ---------------------------------------------------------------------------------

SALES: Mapping[str, Any] = {"target": Target.SALES, "identity": Identity.NUMBER}


def test_a_currency_comes_from_its_column(path: Path) -> None:
    header = "external_id,name,sold_at,gross,gross_currency"
    found = listed(path, header, "A1,Dunk,31.12.2024,100,USD", "A2,Dunk,31.12.2024,90,", **SALES)
    assert [row["gross_currency"] for row in found.staged] == ["USD"]
    assert found.codes == {2: ["no_currency"]}


@pytest.mark.parametrize(
    ("cell", "home", "currency"),
    [("100.00", "EUR", "EUR"), ("100.00 €", "USD", "EUR"), ("£100", "EUR", "GBP")],
)
def test_a_currency_comes_from_the_cell_before_the_plan(
    path: Path, cell: str, home: str, currency: str
) -> None:
    header = "external_id,name,sold_at,gross"
    found = listed(path, header, f"A1,Dunk,31.12.2024,{cell}", currency=home, **SALES)
    assert found.codes == {}
    assert [row["gross_currency"] for row in found.staged] == [currency]


def test_a_cost_has_its_own_currency(path: Path) -> None:
    header = "name,cost_gross,sold_at,gross,gross_currency"
    found = listed(path, header, "Dunk,80.00 €,31.12.2024,100,USD", currency="GBP")
    (row,) = found.staged
    assert (row["cost_currency"], row["gross_currency"]) == ("EUR", "USD")


def test_no_currency_anywhere_is_told_at_the_amount(path: Path) -> None:
    found = listed(path, "name,cost_gross", "Dunk,80.00", "Samba,", currency=None)
    assert found.codes == {1: ["no_currency"]}
    assert "choose one" in found.issues[0].message
    assert found.staged[0]["cost_currency"] == ""


@pytest.mark.parametrize("field", ["cost_net", "cost_inbound"])
def test_every_part_of_a_cost_has_a_currency(path: Path, field: str) -> None:
    found = listed(path, f"name,{field}", "Dunk,80.00", "Samba,7 £", "Gazelle,-1", currency=None)
    assert found.codes == {1: ["no_currency"], 3: ["negative_price", "no_currency"]}
    assert [row["cost_currency"] for row in found.staged] == ["GBP"]
    found = listed(path, f"name,cost_gross,{field}", "Dunk,,80.00", "Samba,,", "Gazelle,1 £,2")
    assert [row["cost_currency"] for row in found.staged] == ["EUR", "", "GBP"]


@pytest.mark.parametrize(
    ("header", "line", "column"),
    [
        ("gross,gross_currency,seller_fee,seller_fee_currency", "100,USD,5,EUR",
         "seller_fee_currency"),
        ("gross,seller_fee", "100 €,5 £", "seller_fee"),
        ("gross,gross_currency,seller_fee", "100,USD,5 €", "seller_fee"),
        ("gross,gross_currency", "100 €,USD", "gross"),
    ],
)  # fmt: skip
def test_amounts_of_one_row_in_two_currencies_are_rejected(
    path: Path, header: str, line: str, column: str
) -> None:
    found = listed(
        path, f"external_id,name,sold_at,{header}", f"A1,Dunk,31.12.2024,{line}", **SALES
    )
    assert found.codes == {1: ["mixed_currencies"]}
    assert found.issues[0].column == column


def test_a_time_zone_of_an_old_draft_that_there_is_not_is_told(path: Path) -> None:
    with pytest.raises(UserError, match="“Mars/X” is no time zone"):
        listed(path, "name,acquired_at", "Dunk,31.12.2024", zone="Mars/X")


# -- what a row needs ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "line", "code"),
    [
        ("name,style,size", ",,9", "no_product"),
        ("name,gross,sold_at,gross_currency", "Dunk,100,,EUR", "sale_without_date"),
        ("name,cost_gross", "Dunk,-1.00", "negative_price"),
        ("name,cost_gross", "Dunk,1.000", "bad_amount"),
        ("name,vat_pct", "Dunk,nineteen", "bad_percent"),
        ("name,quantity", "Dunk,two", "bad_count"),
        ("name,cost_currency", "Dunk,Taler", "bad_currency"),
        ("name,item_status", "Dunk,somewhere", "bad_choice"),
        ("name,acquired_at", "Dunk,45000", "excel_serial"),
        ("name,purchase_order_number", "Dunk,1.23E+11", "scientific"),
        ("name,notes", f"Dunk,{'x' * 501}", "too_long"),
    ],
)
def test_a_row_that_is_wrong_says_why(path: Path, header: str, line: str, code: str) -> None:
    found = listed(path, header, line)
    assert found.codes == {1: [code]}
    assert found.staged == []


def test_the_header_within_the_rows_is_told_as_that(path: Path) -> None:
    found = listed(path, "name,cost_gross", "Dunk,80.00", "NAME,Cost_Gross")
    assert found.codes == {2: ["repeated_header"]}


def test_places_become_codes_and_a_state_tells_its_country(path: Path) -> None:
    header = "external_id,name,sold_at,gross,buyer_country,buyer_region"
    found = listed(
        path,
        header,
        "A1,Dunk,31.12.2024,1,Deutschland,Bayern",
        "A2,Dunk,31.12.2024,1,,California",
        "A3,Dunk,31.12.2024,1,Atlantis,",
        **SALES,
    )
    places = [(row["buyer_country"], row["buyer_region"]) for row in found.staged]
    assert places == [("DE", "Bayern"), ("US", "US-CA"), ("", "")]


def test_parts_of_a_charge_are_one_line_and_blanks_are_none(path: Path) -> None:
    header = "external_id,name,sold_at,gross,seller_fee,seller_fee_2,seller_fee_6,shipping,"
    header += "shipping_income,adjustment_3,payout"
    found = listed(
        path,
        header,
        "A1,Dunk,31.12.2024,100,1.00,0.50,0.25,4.00,5.00,2.00,97.25",
        "A2,Dunk,31.12.2024,100,,,,,,,100",
        **SALES,
    )
    names = ("seller_fee", "shipping", "adjustment")
    first, second = found.staged
    assert [Decimal(first[name]) for name in names] == [Decimal("1.75"), Decimal(-1), Decimal(2)]
    assert [second[name] for name in names] == ["", "", ""]
    assert Decimal(first["residual"]) == 0


# -- what identifies a row without a number ------------------------------------------------------

CONTEST = ["Order Date", "Brand", "Sneaker Name", "Sale Price", "Retail Price", "Shoe Size"]


def contents(path: Path, **choices: Any) -> list[str]:
    return [row["content"] for row in recognised(path, profile="contest-2019", **choices).staged]


def test_a_row_without_number_is_known_by_its_content(tmp_path: Path) -> None:
    one: list[Any] = ["9/1/17", "Yeezy", "Boost", "$1,097", "$220", "11"]
    same = ["2017-09-01", " Yeezy ", "Boost", "1097.00", "220", "11"]
    other = ["9/1/17", "Yeezy", "Boost", "$1,097", "$220", "11.5"]
    rows = [one, same, other]
    first, second, third = contents(write_rows(tmp_path / "c.csv", rows, header=CONTEST))
    assert first == second
    assert first != third


def test_its_content_is_the_same_however_the_file_was_saved(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [[date(2017, 9, 1), "Yeezy", "Boost ä", 1097, 220.5, "11"]]
    cells = ["9/1/17", "Yeezy", "Boost ä", "$1,097", "$220.50", "11"]
    plain = write_rows(tmp_path / "c.csv", [cells], header=CONTEST)
    german = tmp_path / "g.csv"
    line = '1.9.17;"Yeezy";"Boost ä";1.097,00;220,50;11'
    german.write_bytes(";".join(CONTEST).encode() + b"\r\n" + line.encode("cp1252") + b"\r\n")
    tabs = write(tmp_path / "t.tsv", "\t".join(CONTEST), "9/1/17\tYeezy\tBoost ä\t1097\t220.5\t11")
    book = write_xlsx(tmp_path / "b.xlsx", [CONTEST, *rows])
    found = [
        contents(plain),
        contents(german, dates=DateOrder.DMY, number=NumberStyle.COMMA, encoding="cp1252"),
        contents(tabs),
        contents(book),
    ]
    assert found[1:] == [found[0]] * 3


# -- any table ----------------------------------------------------------------------------------

FIELDS_OF_TABLE = ("name", "size", "notes", "location", "cost_gross", "quantity")
TEXTS = st.text(st.sampled_from("a0 ,;|\"\t\n\ré漢<>='"), max_size=8)
AMOUNTS = st.sampled_from(["", "0", "1.50", "-", "1,234.50", "12.345", "€ 5", "<empty>"])
COUNTS = st.sampled_from(["", "0", "1", "2", "3", "x"])
ROWS = st.lists(
    st.tuples(TEXTS, TEXTS, TEXTS, TEXTS, AMOUNTS, COUNTS).map(list), min_size=1, max_size=6
)


def staged_as(path: Path, rows: list[list[str]], delimiter: str) -> tuple[object, ...]:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\r\n")
        writer.writerows([list(FIELDS_OF_TABLE), *rows])
    try:
        found = read(path, list_plan(FIELDS_OF_TABLE, dialect=Dialect(delimiter=delimiter)))
    except FileImportError as error:
        assert "no row below" in str(error)  # noqa: PT017  (all rows are blank)
        return ()
    return (
        [chunk.data for chunk in found.chunks],
        [(r.row, r.cells, r.issues) for chunk in found.chunks for r in chunk.rejected],
        found.rows,
        found.skipped,
        found.file.products,
        found.file.variants,
    )


@settings(max_examples=100, deadline=None)
@given(ROWS)
def test_a_table_is_staged_alike_in_every_delimiter(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    comma, *others = (staged_as(path, rows, sign) for sign in ",;\t|")
    assert others == [comma] * 3


def test_a_stream_that_breaks_off_says_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader runs ahead in threads; what goes wrong there comes out here."""

    class Broken:
        name = path.name
        bytes_total = bytes_done = 10
        sha256 = ""

        @property
        def stream(self) -> ByteStream:
            raise FileImportError("list.csv: the drive is gone.")

        def close(self) -> None:
            pass

    file = TableFile(Broken(), list_plan(["name"]))
    with pytest.raises(FileImportError, match="the drive is gone"):
        list(file.chunks())
