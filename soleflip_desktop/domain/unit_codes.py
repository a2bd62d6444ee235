"""Codes on labels: our own for units and places, and the EAN or UPC on a box.

A unit's code is "SF", its number, and a check digit; a place's begins with "SL". Number and check
digit are padded with zeros to an even count of at least six digits: Code 128 packs digits in pairs.
S, F, L and the digits lie on the same keys of QWERTY and QWERTZ keyboards, so that a scanner that
types for another one still types them right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_FEWEST_DIGITS = 6
#: Longer than any number of the database (a signed 64-bit integer), with its check digit.
_MOST_DIGITS = 20
_LARGEST = 2**63 - 1
_EAN_LENGTHS = frozenset({8, 12, 13, 14})
_OURS = re.compile(rf"(SF|SL)([0-9]{{2,{_MOST_DIGITS}}})")

#: H. M. Damm's totally anti-symmetric quasigroup of order 10 (dissertation, Marburg 2004).
_DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)


class CodeOwner(StrEnum):
    """What a code of ours names; the value is its prefix."""

    UNIT = "SF"
    PLACE = "SL"


@dataclass(frozen=True, slots=True)
class OwnCode:
    """A code of ours, taken apart."""

    owner: CodeOwner
    number: int


def check_digit(digits: str) -> str:
    """Damm's algorithm: c = 0, then c = T[c][d] for each digit d; T is `_DAMM`.

    It notices every single wrong digit and every swap of neighbours; leading zeros do not count.
    """
    check = 0
    for digit in digits:
        check = int(_DAMM[check][int(digit)])
    return str(check)


def unit_code(item_id: int) -> str:
    """Like SF000125: unit 12, check digit 5."""
    return _own_code(CodeOwner.UNIT, item_id)


def place_code(location_id: int) -> str:
    return _own_code(CodeOwner.PLACE, location_id)


def parse_own_code(text: str) -> OwnCode | None:
    """None for no code of ours or a wrong check digit. Case and blanks do not count."""
    found = _OURS.fullmatch(clean_code(text).upper())
    if found is None or check_digit(found[2]) != "0":
        return None
    number = int(found[2][:-1])
    return OwnCode(CodeOwner(found[1]), number) if 0 < number <= _LARGEST else None


def parse_ean(text: str) -> str | None:
    """An EAN-8, UPC-A, EAN-13 or GTIN-14 by its length and check digit; None for anything else."""
    code = clean_code(text)
    if len(code) not in _EAN_LENGTHS or not (code.isascii() and code.isdigit()):
        return None
    return code if _gs1_sum(code) % 10 == 0 else None


def same_ean(code: str) -> tuple[str, ...]:
    """The ways the same number is stored: a UPC-A is an EAN-13 with a zero in front."""
    bare = code.lstrip("0")
    return tuple(dict.fromkeys([code, *(bare.zfill(size) for size in (8, 12, 13, 14))]))


def clean_code(text: str) -> str:
    """Without the blanks and unseen characters that scanners and people put around a code."""
    return "".join(char for char in text if char.isprintable() and not char.isspace())


def _own_code(owner: CodeOwner, number: int) -> str:
    digits = f"{number:0{_FEWEST_DIGITS - 1}}"
    if len(digits) % 2 == 0:
        digits = f"0{digits}"
    return f"{owner}{digits}{check_digit(digits)}"


def _gs1_sum(code: str) -> int:
    """Weights 1 and 3 from the right, the check digit among them (GS1 General Specifications)."""
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(code)))
