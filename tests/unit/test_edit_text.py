from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soleflip_desktop.domain.edit_text import EditStyle, EditTextError, parse_value, show_value
from soleflip_desktop.domain.import_plan import DateOrder, NumberStyle
from soleflip_desktop.domain.inventory import ItemStatus
from soleflip_desktop.domain.unit_fields import UNIT_FIELDS, UNIT_FIELDS_BY_NAME, ValueKind

BERLIN = ZoneInfo("Europe/Berlin")
GERMAN = EditStyle(NumberStyle.COMMA, DateOrder.DMY, BERLIN)
BRITISH = EditStyle(NumberStyle.POINT, DateOrder.DMY, UTC, "/")
AMERICAN = EditStyle(NumberStyle.POINT, DateOrder.MDY, ZoneInfo("America/New_York"))
FIELDS = UNIT_FIELDS_BY_NAME

styles = st.sampled_from((GERMAN, BRITISH, AMERICAN, EditStyle()))
words = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=12)
tag = words.filter(lambda word: "," not in word)
days = st.dates(date(1000, 1, 1), date(9998, 12, 31))
seconds = st.integers(0, 86_400 * 365 * 200) | st.decimals(0, 10**9, places=6)
moments = seconds.map(
    lambda after: (
        datetime(1900, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(Decimal(after) * 10**6))
    )
)


def value_of(kind: ValueKind) -> st.SearchStrategy[object]:
    return {
        ValueKind.AMOUNT: st.decimals(0, 10**11, places=2),
        ValueKind.PERCENT: st.decimals(0, 100, places=4),
        ValueKind.CURRENCY: st.sampled_from(("EUR", "USD", "JPY")),
        ValueKind.MOMENT: moments,
        ValueKind.DAY: days,
        ValueKind.TAGS: st.lists(tag, min_size=1, unique=True).map(tuple),
    }.get(kind, words)


@pytest.mark.parametrize("field", UNIT_FIELDS, ids=lambda field: field.name)
@given(data=st.data(), style=styles)
def test_what_is_shown_reads_back_as_the_same_value(
    field: object, data: st.DataObject, style: EditStyle
) -> None:
    unit_field = next(each for each in UNIT_FIELDS if each is field)
    choices = unit_field.choices
    value = data.draw(value_of(unit_field.kind) if choices is None else st.sampled_from(choices))
    assert parse_value(unit_field, show_value(unit_field, value, style), style) == value


@pytest.mark.parametrize("field", UNIT_FIELDS, ids=lambda field: field.name)
@given(text=st.text(max_size=40), style=styles)
def test_any_text_is_a_value_or_a_sentence(field: object, text: str, style: EditStyle) -> None:
    unit_field = next(each for each in UNIT_FIELDS if each is field)
    try:
        value = parse_value(unit_field, text, style)
    except EditTextError as error:
        said = str(error)
    else:
        said = "."
        assert value is None or show_value(unit_field, value, style)
    assert said.endswith(".")


@pytest.mark.parametrize(
    ("text", "style", "expected"),
    [
        ("120", GERMAN, "120"),
        ("1.234,50 €", GERMAN, "1234.50"),
        ("EUR 1.234,5", GERMAN, "1234.5"),
        ("1 234,50", GERMAN, "1234.50"),
        ("£1,234.50", BRITISH, "1234.50"),
        ("0", BRITISH, "0"),
        (".5", BRITISH, "0.5"),
    ],
)
def test_amounts_are_read_in_the_persons_own_style(
    text: str, style: EditStyle, expected: str
) -> None:
    assert parse_value(FIELDS["cost"], text, style) == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("12.50", "an amount like 1.234,50"),
        ("zwölf", "an amount like 1.234,50"),
        ("-3", "below zero"),
        ("1,005", "decimal places"),
        ("9999999999999", "too large"),
    ],
)
def test_what_is_no_amount_is_told_with_what_is_expected(text: str, says: str) -> None:
    with pytest.raises(EditTextError, match=says):
        parse_value(FIELDS["cost"], text, GERMAN)


def test_blank_is_empty_and_not_zero() -> None:
    assert parse_value(FIELDS["cost"], "  ", BRITISH) is None
    assert parse_value(FIELDS["tags"], " , ", BRITISH) is None
    assert show_value(FIELDS["cost"], None, BRITISH) == ""
    with pytest.raises(EditTextError, match="Status cannot be empty"):
        parse_value(FIELDS["status"], "", BRITISH)


@pytest.mark.parametrize("text", ["to ship", "To ship", "TO_SHIP", "to-ship"])
def test_choices_are_read_by_their_words(text: str) -> None:
    assert parse_value(FIELDS["status"], text, BRITISH) is ItemStatus.TO_SHIP


def test_an_unknown_choice_names_those_there_are() -> None:
    with pytest.raises(EditTextError, match=r"“mint” is no condition. Choose one of: New, Exc"):
        parse_value(FIELDS["condition"], "mint", BRITISH)


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("05.12.2026", GERMAN),
        ("5.12.26", GERMAN),
        ("12/05/2026", AMERICAN),
        ("2026-12-05", AMERICAN),
        ("2026-12-05", GERMAN),
        ("26-12-05", EditStyle()),
    ],
)
def test_days_are_read_in_the_persons_order_and_in_iso(text: str, style: EditStyle) -> None:
    assert parse_value(FIELDS["return_until"], text, style) == date(2026, 12, 5)


def test_a_day_without_a_clock_is_local_midnight() -> None:
    moment = parse_value(FIELDS["acquired_at"], "05.12.2026", GERMAN)
    assert moment == datetime(2026, 12, 4, 23, tzinfo=UTC)
    assert show_value(FIELDS["acquired_at"], moment, GERMAN) == "05.12.2026"
    at = parse_value(FIELDS["acquired_at"], "05.12.2026 9:30", GERMAN)
    assert at == datetime(2026, 12, 5, 8, 30, tzinfo=UTC)


def test_the_hour_that_exists_twice_keeps_its_place() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    for moment in (first, first + timedelta(hours=1)):
        text = show_value(FIELDS["acquired_at"], moment, GERMAN)
        assert parse_value(FIELDS["acquired_at"], text, GERMAN) == moment


def test_tags_are_separated_by_commas_each_once() -> None:
    assert parse_value(FIELDS["tags"], "rare, for  me,rare,", BRITISH) == ("rare", "for me")
