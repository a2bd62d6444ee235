"""Splits the style column of a marketplace into manufacturer codes.

Rules of design/reference.md 3.4: upper case, no blanks around separators, several codes become
several identifiers, leading zeros stay, and no code is ever made up. A slash is a separator only
between things that look like whole codes (shapes of 2.4 and marketplaces.md 1.9): in "M5000/10" it
is part of the code.
"""

from __future__ import annotations

import re
from itertools import pairwise

__all__ = ["split_style_codes"]

_PLACEHOLDERS = frozenset(
    {"", "N/A", "NA", "-", "--", "NULL", "NAN", "NONE", "TBD", "TBA", "UNKNOWN", "?"}
)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))  # as word processors type them
_SIMPLE = re.compile(r"[A-Z0-9]+(?:-[A-Z0-9]+)?")
_TIGHT = re.compile(r"\s*([-_.])\s*")
_LISTS = re.compile(r"[,;|]|\s+(?:OR|AND|&|\+)\s+")
_NOT_AVAILABLE = re.compile(r"(?<![A-Z0-9])N\s*/\s*A(?![A-Z0-9])")
_SLASH = re.compile(r"\s*/\s*")
_SHORTEST_CODE = 5  # "555088-101", "FV5029", "M2002"; a shorter piece is a colour behind a slash
_SHORTEST_SPACED_CODE = 3  # blanks around the slash say "two codes" more clearly


def split_style_codes(raw: str | None) -> tuple[str, ...]:
    """All codes of a style text in the order printed; () for a placeholder."""
    # Runs of blanks go first: the patterns would take quadratic time over them.
    text = " ".join((raw or "").replace("\n", ";").translate(_DASHES).upper().split())
    if _SIMPLE.fullmatch(text):  # most codes by far, and the rules below take their time
        return () if text in _PLACEHOLDERS else (text,)
    codes: list[str] = []
    for part in _LISTS.split(_NOT_AVAILABLE.sub(" ", text)):
        codes.extend(_slashed(part))
    return tuple(dict.fromkeys(code for code in codes if code not in _PLACEHOLDERS))


def _slashed(part: str) -> list[str]:
    pieces = [_normalised(piece) for piece in _SLASH.split(part)]
    pieces = [piece for piece in pieces if piece]
    if len(pieces) < 2:  # noqa: PLR2004 - one piece, nothing to decide
        return pieces
    joints = [found.group() for found in _SLASH.finditer(part.strip(" /"))]
    codes = pieces[:1]
    for joint, (before, piece) in zip(joints, pairwise(pieces), strict=False):
        spaced = joint != "/"
        if _is_code(before, spaced=spaced) and _is_code(piece, spaced=spaced):
            codes.append(piece)
        else:
            codes[-1] = f"{codes[-1]}/{piece}"
    return codes


def _normalised(piece: str) -> str:
    return _TIGHT.sub(r"\1", " ".join(piece.split())).strip("-_. ")


def _is_code(piece: str, *, spaced: bool) -> bool:
    shortest = _SHORTEST_SPACED_CODE if spaced else _SHORTEST_CODE
    return len(piece) >= shortest and any(char.isdigit() for char in piece)
