"""Days and instants in the spellings that files hold, English and German."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soleflip_desktop.connectors.files.dates import (
    EARLIEST,
    EXCEL_SERIAL,
    LATEST,
    read_day,
    read_instant,
)
from soleflip_desktop.domain.import_plan import DateOrder

DMY, MDY, YMD = DateOrder.DMY, DateOrder.MDY, DateOrder.YMD
UTC_ZONE, BERLIN = ZoneInfo("UTC"), ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("2025-12-31", None, date(2025, 12, 31)),
        ("2025/12/31", MDY, date(2025, 12, 31)),
        ("2025-12-31", DMY, date(2025, 12, 31)),
        ("2017-09-01 00:00:00", MDY, date(2017, 9, 1)),
        ("31.12.2025", None, date(2025, 12, 31)),
        ("08.09.2024", MDY, date(2024, 9, 8)),
        ("31.12.23", DMY, date(2023, 12, 31)),
        ("1.9.2017", DMY, date(2017, 9, 1)),
        ("05/01/24", DMY, date(2024, 1, 5)),
        ("05/01/24", MDY, date(2024, 5, 1)),
        ("9/1/17", MDY, date(2017, 9, 1)),
        ("13-02-2024", DMY, date(2024, 2, 13)),
        ("1/1/69", DMY, date(2069, 1, 1)),
        ("1/1/70", DMY, date(1970, 1, 1)),
        ("8. Juli 2022", None, date(2022, 7, 8)),
        ("15. Januar 2024", MDY, date(2024, 1, 15)),
        ("3. März 2024", YMD, date(2024, 3, 3)),
        ("Jul-21-25", None, date(2025, 7, 21)),
        ("10-Dez-25", None, date(2025, 12, 10)),
        ("Jan 5, 2026", None, date(2026, 1, 5)),
        ("Dez 29, 2025", None, date(2025, 12, 29)),
        ("29 Dec 2025", None, date(2025, 12, 29)),
        ("Sept. 3rd, 2025", None, date(2025, 9, 3)),
        ("31/May/2024", None, date(2024, 5, 31)),
        (f"29{chr(160)}Dec  2025", None, date(2025, 12, 29)),
    ],
)
def test_days_are_read_as_written(text: str, order: DateOrder | None, day: date) -> None:
    assert read_day(text, order) == day
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if ":" not in text:
        assert read_instant(text, order, BERLIN) == midnight


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("03/04/25", None),
        ("31.12.2025", YMD),
        ("31/12/2025", YMD),
        ("13/1/17", MDY),
        ("1/13/17", DMY),
        ("12.31.2025", MDY),
        ("2/30/17", MDY),
        ("2024-02-30", None),
        ("2017-13-01", None),
        ("9/1", MDY),
        ("1/2/202", MDY),
        ("01/02.2024", DMY),
        ("Mai 2024", None),
        ("31. Foo 2024", None),
        ("Feb 30, 2024", None),
        ("soon", None),
        ("45306", None),
        ("0000-01-01", None),
        ("1899-12-31", None),
        ("9999-01-01", None),
        ("2024-05-31 25:00", None),
        ("2024-05-31 foo", None),
        ("٢٠٢٤-05-31", None),
        ("2024-05-31" + " " * 10 + "x" * 5000, None),
        ("", None),
    ],
)
def test_other_texts_are_no_days(text: str, order: DateOrder | None) -> None:
    assert read_day(text, order) is None
    assert read_instant(text, order, UTC_ZONE) is None


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2022-07-07 21:40:06 +00", "2022-07-07 21:40:06"),
        ("2024-05-31T21:40:06.123456789Z", "2024-05-31 21:40:06.123456"),
        ("2024-05-31 21:40:06.5 +02:00", "2024-05-31 19:40:06.500000"),
        ("2024-05-31 21:40", "2024-05-31 19:40"),
        ("2024-12-31 21:40", "2024-12-31 20:40"),
        ("2024-05-31 21:40:06 UTC", "2024-05-31 21:40:06"),
        ("2024-05-31 21:40:06 CEST", "2024-05-31 19:40:06"),
        ("15/08/2024 14:05:09", "2024-08-15 12:05:09"),
        ("15/08/2024 2:05 PM", "2024-08-15 12:05"),
        ("15/08/2024 12:05 a.m.", "2024-08-14 22:05"),
        ("Jan-01-2026 00:00:00 AM PST", "2026-01-01 08:00"),
        ("01.10.2025, 14:05 Uhr", "2025-10-01 12:05"),
        ("8. Juli 2022 14:05", "2022-07-08 12:05"),
        ("2016-12-31 23:59:60Z", "2017-01-01 00:00"),
    ],
)
def test_times_are_read_with_their_offset_or_in_the_files_zone(text: str, utc: str) -> None:
    expected = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert read_instant(text, DMY, BERLIN) == expected


@pytest.mark.parametrize(
    "tail",
    ["+1", " +15:00", " ++00", " +00 ?", " +05:99", " XYZ", " 13", " PM", ":61", " 2:60", "T"],
)
def test_no_half_read_times(tail: str) -> None:
    assert read_instant(f"2024-05-31 21:40{tail}", None, UTC_ZONE) is None


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01 00:00:00 +05",
        "9999-12-31 23:59:59 -05",
        "0000-01-01 00:00:00 +00",
        "1900-01-01 00:00:00 +01",
        "2200-01-01 00:00:01",
    ],
)
def test_the_ends_of_time_are_no_crash(text: str) -> None:
    assert read_instant(text, None, UTC_ZONE) is None


MONTHS_EN = "January February March April May June July August September October November December"
MONTHS_DE = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"
NAMES = [MONTHS_EN.split(), MONTHS_DE.split()]
NAMES += [[name[:3] for name in names] for names in NAMES]


@st.composite
def spelled(draw: st.DrawFn) -> tuple[str, DateOrder | None, date]:
    day = draw(st.dates(EARLIEST, LATEST))
    month = draw(st.sampled_from(NAMES))[day.month - 1]
    d, m = draw(st.sampled_from([(f"{day.day}", f"{day.month}"), (f"{day:%d}", f"{day:%m}")]))
    y = str(day.year)
    if 1970 <= day.year <= 2069:
        y = draw(st.sampled_from([y, y[2:]]))
    spellings: list[tuple[str, DateOrder | None]] = [
        (f"{d}.{m}.{y}", None),
        (f"{d}/{m}/{y}", DMY),
        (f"{d}-{m}-{y}", DMY),
        (f"{m}/{d}/{y}", MDY),
        (day.isoformat(), draw(st.none() | st.sampled_from(DateOrder))),
        (f"{d}. {month} {y}", None),
        (f"{d} {month} {y}", YMD),
        (f"{d}-{month}-{y}", DMY),
        (f"{month}-{d}-{y}", None),
        (f"{month} {d}, {y}", MDY),
    ]
    text, order = draw(st.sampled_from(spellings))
    return text, order, day


@given(spelled())
def test_every_day_in_every_spelling_comes_back(case: tuple[str, DateOrder | None, date]) -> None:
    text, order, day = case
    assert read_day(text, order) == day


@given(
    spelled(),
    st.times().map(lambda moment: moment.replace(microsecond=0)),
    st.integers(-14 * 60, 14 * 60),
    st.booleans(),
)
def test_every_time_with_every_offset_becomes_utc(
    case: tuple[str, DateOrder | None, date],
    clock_time: time,
    offset: int,
    half: bool,  # noqa: FBT001
) -> None:
    text, order, day = case
    sign, minutes = "-" if offset < 0 else "+", abs(offset)
    clock = f"{clock_time:%I:%M:%S %p}" if half else f"{clock_time:%H:%M:%S}"
    local = datetime.combine(day, clock_time, timezone(timedelta(minutes=offset)))
    read = read_instant(
        f"{text} {clock} {sign}{minutes // 60:02d}:{minutes % 60:02d}", order, UTC_ZONE
    )
    utc = local.astimezone(UTC)
    first, last = (datetime(d.year, d.month, d.day, tzinfo=UTC) for d in (EARLIEST, LATEST))
    assert read == (utc if first <= utc <= last else None)


@given(st.text(max_size=20) | st.text(st.sampled_from("0123/-. :TZAPM+"), max_size=22))
def test_no_text_is_a_crash(text: str) -> None:
    for order in (None, *DateOrder):
        day, instant = read_day(text, order), read_instant(text, order, BERLIN)
        assert day is None or EARLIEST <= day <= LATEST
        assert instant is None or instant.tzinfo is UTC


@pytest.mark.parametrize(("text", "serial"), [("45306", True), ("45306.5", True), ("2024", False)])
def test_a_spreadsheets_number_for_a_day_is_known(text: str, *, serial: bool) -> None:
    assert bool(re.match(EXCEL_SERIAL, text)) is serial
