"""How the person at this desktop writes numbers and days."""

from __future__ import annotations

from datetime import tzinfo

from babel import Locale, dates, numbers

from soleflip_desktop.domain.edit_text import EditStyle
from soleflip_desktop.domain.import_plan import DateOrder, NumberStyle


def edit_style(locale: str, zone: tzinfo | None = None) -> EditStyle:
    """The style of a locale; without a zone, times are those of the operating system."""
    parsed = Locale.parse(locale)
    comma = numbers.get_decimal_symbol(parsed) == ","
    pattern = dates.get_date_format("short", locale=parsed).pattern
    order = "".join(sign for sign in dict.fromkeys(pattern.lower()) if sign in "dmy")
    known = order in set(DateOrder)
    return EditStyle(
        NumberStyle.COMMA if comma else NumberStyle.POINT,
        DateOrder(order) if known else DateOrder.YMD,
        zone,
        next((sign for sign in pattern if sign in "./-"), ""),
    )
