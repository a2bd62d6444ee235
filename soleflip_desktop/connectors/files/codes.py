"""Reads texts that stay texts: codes as spreadsheets disguise them, choices, mapped words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

#: A cell with one of these says "nothing"; it is kept apart from 0 (reference.md 2.6).
PLACEHOLDERS = ("", "N/A", "n/a", "-", "--", "null", "NULL", "nan", "NaN")
#: Says in a cell: empty this field.
CLEAR = "<empty>"
#: No name or number is longer, and an index of the database takes some 2,700 bytes at most.
LONGEST_TEXT = 500
#: What a spreadsheet makes of a long number: 1,23E+11. The digits are gone.
SCIENTIFIC = r"^[+-]?[0-9](?:[.,][0-9]+)?[eE]\+[0-9]{2,3}$"

_SCIENTIFIC = re.compile(SCIENTIFIC)
_FORMULA_TEXT = re.compile(r'="((?:[^"]|"")*)"')
#: An export for spreadsheets puts an apostrophe before a text that would be a formula.
_GUARDED = re.compile(r"'(?=[=+@-])")
_BREAKS = re.compile(r"\s*[\r\n\t]\s*")


def read_text(text: str) -> str | None:
    """The text without a spreadsheet's armour, ="..." or an apostrophe before a formula.

    None for nothing and for what is longer than LONGEST_TEXT bytes.
    """
    return _bounded(_GUARDED.sub("", _unwrapped(text), count=1))


def read_code(text: str) -> str | None:
    """A number or code as text, with its leading zeros. None for what Excel has shortened."""
    if _SCIENTIFIC.match(text.strip()):
        return None
    return _bounded(_BREAKS.sub(" ", _unwrapped(text).removeprefix("'").strip()))


def read_choice(
    text: str, values: Mapping[str, str], choices: type[StrEnum] | None = None
) -> str | None:
    """Our word for the file's: by the map, else one of `choices` as we write or show it.

    "" where the map says that the word means nothing; None for an unknown word.
    """
    word = folded(text)
    for theirs, ours in values.items():
        if folded(theirs) == word:
            return ours
    names = {folded(choice.value): choice.value for choice in choices or ()}
    return names.get(word)


def folded(text: str) -> str:
    """How words are compared: without regard to case, blanks, hyphens and underscores."""
    return " ".join(re.split(r"[\s_-]+", text.casefold())).strip()


def _unwrapped(text: str) -> str:
    plain = text.strip()
    match = _FORMULA_TEXT.fullmatch(plain)
    return match[1].replace('""', '"').strip() if match else plain


def _bounded(text: str) -> str | None:
    return text if text and len(text.encode()) <= LONGEST_TEXT else None
