"""How the person at this desktop writes numbers and days, into filters and into fields."""

from __future__ import annotations

from datetime import tzinfo

from babel import Locale, dates, numbers

from soleflip_desktop.domain.edit_text import EditStyle
from soleflip_desktop.domain.filter_dates import DayStyle
from soleflip_desktop.domain.filter_numbers import NumberStyle
from soleflip_desktop.domain.filter_text import FilterStyle
from soleflip_desktop.domain.import_plan import DateOrder
from soleflip_desktop.domain.import_plan import NumberStyle as DecimalStyle


def filter_style(locale: str, zone: tzinfo | None = None) -> FilterStyle:
    """The style of a locale; without a zone, days are those of the operating system."""
    parsed = Locale.parse(locale)
    return FilterStyle(
        NumberStyle(numbers.get_decimal_symbol(parsed), numbers.get_group_symbol(parsed)),
        DayStyle(_date_order(parsed), zone, first_weekday=parsed.first_week_day),
    )


def edit_style(locale: str, zone: tzinfo | None = None) -> EditStyle:
    """The style of a locale; without a zone, times are those of the operating system."""
    parsed = Locale.parse(locale)
    comma = numbers.get_decimal_symbol(parsed) == ","
    return EditStyle(
        DecimalStyle.COMMA if comma else DecimalStyle.POINT,
        _date_order(parsed),
        zone,
        next((sign for sign in _short_pattern(parsed) if sign in "./-"), ""),
    )


def _date_order(locale: Locale) -> DateOrder:
    letters = dict.fromkeys(_short_pattern(locale).lower())
    order = "".join(letter for letter in letters if letter in "dmy")
    return DateOrder(order) if order in set(DateOrder) else DateOrder.YMD


def _short_pattern(locale: Locale) -> str:
    return dates.get_date_format("short", locale=locale).pattern
