"""Cells: what each kind of column takes, and what it says of the rest."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soleflip_desktop.connectors.files.cells import (
    LONGEST_TEXT,
    MESSAGES,
    PLACEHOLDERS,
    cleaned,
    rule,
    typed,
)
from soleflip_desktop.connectors.files.profiles import Column, Kind


def read_all(
    texts: list[str | None], kind: Kind, *, required: bool = False
) -> list[tuple[Any, str | None]]:
    """Value and fault of each cell."""
    checked = rule(Column("x", "X", kind, required=required))
    frame = (
        pl.DataFrame({"x": pl.Series(texts, dtype=pl.String)})
        .lazy()
        .with_columns(cleaned("x"))
        .with_columns(checked.value)
        .with_columns(checked.fault)
        .collect()
    )
    return list(zip(frame[typed("x")].to_list(), frame["!x"].to_list(), strict=True))


def read(text: str | None, kind: Kind, *, required: bool = False) -> tuple[Any, str | None]:
    return read_all([text], kind, required=required)[0]


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("text", [*[f" {text} " for text in PLACEHOLDERS if text], " ", None])
def test_a_placeholder_is_nothing_and_a_fault_only_where_required(
    kind: Kind, text: str | None
) -> None:
    assert read(text, kind) == (None, None)
    assert read(text, kind, required=True) == (None, "missing")


@pytest.mark.parametrize("text", ["0", "0.00", "-0.01", "12", "12.5", "12.50", "9999999999.99"])
def test_amounts_are_taken_as_they_stand(text: str) -> None:
    assert read(f" {text}", Kind.AMOUNT) == (text, None)


@pytest.mark.parametrize(
    "text",
    ["1,5", "1.234", "1e5", "5 EUR", "(5.00)", "+5", ".5", "5.", "٥", "12345678901", "1 000"],
)
def test_other_amounts_are_told(text: str) -> None:
    assert read(text, Kind.AMOUNT) == (None, "bad_amount")


@given(st.decimals(-(10**9), 10**9, places=2))
def test_every_amount_comes_back_exactly(amount: Decimal) -> None:
    value, fault = read(f"{amount:f}", Kind.AMOUNT)
    assert fault is None
    assert Decimal(value) == amount


@given(st.text(max_size=12))
def test_an_amount_that_is_taken_is_a_number(text: str) -> None:
    for kind in (Kind.AMOUNT, Kind.DOLLARS):
        value, fault = read(text, kind)
        assert value is None or fault is None
        if value is not None:
            assert value.isascii()
            assert Decimal(value).is_finite()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$1,097", "1097"),
        ("$220", "220"),
        ("1097", "1097"),
        ("1,234,567.89", "1234567.89"),
        ("-$5", "-5"),
        ("217.7085", "217.71"),
        ("$1,097.5", "1097.5"),
        ("0.30000000000000004", "0.30"),
    ],
)
def test_dollars_may_have_signs_and_separators(text: str, value: str) -> None:
    assert read(text, Kind.DOLLARS) == (value, None)


@pytest.mark.parametrize(
    "text",
    ["$1,09", "$1,0977", "1,09", "$-5", "$", "$$5", "5$", "€5", "1.097,00", "$1 097", "1,,097"],
)
def test_other_dollars_are_told(text: str) -> None:
    assert read(text, Kind.DOLLARS) == (None, "bad_amount")


@given(st.floats(0, 1e8, allow_nan=False).map(repr).filter(lambda text: "e" not in text))
def test_long_decimals_are_rounded_half_up_from_the_binary_value(text: str) -> None:
    value, fault = read(text, Kind.DOLLARS)
    assert fault is None
    exact = Decimal(float(text))
    assert Decimal(value) == exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


OFFSETS = st.integers(-14 * 60, 14 * 60)


@given(
    st.datetimes(datetime(1950, 1, 1), datetime(2150, 1, 1)).map(  # noqa: DTZ001
        lambda time: time.replace(microsecond=0)
    ),
    OFFSETS,
    st.sampled_from(["", " "]),
    st.sampled_from(["", ":"]),
    st.sampled_from([" ", "T"]),
)
def test_every_time_with_every_offset_becomes_utc(
    local: datetime, offset: int, blank: str, colon: str, between: str
) -> None:
    sign, minutes = "-" if offset < 0 else "+", abs(offset)
    tail = f"{blank}{sign}{minutes // 60:02d}{colon}{minutes % 60:02d}"
    value, fault = read(f"{local:%Y-%m-%d}{between}{local:%H:%M:%S}{tail}", Kind.INSTANT)
    assert fault is None
    zone = timezone(timedelta(minutes=offset))
    assert value.replace(tzinfo=UTC) == local.replace(tzinfo=zone)


@pytest.mark.parametrize("tail", ["", "Z", " UTC", "+00", " +00", "-00:00", " +0000"])
def test_utc_has_many_spellings(tail: str) -> None:
    value, fault = read(f"2024-05-31 21:40:06{tail}", Kind.INSTANT)
    assert (value, fault) == (datetime(2024, 5, 31, 21, 40, 6), None)  # noqa: DTZ001


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-31",
        "2024-05-31 21:40",
        "2024-05-31 21:40:06 CET",
        "2024-05-31 21:40:06 +1",
        "2024-05-31 21:40:06 +15:00",
        "2024-05-31 21:40:06 ++00",
        "2024-05-31 21:40:06.123 +00",
        "2024-02-30 00:00:00 +00",
        "0000-01-01 00:00:00 +00",
        "0001-01-01 00:00:00 +05",
        "9999-12-31 23:59:59 -05",
        "31.05.2024 21:40:06",
        "Mai 2024",
    ],
)
def test_other_times_are_told(text: str) -> None:
    assert read(text, Kind.INSTANT) == (None, "bad_instant")


@given(st.dates(date(1970, 1, 1), date(2069, 12, 31)))
def test_dates_are_month_first_or_iso(day: date) -> None:
    short = f"{day.month}/{day.day}/{day:%y}"
    padded = f"{day:%m/%d/%y}"
    assert read_all([short, padded, day.isoformat()], Kind.US_DATE) == [(day, None)] * 3


@pytest.mark.parametrize(
    "text", ["13/1/17", "2/30/17", "1.9.2017", "9/1", "2017-13-01", "0000-01-01", "9999-01-01", "x"]
)
def test_other_dates_are_told(text: str) -> None:
    assert read(text, Kind.US_DATE) == (None, "bad_date")


@pytest.mark.parametrize("text", ["EUR", "USD", "GBP"])
def test_currencies_are_codes(text: str) -> None:
    assert read(text, Kind.CURRENCY) == (text, None)


@pytest.mark.parametrize("text", ["eur", "€", "EURO", "EU", "E R", "ЕUR"])
def test_other_currencies_are_told(text: str) -> None:
    assert read(text, Kind.CURRENCY) == (None, "bad_currency")


def test_texts_are_stripped_and_bounded() -> None:
    assert read("\t Nike  Dunk \n", Kind.TEXT) == ("Nike  Dunk", None)
    assert read("x" * LONGEST_TEXT, Kind.TEXT)[1] is None
    assert read("x" * (LONGEST_TEXT + 1), Kind.TEXT) == (None, "too_long")
    assert read("漢" * LONGEST_TEXT, Kind.TEXT) == (None, "too_long")


def test_columns_are_read_cell_by_cell() -> None:
    assert read_all(["5", "", None, "x", " - ", "0"], Kind.AMOUNT) == [
        ("5", None),
        (None, None),
        (None, None),
        (None, "bad_amount"),
        (None, None),
        ("0", None),
    ]


def test_every_code_has_a_sentence() -> None:
    codes = {"bad_instant", "bad_date", "bad_amount", "bad_currency", "missing", "too_long"}
    assert codes <= set(MESSAGES)
    for sentence in MESSAGES.values():
        filled = sentence.format(value="V", column="C")
        assert filled.endswith(".")
        assert "{" not in filled
