"""How a column is written, decided from all its values, and said in a sentence."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soleflip_desktop.connectors.files.evidence import AmountTally, DateTally
from soleflip_desktop.connectors.files.numbers import read_amount
from soleflip_desktop.domain.import_plan import DateOrder, NumberStyle
from soleflip_desktop.domain.import_sketch import ColumnEvidence

POINT, COMMA = NumberStyle.POINT, NumberStyle.COMMA


def amounts(*texts: str, rounds: bool = False) -> ColumnEvidence:
    tally = AmountTally(rounds=rounds)
    for text in texts:
        tally.add(text)
    return tally.evidence("gross", "Price")


def dates(*texts: str) -> ColumnEvidence:
    tally = DateTally()
    for text in texts:
        tally.add(text)
    return tally.evidence("sold_at", "Sale Date")


@pytest.mark.parametrize(
    ("texts", "number"),
    [
        (["12.50"], POINT),
        (["12,50"], COMMA),
        (["1,234.56", "7"], POINT),
        (["1.234,56 €", "1.234"], COMMA),
        (["1.234.567"], COMMA),
        (["12", "1 234", "0"], POINT),
        (["12.50", "13.50", "1,25"], POINT),
        (["1.234", "9.50"], POINT),
        ([], POINT),
        (["", "N/A", "<empty>"], POINT),
    ],
)
def test_a_columns_style_is_decided_by_all_its_values(
    texts: list[str], number: NumberStyle
) -> None:
    evidence = amounts(*texts)
    assert (evidence.number, evidence.ambiguous) == (number, False)


def test_the_sentence_counts_the_values() -> None:
    tally = AmountTally()
    tally.add("1.234,56", 400)
    tally.add("9,50", 12)
    evidence = tally.evidence("gross", "Preis")
    assert evidence.sentence == "412 of 412 values fit 1.234,56; 0 fit 1,234.56."
    assert (evidence.fits, evidence.decisive) == (
        {"point": 0, "comma": 412},
        {"point": 0, "comma": 412},
    )


def test_only_thousands_or_decimals_must_be_chosen() -> None:
    evidence = amounts("12", "1.234", "2.500 €")
    assert (evidence.number, evidence.ambiguous, evidence.example) == (None, True, "1.234")
    assert evidence.readings == {"point": "1.234 (three decimals)", "comma": "1234.00"}
    assert evidence.sentence.endswith("choose one.")
    assert amounts("1,234").readings == {"point": "1234.00", "comma": "1.234 (three decimals)"}


def test_a_spreadsheets_long_number_decides() -> None:
    assert amounts("1.234", "217.7085", rounds=True).number is POINT
    undecided = amounts("1.234", rounds=True)
    assert undecided.readings == {"point": "1.23", "comma": "1234.00"}


def test_the_minority_is_told_and_a_tie_must_be_chosen() -> None:
    evidence = amounts("12.50", "13.50", "1,25")
    assert "rejected row by row" in evidence.sentence
    tie = amounts("12.50", "1,25")
    assert (tie.number, tie.ambiguous, tie.example) == (None, True, "12.50")
    assert tie.readings == {"point": "12.50", "comma": "not readable"}


@given(st.lists(st.text(st.sampled_from("0123456789.,'- €"), max_size=9), max_size=8))
def test_a_value_with_two_readings_never_passes_unseen(texts: list[str]) -> None:
    """Without a value that decides, a column in which the style matters is asked about."""
    evidence = amounts(*texts)
    differ = any(
        read_amount(text, POINT)
        and read_amount(text, COMMA)
        and read_amount(text, POINT) != read_amount(text, COMMA)
        for text in texts
    )
    assert not differ or evidence.ambiguous or any(evidence.decisive.values())
    assert evidence.ambiguous == (evidence.number is None)
    if evidence.ambiguous:
        assert evidence.example in texts
        assert set(evidence.readings) == {"point", "comma"}


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["31/12/2025", "01/02/2025"], DateOrder.DMY),
        (["12/31/2025", "01/02/2025"], DateOrder.MDY),
        (["1/13/17", "1/14/17", "13/1/17"], DateOrder.MDY),
        (["2025-12-31", "2025-01-02 10:00:00 +00"], DateOrder.YMD),
        (["31.12.2025", "01.02.2025"], DateOrder.DMY),
        (["2025-12-31", "31.12.2025"], DateOrder.DMY),
        (["05/05/2025"], DateOrder.DMY),
        (["Dez 29, 2025", "soon"], DateOrder.YMD),
        (["03.04.2025", "12/31/2025"], DateOrder.MDY),
        (["N/A"], DateOrder.YMD),
    ],
)
def test_the_order_of_day_and_month_is_decided_by_all_values(
    texts: list[str], order: DateOrder
) -> None:
    evidence = dates(*texts)
    assert (evidence.dates, evidence.ambiguous) == (order, False)
    assert evidence.sentence


def test_only_small_numbers_must_be_chosen() -> None:
    evidence = dates("05/05/2025", "03/04/25 10:00", "2025-01-01")
    assert (evidence.dates, evidence.ambiguous, evidence.example) == (None, True, "03/04/25 10:00")
    assert evidence.readings == {"dmy": "2025-04-03", "mdy": "2025-03-04"}
    assert evidence.fits == {"dmy": 3, "mdy": 3, "ymd": 1}


@given(st.lists(st.dates(date(1950, 1, 1), date(2060, 1, 1)), min_size=1), st.booleans())
def test_slashed_days_are_never_read_wrongly(days: list[date], month_first: bool) -> None:  # noqa: FBT001
    order = DateOrder.MDY if month_first else DateOrder.DMY
    shape = "%m/%d/%Y" if month_first else "%d/%m/%Y"
    evidence = dates(*(f"{day:{shape}}" for day in days))
    if any(day.day > 12 for day in days):
        assert evidence.dates is order
    elif any(day.day != day.month for day in days):
        assert evidence.ambiguous


def test_the_windows_process_needs_no_polars_for_it() -> None:
    program = (
        "import sys, soleflip_desktop.connectors.files.evidence;"
        "sys.exit(bool({'polars', 'numpy'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
