"""How the person at this desktop writes numbers and days into filters."""

from __future__ import annotations

from datetime import tzinfo

from babel import Locale, dates, numbers

from soleflip_desktop.domain.filter_dates import DayOrder, DayStyle
from soleflip_desktop.domain.filter_numbers import NumberStyle
from soleflip_desktop.domain.filter_text import FilterStyle


def filter_style(locale: str, zone: tzinfo | None = None) -> FilterStyle:
    """The style of a locale; without a zone, days are those of the operating system."""
    parsed = Locale.parse(locale)
    pattern = dates.get_date_format("short", locale=parsed).pattern
    order = "".join(sign for sign in dict.fromkeys(pattern.lower()) if sign in "dmy")
    return FilterStyle(
        NumberStyle(numbers.get_decimal_symbol(parsed), numbers.get_group_symbol(parsed)),
        DayStyle(
            DayOrder(order) if order in set(DayOrder) else DayOrder.YMD,
            zone,
            first_weekday=parsed.first_week_day,
        ),
    )
