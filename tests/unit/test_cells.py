"""Cells in bulk: the vectorised rules say what the readers of one text say, and why not."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soleflip_desktop.connectors.files import cells
from soleflip_desktop.connectors.files.cells import (
    MESSAGES,
    amount_currency,
    cleaned,
    is_clear,
    message,
    needs_symbols,
    read_cells,
    rule,
    typed,
)
from soleflip_desktop.connectors.files.codes import (
    CLEAR,
    LONGEST_TEXT,
    PLACEHOLDERS,
    SCIENTIFIC,
    read_choice,
    read_code,
    read_text,
)
from soleflip_desktop.connectors.files.dates import read_day, read_instant
from soleflip_desktop.connectors.files.numbers import (
    currency_in,
    read_amount,
    read_count,
    read_currency,
    read_percent,
)
from soleflip_desktop.domain.import_fields import FIELDS, Kind, Target
from soleflip_desktop.domain.import_plan import (
    DateOrder,
    Dialect,
    Identity,
    ImportMode,
    ImportPlan,
    MappedColumn,
    NumberStyle,
)
from soleflip_desktop.domain.inventory import ItemStatus

FIELD = {
    Kind.TEXT: "name",
    Kind.CODE: "external_id",
    Kind.AMOUNT: "gross",
    Kind.COUNT: "quantity",
    Kind.PERCENT: "vat_pct",
    Kind.DAY: "return_until",
    Kind.INSTANT: "sold_at",
    Kind.CURRENCY: "gross_currency",
    Kind.COUNTRY: "buyer_country",
    Kind.CHOICE: "item_status",
    Kind.NAME: "supplier",
}
POINT, COMMA = NumberStyle.POINT, NumberStyle.COMMA


def plan_of(*columns: MappedColumn, encoding: str = "utf-8", zone: str = "UTC") -> ImportPlan:
    return ImportPlan(
        profile="own",
        title="Own",
        target=Target.SALES,
        dialect=Dialect(encoding=encoding),
        header=tuple(column.field for column in columns),
        columns=columns,
        identity=Identity.NUMBER,
        mode=ImportMode.BOTH,
        zone=zone,
    )


def read_all(
    texts: Sequence[str | None],
    kind: Kind,
    *,
    encoding: str = "utf-8",
    zone: str = "UTC",
    **style: Any,
) -> list[tuple[Any, str | None]]:
    """Value and fault of each cell."""
    column = MappedColumn(FIELD[kind], 0, **style)
    plan = plan_of(column, encoding=encoding, zone=zone)
    checked = rule(column, FIELDS[Target.SALES][column.field], plan)
    texts_only = pl.DataFrame({column.field: pl.Series(texts, dtype=pl.String)})
    frame = read_cells(texts_only.with_columns(cleaned(column.field)), [checked])
    frame = frame.with_columns(checked.wrong.fill_null(value=False).alias("wrong"), checked.fault)
    faults = frame[f"!{column.field}"].to_list()
    assert frame["wrong"].to_list() == [fault is not None for fault in faults]
    return list(zip(frame[typed(column.field)].to_list(), faults, strict=True))


def read(text: str | None, kind: Kind, **style: Any) -> tuple[Any, str | None]:
    return read_all([text], kind, **style)[0]


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("text", [*[f" {text} " for text in PLACEHOLDERS if text], " ", None])
def test_a_placeholder_is_nothing_and_a_fault_only_where_required(
    kind: Kind, text: str | None
) -> None:
    assert read(text, kind) == (None, None)
    assert read(text, kind, required=True) == (None, "missing")


@pytest.mark.parametrize("kind", Kind)
def test_an_emptied_cell_is_nothing_and_a_fault_only_where_required(kind: Kind) -> None:
    assert read(CLEAR, kind, values={"x": "sold"}) == (None, None)
    assert read(CLEAR, kind, required=True) == (None, "missing")


@pytest.mark.parametrize("kind", Kind)
def test_no_rows_and_no_values_are_fine(kind: Kind) -> None:
    assert read_all([], kind) == []
    assert read_all([None, None], kind) == [(None, None)] * 2


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        (Kind.AMOUNT, "12,50", "bad_amount"),
        (Kind.AMOUNT, "1.005", "bad_amount"),
        (Kind.AMOUNT, "12345678901", "bad_amount"),
        (Kind.CURRENCY, "Euro", "bad_currency"),
        (Kind.COUNT, "1.5", "bad_count"),
        (Kind.PERCENT, "VAT", "bad_percent"),
        (Kind.CHOICE, "gone", "bad_choice"),
        (Kind.CODE, "1,23E+11", "scientific"),
        (Kind.CODE, "x" * (LONGEST_TEXT + 1), "too_long"),
        (Kind.TEXT, "x" * (LONGEST_TEXT + 1), "too_long"),
        (Kind.NAME, "漢" * LONGEST_TEXT, "too_long"),
        (Kind.DAY, "soon", "bad_date"),
        (Kind.DAY, "45306", "excel_serial"),
        (Kind.INSTANT, "45306,75", "excel_serial"),
        (Kind.INSTANT, "03/04/25", "bad_instant"),
    ],
)
def test_what_is_wrong_has_a_code(kind: Kind, text: str, code: str) -> None:
    assert read(text, kind) == (None, code)
    assert read(text, kind, required=True) == (None, code)


def test_the_first_report_is_read_as_strictly_as_ever() -> None:
    """Dates of a layout that begin with the year are not guessed from others."""
    assert read("31.05.2024", Kind.INSTANT, dates=DateOrder.YMD) == (None, "bad_instant")
    assert read("05/31/2024 21:40:06", Kind.INSTANT, dates=DateOrder.YMD)[1] == "bad_instant"
    assert read("13/1/17", Kind.INSTANT, dates=DateOrder.MDY) == (None, "bad_date")


def test_columns_are_read_cell_by_cell() -> None:
    texts = ["5", "", None, "x", " - ", "0", "€1,234.50", CLEAR]
    assert read_all(texts, Kind.AMOUNT) == [
        ("5", None),
        (None, None),
        (None, None),
        (None, "bad_amount"),
        (None, None),
        ("0", None),
        ("1234.50", None),
        (None, None),
    ]


def test_signs_turn_where_the_layout_says_so() -> None:
    texts = ["-1.50", "2", "0.00", "-0.00", "($3.00)", None]
    read_values = [value for value, _ in read_all(texts, Kind.AMOUNT, negate=True)]
    assert read_values == ["1.50", "-2", "0.00", "0.00", "3.00", None]


def test_numbers_of_a_spreadsheet_are_rounded() -> None:
    assert read("217.7085", Kind.AMOUNT, encoding="spreadsheet") == ("217.71", None)
    assert read("217.7085", Kind.AMOUNT) == (None, "bad_amount")


def test_names_are_mapped_and_may_be_dropped() -> None:
    values = {"Shop A": "Alpha Store", "private": ""}
    texts = ["shop  a", "Private", "Beta", '="Shop A"', CLEAR]
    assert [v for v, _ in read_all(texts, Kind.NAME, values=values)] == [
        "Alpha Store",
        None,
        "Beta",
        "Alpha Store",
        None,
    ]


def test_a_dropped_word_is_blank_and_no_fault() -> None:
    assert read("Unklar", Kind.CHOICE, values={"unklar": ""}) == (None, None)
    assert read("Unklar", Kind.CHOICE, values={"unklar": ""}, required=True) == (None, "missing")


def test_an_armoured_nothing_is_blank_and_no_fault() -> None:
    assert read('=""', Kind.CODE) == (None, None)
    assert read('=""', Kind.TEXT) == (None, None)


def test_times_are_naive_utc_and_days_are_not_shifted() -> None:
    texts = ["2024-05-31 21:40:06", "2024-05-31 21:40:06 +00", "2024-05-31", "31.05.2024"]
    values = [v for v, _ in read_all(texts, Kind.INSTANT, zone="Europe/Berlin")]
    assert values == [
        datetime(2024, 5, 31, 19, 40, 6),  # noqa: DTZ001
        datetime(2024, 5, 31, 21, 40, 6),  # noqa: DTZ001
        datetime(2024, 5, 31),  # noqa: DTZ001
        datetime(2024, 5, 31),  # noqa: DTZ001
    ]
    assert read("31.05.2024", Kind.DAY) == (date(2024, 5, 31), None)


def test_a_rule_that_forgets_reads_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "_REMEMBERED", 3)
    column = MappedColumn("gross", 0)
    checked = rule(column, FIELDS[Target.SALES]["gross"], plan_of(column))
    for start in range(0, 30, 5):
        texts = [f"€{number}" for number in range(start, start + 10)]
        frame = read_cells(pl.DataFrame({"gross": texts}), [checked])
        assert frame[typed("gross")].to_list() == [text[1:] for text in texts]


# -- the same as the readers of one text -------------------------------------------------------

# Polars and Python disagree about whether these are blanks.
TEXTS = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=12)
NUMERIC = st.text(st.sampled_from("0123456789.,'-() $€%"), max_size=12)
CLOCK = st.from_regex(
    r"(19|20)[0-9]{2}-[01][0-9]-[0-3][0-9][ T][0-2][0-9]:[0-6][0-9]:[0-6][0-9]"
    r"(\.[0-9]+)?( ?([+-][01][0-9](:?[0-6][0-9])?|Z|UTC|CET|PST))?",
    fullmatch=True,
)
DATES = st.from_regex(r"[0-3]?[0-9]([./-])[0-3]?[0-9]\1(20)?[0-9]{2}( 1?[0-9]:30( [AP]M)?)?")
CODES = st.from_regex(r"(=\"|')?[0-9A-F]{1,3}([.,][0-9]+)?([eE][+-][0-9]{2})?\"?", fullmatch=True)
Oracle = Callable[[str], Any]


def compare(texts: list[str], kind: Kind, oracle: Oracle, **style: Any) -> None:
    wanted = []
    for text in texts:
        plain = pl.Series([text]).str.strip_chars()[0]
        nothing = plain in PLACEHOLDERS or plain == CLEAR
        wanted.append(None if nothing else oracle(plain))
    assert [value for value, _ in read_all(texts, kind, **style)] == wanted


@given(st.lists(TEXTS | NUMERIC), st.sampled_from(NumberStyle), st.booleans())
def test_amounts_are_the_readers(texts: list[str], style: NumberStyle, rounds: bool) -> None:  # noqa: FBT001
    def oracle(text: str) -> str | None:
        amount = read_amount(text, style, rounds=rounds)
        return amount.value if amount else None

    encoding = "spreadsheet" if rounds else "utf-8"
    compare(texts, Kind.AMOUNT, oracle, number=style, encoding=encoding)
    compare(texts, Kind.COUNT, lambda text: read_count(text, style), number=style)


@given(st.lists(CLOCK | DATES | TEXTS), st.none() | st.sampled_from(DateOrder), st.booleans())
def test_times_and_days_are_the_readers(
    texts: list[str],
    order: DateOrder | None,
    local: bool,  # noqa: FBT001
) -> None:
    zone = "America/New_York" if local else "UTC"

    def oracle(text: str) -> datetime | None:
        instant = read_instant(text, order, ZoneInfo(zone))
        return instant.astimezone(UTC).replace(tzinfo=None) if instant else None

    compare(texts, Kind.INSTANT, oracle, dates=order, zone=zone)
    compare(texts, Kind.DAY, lambda text: read_day(text, order), dates=order)


@given(st.lists(TEXTS | CODES | NUMERIC))
def test_texts_and_words_are_the_readers(texts: list[str]) -> None:
    compare(texts, Kind.TEXT, read_text)
    compare(texts, Kind.CODE, read_code)
    compare(texts, Kind.PERCENT, read_percent)
    compare(texts, Kind.CURRENCY, read_currency)
    values = {"a": "sold", "0": ""}
    compare(
        texts,
        Kind.CHOICE,
        lambda text: read_choice(text, values, ItemStatus) or None,
        values=values,
    )


@given(st.lists(TEXTS | NUMERIC), st.none() | st.sampled_from(["CAD", "EUR"]))
def test_currencies_inside_amounts_are_the_readers(texts: list[str], home: str | None) -> None:
    frame = pl.DataFrame({"gross": pl.Series(texts, dtype=pl.String)})
    found = frame.select(amount_currency("gross", home))
    assert found.columns == [f"{typed('gross')}:currency"]
    assert found.to_series().to_list() == [currency_in(text, home) for text in texts]


# -- what goes with the rules ------------------------------------------------------------------


def test_symbols_are_needed_where_no_column_names_the_currency() -> None:
    gross, own = MappedColumn("gross", 0), MappedColumn("gross_currency", 1)
    assert needs_symbols(plan_of(gross), "gross")
    assert not needs_symbols(plan_of(gross, own), "gross")
    assert not needs_symbols(plan_of(MappedColumn("payout_total", 0)), "payout_total")
    assert not needs_symbols(plan_of(MappedColumn("name", 0)), "name")


def test_a_cell_can_say_that_its_field_is_emptied() -> None:
    frame = pl.DataFrame({"x": [CLEAR, f" {CLEAR} ", "x", None]})
    assert frame.select(is_clear("x")).to_series().to_list() == [True, True, False, None]


def test_every_code_has_a_sentence_with_a_remedy() -> None:
    codes = {"bad_instant", "bad_date", "bad_amount", "bad_currency", "missing", "too_long"}
    codes |= {"scientific", "excel_serial", "bad_count", "bad_percent", "bad_choice"}
    assert codes <= set(MESSAGES)
    styled = [
        message(code, MappedColumn("x", 0, number=number, dates=dates))
        for code in MESSAGES
        for number in (None, *NumberStyle)
        for dates in (None, *DateOrder)
    ]
    for sentence in styled:
        filled = sentence.format(value="V", column="C")
        assert filled.endswith(".")
        assert "{" not in filled


def test_sentences_are_in_the_style_of_the_column() -> None:
    assert "1.234,50" in message("bad_amount", MappedColumn("x", 0, number=COMMA))
    assert "1,234.50" in message("bad_amount", MappedColumn("x", 0, number=POINT))
    assert "31.12.2025" in message("bad_date", MappedColumn("x", 0, dates=DateOrder.DMY))
    assert "--dates dmy" in message("bad_date", MappedColumn("x", 0, dates=DateOrder.MDY))
    assert message("missing") == MESSAGES["missing"]


def test_the_pattern_of_shortened_numbers_is_one_for_both() -> None:
    assert re.match(SCIENTIFIC, "1,23E+11")
    assert pl.Series(["1,23E+11"]).str.contains(SCIENTIFIC)[0]
