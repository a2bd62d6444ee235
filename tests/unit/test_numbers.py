"""Amounts, counts, percentages and currencies in the spellings that files hold."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soleflip_desktop.connectors.files.numbers import (
    Amount,
    currency_in,
    is_undecided,
    read_amount,
    read_count,
    read_currency,
    read_percent,
)
from soleflip_desktop.domain.import_plan import NumberStyle

POINT, COMMA = NumberStyle.POINT, NumberStyle.COMMA
NBSP, NARROW, MINUS = "\u00a0", "\u202f", "\u2212"


@pytest.mark.parametrize(
    ("text", "style", "value", "currency"),
    [
        ("12", POINT, "12", None),
        ("12.5", POINT, "12.5", None),
        ("1.234,56 €", COMMA, "1234.56", "EUR"),
        (f"116,99{NBSP}€", COMMA, "116.99", "EUR"),
        ("€1,234.56", POINT, "1234.56", "EUR"),
        ("€180,50", COMMA, "180.50", "EUR"),
        ("EUR 12", POINT, "12", "EUR"),
        ("5 EUR", POINT, "5", "EUR"),
        ("USD 12.5", POINT, "12.5", "USD"),
        ("EUR129.95", POINT, "129.95", "EUR"),
        ("12,00eur", COMMA, "12.00", "EUR"),
        ("1 234,56", COMMA, "1234.56", None),
        (f"1{NBSP}234,56", COMMA, "1234.56", None),
        (f"1{NARROW}234{NARROW}567,8", COMMA, "1234567.8", None),
        ("1'234.56", POINT, "1234.56", None),
        ("1’234.56 CHF", POINT, "1234.56", "CHF"),
        ("Fr. 12.50", POINT, "12.50", "CHF"),
        ("(12,00)", COMMA, "-12.00", None),
        ("(5.00)", POINT, "-5.00", None),
        ("($5.00)", POINT, "-5.00", "USD"),
        ("12,00-", COMMA, "-12.00", None),
        (f"{MINUS}12.5", POINT, "-12.5", None),
        ("-$5", POINT, "-5", "USD"),
        ("EUR -5.10", POINT, "-5.10", "EUR"),
        ("$1,045.99", POINT, "1045.99", "USD"),
        ("C $129.95", POINT, "129.95", "CAD"),
        ("£123.45", POINT, "123.45", "GBP"),
        ("¥15,000", POINT, "15000", "JPY"),
        ("1.234,00 zł", COMMA, "1234.00", "PLN"),
        ("1 200 kr", COMMA, "1200", None),
        ("1.234.567,89", COMMA, "1234567.89", None),
        ("1,234,567.89", POINT, "1234567.89", None),
        ("1.234", COMMA, "1234", None),
        ("1,234", POINT, "1234", None),
        ("9999999999.99", POINT, "9999999999.99", None),
        ("-0.00", POINT, "-0.00", None),
    ],
)
def test_amounts_are_read_as_written(
    text: str, style: NumberStyle, value: str, currency: str | None
) -> None:
    assert read_amount(f" {text} ", style) == Amount(value, currency)


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("12,50", POINT),
        ("12.50", COMMA),
        ("1.005", POINT),
        ("1.234", POINT),
        ("1,234", COMMA),
        ("0,125", POINT),
        ("0.125", COMMA),
        ("$1,09", POINT),
        ("$1,0977", POINT),
        ("1,,097", POINT),
        ("1 234'567", POINT),
        ("12,34,567", POINT),
        ("1.097,00", POINT),
        ("1,234.56", COMMA),
        ("1.234,567", COMMA),
        ("$", POINT),
        ("$$5", POINT),
        ("$-5", POINT),
        ("$-", POINT),
        ("--5", POINT),
        ("-5-", POINT),
        ("(-5)", POINT),
        ("(5", POINT),
        ("€5€", POINT),
        ("5 pcs", POINT),
        ("7%", POINT),
        ("+5", POINT),
        (".5", POINT),
        ("5.", POINT),
        ("1e3", POINT),
        ("1e-05", POINT),
        ("0x10", POINT),
        ("١٠٠", POINT),
        ("Infinity", POINT),
        ("nan", POINT),
        ("12345678901", POINT),
        ("1" * 5000, POINT),
        ("", POINT),
    ],
)
def test_other_texts_are_no_amounts(text: str, style: NumberStyle) -> None:
    assert read_amount(text, style) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("217.7085", "217.71"),
        ("0.30000000000000004", "0.30"),
        ("2.675", "2.67"),
        ("7.105427357601002e-15", "0.00"),
        ("-0.001", "0.00"),
        ("-1.005", "-1.00"),
        ("1.234", "1.23"),
        ("12.5", "12.5"),
        ("9999999999.999", None),
        ("1,09", None),
        ("$1,0977", None),
        ("1e+16", None),
        (f"1.{'1' * 500}", None),
    ],
)
def test_a_spreadsheets_number_is_rounded(text: str, value: str | None) -> None:
    amount = read_amount(text, POINT, rounds=True)
    assert (amount and amount.value) == value


@given(st.floats(0, 1e8, allow_nan=False).map(repr).filter(lambda text: "e" not in text))
def test_long_decimals_are_rounded_half_up_from_the_binary_value(text: str) -> None:
    amount = read_amount(text, POINT, rounds=True)
    assert amount is not None
    exact = Decimal(float(text)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert Decimal(amount.value) == exact


GROUPS = {POINT: ["", ",", "'", " ", NBSP, NARROW], COMMA: ["", ".", "'", " ", NBSP, NARROW]}
NAMES = [("", None), ("€", "EUR"), ("$", "USD"), ("US $", "USD"), ("EUR", "EUR"), ("pln", "PLN")]


@st.composite
def spelled(draw: st.DrawFn) -> tuple[str, NumberStyle, Decimal, str | None]:
    style = draw(st.sampled_from(NumberStyle))
    amount = draw(st.decimals(-(10**9), 10**9, places=draw(st.integers(0, 2))))
    mark = "." if style is POINT else ","
    text = f"{abs(amount):,}".replace(",", "G").replace(".", mark)
    text = text.replace("G", draw(st.sampled_from(GROUPS[style])))
    name, currency = draw(st.sampled_from(NAMES))
    blank = draw(st.sampled_from(["", " ", NBSP])) if name else ""
    text = draw(st.sampled_from([f"{name}{blank}{text}", f"{text}{blank}{name}"]))
    if amount < 0:
        text = draw(st.sampled_from([f"-{text}", f"{MINUS}{text}", f"({text})", f"{text}-"]))
    return text, style, amount, currency


@given(spelled())
def test_every_amount_in_every_spelling_comes_back_exactly(
    case: tuple[str, NumberStyle, Decimal, str | None],
) -> None:
    text, style, amount, currency = case
    read = read_amount(text, style)
    assert read is not None, text
    assert (Decimal(read.value), read.currency) == (amount, currency)
    assert currency_in(text) == currency


ODD = st.text(st.sampled_from("0123456789.,'-() $€kr" + NBSP), max_size=14)


@given(ODD | spelled().map(lambda case: case[0]), st.booleans())
def test_two_readings_are_never_taken_for_one(text: str, rounds: bool) -> None:  # noqa: FBT001
    point, comma = (read_amount(text, style, rounds=rounds) for style in (POINT, COMMA))
    if point is not None and comma is not None and point != comma:
        assert is_undecided(text)


@given(st.text(max_size=14) | ODD, st.sampled_from(NumberStyle), st.booleans())
def test_what_is_taken_is_a_number(text: str, style: NumberStyle, rounds: bool) -> None:  # noqa: FBT001
    amount = read_amount(text, style, rounds=rounds)
    if amount is not None:
        assert amount.value.isascii()
        assert Decimal(amount.value).is_finite()
        assert -(10**10) < Decimal(amount.value) < 10**10


@pytest.mark.parametrize(
    ("text", "undecided"),
    [
        ("1.234", True),
        ("-1,234 €", True),
        ("12", False),
        ("1.23", False),
        ("0.125", False),
        ("1.234.567", False),
        ("1234.567", False),
        ("1 234", False),
        ("x", False),
    ],
)
def test_one_mark_and_three_digits_are_undecided(text: str, *, undecided: bool) -> None:
    assert is_undecided(text) is undecided


def test_a_shared_sign_means_the_files_own_currency() -> None:
    assert currency_in("$5", "CAD") == "CAD"
    assert currency_in("$5", "EUR") == "USD"
    assert currency_in("5 kr", "SEK") == "SEK"
    assert currency_in("5 kr") is None
    assert currency_in("€5", "CAD") == "EUR"


@pytest.mark.parametrize(
    ("text", "style", "count"),
    [
        ("12", POINT, 12),
        ("1,234", POINT, 1234),
        ("1.234", COMMA, 1234),
        ("3.0", POINT, 3),
        ("0", COMMA, 0),
        ("1.5", POINT, None),
        ("1.000", POINT, None),
        ("-1", POINT, None),
        ("1234567890", POINT, None),
        ("two", POINT, None),
    ],
)
def test_counts_are_whole_numbers(text: str, style: NumberStyle, count: int | None) -> None:
    assert read_count(text, style) == count


@pytest.mark.parametrize(
    ("text", "percent"),
    [
        ("19 %", "19"),
        ("19%", "19"),
        ("19,0", "19.0"),
        ("0.19", "0.19"),
        ("7.5", "7.5"),
        ("8.1234", "8.1234"),
        ("8.12345", None),
        ("1000", None),
        ("-1", None),
        ("VAT", None),
    ],
)
def test_percent_are_read_as_percent(text: str, percent: str | None) -> None:
    assert read_percent(text) == percent


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("EUR", "EUR"),
        ("eur", "EUR"),
        ("€", "EUR"),
        ("US $", "USD"),
        ("XTS", "XTS"),
        ("Euro", None),
        ("EU", None),
        ("E R", None),
        ("ЕUR", None),
        ("kr", None),
        ("abc", None),
    ],
)
def test_currencies_are_codes_or_signs(text: str, code: str | None) -> None:
    assert read_currency(text) == code
