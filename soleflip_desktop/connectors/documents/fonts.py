"""Fonts of our PDFs: Vera, embedded, and another for the characters that it lacks."""

from __future__ import annotations

import logging
import sys
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

REGULAR, BOLD = "Vera", "VeraBd"
_UNKNOWN = "?"
_log = logging.getLogger(__name__)

#: Fonts with many alphabets that come with the systems, the widest first.
_WIDE_FONTS = {
    "win32": ("arial.ttf", "segoeui.ttf", "malgun.ttf", "simhei.ttf"),
    "darwin": ("Arial Unicode.ttf", "Arial.ttf"),
    "linux": ("DejaVuSans.ttf", "FreeSans.ttf", "NotoSans-Regular.ttf"),
}
_FOLDERS = {
    "win32": (r"C:\Windows\Fonts",),
    "darwin": ("/System/Library/Fonts/Supplemental", "/Library/Fonts"),
    "linux": (
        "/usr/share/fonts/truetype/dejavu",
        "/usr/share/fonts/TTF",
        "/usr/share/fonts/truetype/freefont",
        "/usr/share/fonts/truetype/noto",
    ),
}


def runs(text: str, font: str) -> list[tuple[str, str]]:
    """The text as (font, characters) runs, each in a font that has them."""
    placed = [_place(char, font) for char in unicodedata.normalize("NFC", text)]
    return [
        (name, "".join(chars for _, chars in group))
        for name, group in groupby(placed, key=lambda pair: pair[0])
    ]


def width(text: str, font: str, size: float) -> float:
    """In points."""
    return sum(pdfmetrics.stringWidth(chars, name, size) for name, chars in runs(text, font))


@lru_cache(maxsize=4096)
def _place(char: str, font: str) -> tuple[str, str]:
    """The font that has the character; failing all, its plain letter, or a question mark."""
    if not char.isprintable():
        return font, " "
    for name in (font, *_wide_fonts(char)):
        if ord(char) in _face(name):
            return name, char
    plain = unicodedata.normalize("NFKD", char)[0]
    return font, plain if ord(plain) in _face(font) else _UNKNOWN


def _wide_fonts(char: str) -> Iterator[str]:
    """The system's fonts one after the other; each is loaded when it is asked for."""
    platform = "linux" if sys.platform not in _FOLDERS else sys.platform
    if char.isascii():
        return
    for folder in _FOLDERS[platform]:
        for name in _WIDE_FONTS[platform]:
            if _face(str(Path(folder) / name)):
                yield str(Path(folder) / name)


@lru_cache(maxsize=32)
def _face(name: str) -> frozenset[int]:
    """The code points that a font has; none for a font that is not there."""
    path = f"{name}.ttf" if name in {REGULAR, BOLD} else name
    if path == name and not Path(path).is_file():
        return frozenset()
    try:
        font = TTFont(name, path)
    except TTFError:
        _log.info("%s cannot be embedded", path, exc_info=True)
        return frozenset()
    pdfmetrics.registerFont(font)
    return frozenset(font.face.charToGlyph)
