"""Numbers as people type them into a filter: "1,234.50", "1.234,50 €", "−5 %"."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

#: More digits than any amount has; beyond them sums and indexes would not be exact.
_MOST_DIGITS = 15
_SIGN = re.compile(r"[+\-−]")
_AROUND = re.compile(r"(?:[A-Za-z]{3}|%)?\s*(.*?)\s*(?:[A-Za-z]{3}|%)?")


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """The decimal point and the sign between thousands of the person's locale."""

    point: str = "."
    group: str = ","


def read_number(text: str, style: NumberStyle) -> Decimal | None:
    """The number, or None where the text is none.

    Signs and codes of currencies and percent signs are passed over. The other style is understood
    where it cannot be mistaken: "12.50" in a locale that writes "12,50".
    """
    negative, digits = _bare(text)
    other = NumberStyle(*_opposite(style.point))
    for each, places in ((style, ""), (other, "{1,2}")):
        value = _digits(digits, each, places)
        if value is not None:
            return -value if negative else value
    return None


def write_number(value: Decimal, style: NumberStyle) -> str:
    """Without grouping, so that `read_number` takes it back as it is."""
    return f"{value:f}".replace(".", style.point)


def _bare(text: str) -> tuple[bool, str]:
    """Whether there is a minus, and what is left without it, without currency and blanks."""
    kept = "".join(" " if unicodedata.category(each) in {"Sc", "Zs"} else each for each in text)
    sign, kept = _without_sign(kept.strip())
    around = _AROUND.fullmatch(kept)
    if around:
        kept = around[1]
    if sign is None:  # "-€5" and "€-5" are the same
        sign, kept = _without_sign(kept)
    return sign == "-", kept


def _without_sign(text: str) -> tuple[str | None, str]:
    found = _SIGN.match(text)
    if found is None:
        return None, text
    return ("+" if found[0] == "+" else "-"), text[1:].strip()


def _digits(text: str, style: NumberStyle, places: str) -> Decimal | None:
    group = r"\s" if style.group.isspace() else re.escape(style.group)
    whole = rf"[0-9]{{1,3}}(?:(?:{group}|['’\s])[0-9]{{2,3}})*(?<=[0-9]{{3}})|[0-9]*"
    found = re.fullmatch(rf"({whole})(?:{re.escape(style.point)}([0-9]{places or '*'}))?", text)
    if found is None:
        return None
    integer = re.sub(r"[^0-9]", "", found[1])
    fraction = found[2] or ""
    if not integer + fraction or len(integer + fraction) > _MOST_DIGITS:
        return None
    return Decimal(f"{integer or '0'}.{fraction}" if fraction else integer)


def _opposite(point: str) -> tuple[str, str]:
    return (",", ".") if point == "." else (".", ",")
