"""Sizes with counts in short: "US 8-11 x1, EU 42 x2, S-XL"."""

from __future__ import annotations

import re
from decimal import Decimal

from soleflip_desktop.domain.edit_text import EditTextError

Sizes = tuple[tuple[str, int], ...]

_MAX_UNITS = 1_000
_COUNT = re.compile(r"(.*?)\s+[x×]\s*(\d{1,4})", re.IGNORECASE | re.ASCII)
_RANGE = re.compile(
    r"([A-Za-z][A-Za-z ]*?)?\s*(\d{1,3}(?:[.,]5)?)\s*([WYCK]?)\s*[-–]\s*"
    r"(\d{1,3}(?:[.,]5)?)\s*([WYCK]?)(?:\s*/\s*(0?[.,]5|1|2))?",
    re.IGNORECASE | re.ASCII,
)
_LETTERS = ("XXS", "XS", "S", "M", "L", "XL", "XXL", "3XL", "4XL")
_HALVES = ("", "US", "US W", "UK")


def parse_sizes(text: str) -> Sizes:
    """Each size once, with how many of it. Raises EditTextError.

    A range of US and UK sizes goes by halves, any other by whole sizes; "/1" or "/0.5" behind it
    says otherwise.
    """
    found: dict[str, int] = {}
    for part in re.split(r"[,;\n]", text):
        if part.strip():
            sizes, count = _part(part.strip())
            for size in sizes:
                found[size] = found.get(size, 0) + count
    if sum(found.values()) > _MAX_UNITS:
        raise EditTextError(f"“{text}” is more than {_MAX_UNITS:,} units. Add fewer at a time.")
    return tuple(found.items())


def _part(text: str) -> tuple[list[str], int]:
    match = _COUNT.fullmatch(text)
    sizes, count = (match[1], int(match[2])) if match else (text, 1)
    if count == 0:
        raise EditTextError(f"“{text}” is no unit at all: write a count of 1 or more.")
    return _letters(sizes) or _numbers(sizes) or [" ".join(sizes.split())], count


def _letters(text: str) -> list[str]:
    low, dash, high = (part.strip().upper() for part in text.partition("-"))
    if not dash or low not in _LETTERS or high not in _LETTERS:
        return []
    first, last = _LETTERS.index(low), _LETTERS.index(high)
    if first > last:
        raise EditTextError(f"“{text}” runs backwards: write the smaller size first.")
    return list(_LETTERS[first : last + 1])


def _numbers(text: str) -> list[str]:
    match = _RANGE.fullmatch(text)
    if match is None:
        return []
    prefix = " ".join((match[1] or "").split()).upper()
    low, high = _decimal(match[2]), _decimal(match[4])
    suffix = (match[5] or match[3]).upper()
    usual = "0.5" if prefix in _HALVES else "1"
    step = _decimal(match[6] or usual)
    if low > high or (high - low) / step > 60:  # noqa: PLR2004  (no product has as many sizes)
        raise EditTextError(f"“{text}” is no range of sizes: write it like US 8-11.")
    count = int((high - low) / step) + 1
    values = (f"{low + step * at:f}".removesuffix(".0") for at in range(count))
    return [f"{prefix} {value}{suffix}".strip() for value in values]


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))
