"""What is typed under a column, and what it means."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soleflip_desktop.domain.filter_dates import DayStyle
from soleflip_desktop.domain.filter_numbers import NumberStyle, read_number, write_number
from soleflip_desktop.domain.filter_text import (
    FilterStyle,
    FilterTextError,
    described,
    parse,
    renewed,
    write,
)
from soleflip_desktop.domain.grid_query import ColumnFilter, Condition, FieldKind, FilterValue
from soleflip_desktop.domain.grid_query import Operator as Op
from soleflip_desktop.domain.import_plan import DateOrder

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2025, 3, 30, 22, 30, tzinfo=UTC)  # in Berlin it is the 31st, a Monday
ENGLISH = FilterStyle(NumberStyle(".", ","), DayStyle(DateOrder.DMY, UTC, 0, lambda: NOW))
GERMAN = FilterStyle(NumberStyle(",", "."), DayStyle(DateOrder.DMY, BERLIN, 0, lambda: NOW))
AMERICAN = FilterStyle(
    NumberStyle(".", ","), DayStyle(DateOrder.MDY, ZoneInfo("America/New_York"), 6, lambda: NOW)
)
STYLES = st.sampled_from([ENGLISH, GERMAN, AMERICAN, FilterStyle()])
KINDS = st.sampled_from(list(FieldKind))
K = FieldKind


def one(operator: Op, *values: FilterValue) -> tuple[Condition, ...]:
    return (Condition(operator, values),)


def number(operator: Op, *values: str) -> tuple[Condition, ...]:
    return one(operator, *(Decimal(value) for value in values))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dunk", one(Op.CONTAINS, "dunk")),
        ("  dunk low ", one(Op.CONTAINS, "dunk low")),
        ("=Nike", one(Op.EQUALS, "Nike")),
        ("<> Nike", one(Op.DIFFERS, "Nike")),
        ("!=Nike", one(Op.DIFFERS, "Nike")),
        ("!kids", one(Op.LACKS, "kids")),
        (">m", one(Op.MORE, "m")),
        ("≥ m", one(Op.AT_LEAST, "m")),
        ("blank", one(Op.BLANK)),
        ("Not  Blank", one(Op.FILLED)),
        ("leer", one(Op.BLANK)),
        ("nicht leer", one(Op.FILLED)),
        ('=""', one(Op.BLANK)),
        ('<>""', one(Op.FILLED)),
        ("!blank", one(Op.FILLED)),
        ("<>not blank", one(Op.BLANK)),
        ('"blank"', one(Op.CONTAINS, "blank")),
        ('"black and white"', one(Op.CONTAINS, "black and white")),
        ('="a;b"', one(Op.EQUALS, "a;b")),
        ('"say ""hi"""', one(Op.CONTAINS, 'say "hi"')),
        ('5" box', one(Op.CONTAINS, '5" box')),
        ("dunk; !kids", one(Op.CONTAINS, "dunk") + one(Op.LACKS, "kids")),
        ("dunk AND low", one(Op.CONTAINS, "dunk") + one(Op.CONTAINS, "low")),
        ("rot und blau", one(Op.CONTAINS, "rot") + one(Op.CONTAINS, "blau")),
        ("hand sand", one(Op.CONTAINS, "hand sand")),
        ("10-20", one(Op.CONTAINS, "10-20")),
        ("", ()),
        (" ; ", ()),
    ],
)
def test_words(text: str, expected: tuple[Condition, ...]) -> None:
    assert parse(text, K.TEXT, ENGLISH) == expected
    assert parse(text, K.CHOICE, GERMAN) == expected


def test_sizes_are_compared_by_their_numbers() -> None:
    assert parse(">10.5", K.CHOICE, ENGLISH) == number(Op.MORE, "10.5")
    assert parse("9..11,5", K.CHOICE, GERMAN) == number(Op.BETWEEN, "9", "11.5")
    assert parse("10", K.CHOICE, ENGLISH) == one(Op.CONTAINS, "10")
    assert parse("=10", K.CHOICE, ENGLISH) == one(Op.EQUALS, "10")
    assert parse(">10", K.TEXT, ENGLISH) == one(Op.MORE, "10")
    assert parse("9..11", K.TEXT, ENGLISH) == one(Op.CONTAINS, "9..11")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("45", number(Op.EQUALS, "45")),
        (">10", number(Op.MORE, "10")),
        (">= 10", number(Op.AT_LEAST, "10")),
        ("<1,234.50", number(Op.LESS, "1234.5")),
        ("<=$10", number(Op.AT_MOST, "10")),
        ("=€ 12.5", number(Op.EQUALS, "12.5")),
        ("<>0", number(Op.DIFFERS, "0")),
        ("!0", number(Op.DIFFERS, "0")),
        ("10..20", number(Op.BETWEEN, "10", "20")),
        ("20 … 10", number(Op.BETWEEN, "10", "20")),
        ("10-20", number(Op.BETWEEN, "10", "20")),
        ("€10 – €20", number(Op.BETWEEN, "10", "20")),
        ("-20--10", number(Op.BETWEEN, "-20", "-10")),
        ("-5..5", number(Op.BETWEEN, "-5", "5")),
        ("10..", number(Op.AT_LEAST, "10")),
        ("..20", number(Op.AT_MOST, "20")),
        ("−5", number(Op.EQUALS, "-5")),
        ("-$5 USD", number(Op.EQUALS, "-5")),
        ("EUR 5", number(Op.EQUALS, "5")),
        ("25 %", number(Op.EQUALS, "25")),
        (">10 and <20", number(Op.MORE, "10") + number(Op.LESS, "20")),
        ("blank", one(Op.BLANK)),
        ("<>blank", one(Op.FILLED)),
    ],
)
def test_numbers(text: str, expected: tuple[Condition, ...]) -> None:
    assert parse(text, K.AMOUNT, ENGLISH) == expected
    assert parse(text, K.NUMBER, ENGLISH) == expected


@pytest.mark.parametrize(
    ("text", "point", "group", "expected"),
    [
        ("1.234,50", ",", ".", "1234.50"),
        ("1.234", ",", ".", "1234"),
        ("1,234", ".", ",", "1234"),
        ("12.50", ",", ".", "12.50"),
        ("12,5", ".", ",", "12.5"),
        ("1\u202f234,5", ",", "\u202f", "1234.5"),
        ("1 234,5", ",", "\u202f", "1234.5"),
        ("1’234.5", ".", "’", "1234.5"),
        ("1,23,456.7", ".", ",", "123456.7"),
        (".5", ".", ",", "0.5"),
        ("1,2345", ".", ",", None),
        ("1.2.3", ".", ",", None),
        ("", ".", ",", None),
        ("abc", ".", ",", None),
        ("--5", ".", ",", None),
        ("1" * 16, ".", ",", None),
        ("1e5", ".", ",", None),
        ("٣", ".", ",", None),
    ],
)
def test_each_locale_writes_numbers_its_way(
    text: str, point: str, group: str, expected: str | None
) -> None:
    value = read_number(text, NumberStyle(point, group))
    assert value == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize(
    ("text", "first", "end"),
    [
        ("2025-03-14", "2025-03-14", "2025-03-15"),
        ("14/03/2025", "2025-03-14", "2025-03-15"),
        ("14.3.25", "2025-03-14", "2025-03-15"),
        ("14 Mar 2025", "2025-03-14", "2025-03-15"),
        ("14. März 2025", "2025-03-14", "2025-03-15"),
        ("Mar 14, 2025", "2025-03-14", "2025-03-15"),
        ("2025", "2025-01-01", "2026-01-01"),
        ("2024-02", "2024-02-01", "2024-03-01"),
        ("12/2024", "2024-12-01", "2025-01-01"),
        ("Dez 2024", "2024-12-01", "2025-01-01"),
        ("2025-01-01..2025-02-01", "2025-01-01", "2025-02-02"),
        ("02/2025 - 01/2025", "2025-01-01", "2025-03-01"),
        ("today", "2025-03-30", "2025-03-31"),
        ("gestern", "2025-03-29", "2025-03-30"),
        ("tomorrow", "2025-03-31", "2025-04-01"),
        ("last 30 days", "2025-03-01", "2025-03-31"),
        ("letzte 30 Tage", "2025-03-01", "2025-03-31"),
        ("last 1 day", "2025-03-30", "2025-03-31"),
        ("last 2 weeks", "2025-03-17", "2025-03-31"),
        ("last 1 month", "2025-03-01", "2025-03-31"),  # there is no 30 February
        ("letzte 3 Monate", "2024-12-31", "2025-03-31"),
        ("past 1 year", "2024-03-31", "2025-03-31"),
        ("next 14 days", "2025-03-30", "2025-04-13"),
        ("nächste 14 Tage", "2025-03-30", "2025-04-13"),
        ("this week", "2025-03-24", "2025-03-31"),
        ("last week", "2025-03-17", "2025-03-24"),
        ("nächste Woche", "2025-03-31", "2025-04-07"),
        ("this month", "2025-03-01", "2025-04-01"),
        ("dieser Monat", "2025-03-01", "2025-04-01"),
        ("letzten Monat", "2025-02-01", "2025-03-01"),
        ("this quarter", "2025-01-01", "2025-04-01"),
        ("last year", "2024-01-01", "2025-01-01"),
        ("dieses Jahr", "2025-01-01", "2026-01-01"),
        ("last year..today", "2024-01-01", "2025-03-31"),
    ],
)
def test_days(text: str, first: str, end: str) -> None:
    expected = one(Op.BETWEEN, utc(first), utc(end))
    assert parse(text, K.MOMENT, ENGLISH) == expected
    assert parse(text, K.DAY, ENGLISH) == expected


@pytest.mark.parametrize(
    ("text", "operator", "day"),
    [
        (">2025-01-01", Op.AT_LEAST, "2025-01-02"),
        (">=2025-01-01", Op.AT_LEAST, "2025-01-01"),
        ("<2025-01", Op.LESS, "2025-01-01"),
        ("<=2025-01", Op.LESS, "2025-02-01"),
        ("2025-01-01..", Op.AT_LEAST, "2025-01-01"),
        ("..2025-01-01", Op.LESS, "2025-01-02"),
        (">today", Op.AT_LEAST, "2025-03-31"),
    ],
)
def test_comparisons_of_days(text: str, operator: Op, day: str) -> None:
    assert parse(text, K.MOMENT, ENGLISH) == one(operator, utc(day))


def test_days_are_those_of_the_persons_time_zone() -> None:
    """The clocks went forward on the 30th in Berlin: that day has 23 hours."""
    day = one(Op.BETWEEN, utc("2025-03-29T23:00"), utc("2025-03-30T22:00"))
    assert parse("30.03.2025", K.MOMENT, GERMAN) == day
    assert parse("gestern", K.MOMENT, GERMAN) == day
    assert parse("30.03.2025", K.DAY, GERMAN) == parse("2025-03-30", K.DAY, ENGLISH)
    fall = one(Op.BETWEEN, utc("2025-10-25T22:00"), utc("2025-10-26T23:00"))
    assert parse("2025-10-26", K.MOMENT, GERMAN) == fall


def test_american_days_and_weeks() -> None:
    assert parse("3/4/2025", K.DAY, AMERICAN) == parse("4/3/2025", K.DAY, ENGLISH)
    sunday = one(Op.BETWEEN, utc("2025-03-30"), utc("2025-04-06"))
    assert parse("this week", K.DAY, AMERICAN) == sunday


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("abc", K.AMOUNT, ["“abc”", "12,50", ">12,50", "10..20", "blank"]),
        (">", K.NUMBER, ["“>”", "needs a value"]),
        ("1-2-3", K.NUMBER, ["“1-2-3”"]),
        ("31.02.2025", K.MOMENT, ["“31.02.2025”", "last 30 days"]),
        ("soon", K.DAY, ["“soon”"]),
        ("9999", K.DAY, ["“9999”"]),
        ("last 3000 years", K.MOMENT, ["“last 3000 years”"]),
        ("last 0 days", K.MOMENT, ["“last 0 days”"]),
        ("<>2025", K.MOMENT, ["cannot be left out"]),
        ("!", K.TEXT, ["“!”", "=word"]),
    ],
)
def test_what_cannot_be_understood_is_answered_with_what_can(
    text: str, kind: FieldKind, words: list[str]
) -> None:
    with pytest.raises(FilterTextError) as raised:
        parse(text, kind, GERMAN)
    assert all(word in str(raised.value) for word in words), str(raised.value)


_SNIPPETS = st.sampled_from(
    [
        *(">", "<=", "!", "=", '"', ";", " and ", "..", "-", "10", "1,5", "€", "last ", "3 months"),
        *("2025-03-01", "blank", "not ", "this week", "31/12/2024", "…", " ", "a"),
    ]
)
TEXTS = st.one_of(st.text(), st.lists(_SNIPPETS).map("".join))


def test_nothing_is_not_compared_with() -> None:
    """Found by the test below: less than nothing is no filter that could be written back."""
    for text in ('<""', '>= ""', "<"):
        with pytest.raises(FilterTextError, match="needs a value behind it"):
            parse(text, FieldKind.TEXT, FilterStyle())


def test_a_joining_word_that_joins_nothing_is_a_word() -> None:
    found = parse("0 AND AND 0", FieldKind.TEXT, FilterStyle())
    assert [each.values for each in found] == [("0",), ("AND 0",)]
    written = write(found, FieldKind.TEXT, FilterStyle())
    assert parse(written, FieldKind.TEXT, FilterStyle()) == found


@given(TEXTS, KINDS, STYLES)
def test_no_text_crashes_and_what_is_understood_can_be_written_back(
    text: str, kind: FieldKind, style: FilterStyle
) -> None:
    try:
        conditions = parse(text, kind, style)
    except FilterTextError:
        return
    written = write(conditions, kind, style)
    assert parse(written, kind, style) == conditions
    assert renewed(ColumnFilter("f", written, conditions), kind, style).conditions == conditions
    described(ColumnFilter("f", text, conditions), "Title")


@given(
    st.decimals(-(10**9), 10**9, allow_nan=False, allow_infinity=False, places=2),
    st.sampled_from([NumberStyle(".", ","), NumberStyle(",", "."), NumberStyle(",", "\u202f")]),
)
def test_numbers_come_back_as_written(value: Decimal, style: NumberStyle) -> None:
    assert read_number(write_number(value, style), style) == value


@given(st.dates(datetime(1980, 1, 1).date(), datetime(2100, 1, 1).date()))  # noqa: DTZ001
def test_days_follow_each_other_without_gap_or_overlap(day: object) -> None:
    """In a zone whose clocks change at midnight, too."""
    for zone in (BERLIN, ZoneInfo("America/Sao_Paulo"), ZoneInfo("Asia/Beirut")):
        style = FilterStyle(days=DayStyle(zone=zone))
        today = datetime.fromisoformat(str(day)).date()
        texts = (str(today), str(today + timedelta(days=1)))
        first, second = (parse(text, K.MOMENT, style)[0].values for text in texts)
        assert first[1] == second[0]


def test_a_kept_filter_counts_from_today_and_keeps_its_meaning_elsewhere() -> None:
    old = one(Op.BETWEEN, utc("2024-01-01"), utc("2024-01-31"))
    moving = ColumnFilter("sold_at", "last 30 days", old)
    assert renewed(moving, K.MOMENT, ENGLISH).conditions == parse("last 30 days", K.MOMENT, ENGLISH)
    german = ColumnFilter("cost", ">1.000", parse(">1.000", K.AMOUNT, GERMAN))
    assert renewed(german, K.AMOUNT, GERMAN) == german
    assert renewed(german, K.AMOUNT, ENGLISH) == ColumnFilter("cost", ">1000", german.conditions)
    american = ColumnFilter("day", "3/4/2025", parse("3/4/2025", K.DAY, AMERICAN))
    assert renewed(american, K.DAY, ENGLISH).text == "2025-03-04"
    chosen = ColumnFilter("status", "", one(Op.ONE_OF, "sold"))
    assert renewed(chosen, K.CHOICE, ENGLISH) == chosen
    assert write(chosen.conditions, K.CHOICE, ENGLISH) == ""


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("> 100", (), "Cost > 100"),
        (">100", (), "Cost > 100"),
        ("10..20", (), "Cost: 10..20"),
        ("!lace", (), "Cost without lace"),
        ("blank", (), "Cost: blank"),
        ("", ("available", "sold"), "Cost: Available, Sold"),
        ("", ("available", ""), "Cost: Available, (Blank)"),
        ("", ("a", "b", "c", "d", "e", "f"), "Cost: A, B, C, D and 2 more"),
        ("", (), "Cost: none"),
    ],
)
def test_chips_say_what_a_filter_does(text: str, values: tuple[str, ...], expected: str) -> None:
    column = ColumnFilter("cost", text, one(Op.ONE_OF, *values))
    assert described(column, "Cost", str.capitalize) == expected
