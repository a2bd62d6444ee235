"""Code 128 and QR codes on a PDF page, in whole printer dots, with their quiet zones.

A bar of 2.4 dots comes out of a thermal printer as 2 here and 3 there, and does not scan. So a
module (the width of the thinnest bar) is a whole number of dots, and lies on the dots' grid.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from reportlab.graphics.barcode.code128 import Code128
from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel
from reportlab.pdfgen.canvas import Canvas

#: Points an inch, and millimetres an inch.
POINTS, _MM = 72.0, 25.4
#: Quiet zones in modules on each side: ISO/IEC 15417, 4.3.1 and ISO/IEC 18004, 5.3.8.
CODE128_QUIET, QR_QUIET = 10, 4
#: In millimetres. 0.125 (one dot at 203 dpi) is the least that common hand scanners read; above
#: 0.5 a bar code only needs more room.
_FINEST, _COARSEST = 0.12, 0.5
#: Cameras need squares of 7.5 mil.
_FINEST_QR, _COARSEST_QR = 0.19, 1.2


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the page in points; y counts upwards from `y`."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Symbol:
    """A code ready to be drawn: dark rectangles in modules, and how wide a module is in dots."""

    dark: tuple[tuple[int, int, int, int], ...]
    modules: int
    dots: int
    quiet: int

    @property
    def side(self) -> int:
        """In dots, with the quiet zones."""
        return (self.modules + 2 * self.quiet) * self.dots


def code128(text: str, width: float, dpi: int) -> Symbol | None:
    """The symbol that fills `width` points best; None where it cannot be scanned at that width.

    Only ASCII can be said in Code 128.
    """
    if not text or not (text.isascii() and text.isprintable()):
        return None
    dark, modules = _bars(text)
    room = int(width / POINTS * dpi + 1e-6) // (modules + 2 * CODE128_QUIET)
    dots = min(room, int(_COARSEST / _MM * dpi))
    if dots * _MM / dpi < _FINEST:
        return None
    return Symbol(dark, modules, dots, CODE128_QUIET)


def qr(text: str, side: float, dpi: int) -> Symbol | None:
    """The symbol that fills a square of `side` points best; None where it is too small to scan."""
    dark, modules = _squares(text)
    room = int(side / POINTS * dpi + 1e-6) // (modules + 2 * QR_QUIET)
    dots = min(room, int(_COARSEST_QR / _MM * dpi))
    if dots * _MM / dpi < _FINEST_QR:
        return None
    return Symbol(dark, modules, dots, QR_QUIET)


def draw(canvas: Canvas, symbol: Symbol, box: Box, dpi: int) -> None:
    """Centred in the box; bars are as high as the box, squares stay square."""
    dot = POINTS / dpi
    module = symbol.dots * dot
    square = symbol.quiet == QR_QUIET
    tall = module if square else box.height
    height = symbol.side * dot if square else box.height
    margin = symbol.quiet * module
    left = _on_grid(box.x + (box.width - symbol.side * dot) / 2, dot) + margin
    top = box.y + box.height - (box.height - height) / 2
    top = _on_grid(top, dot) - margin if square else top
    path = canvas.beginPath()
    for x, y, wide, high in symbol.dark:
        path.rect(left + x * module, top - (y + high) * tall, wide * module, high * tall)
    canvas.drawPath(path, stroke=0, fill=1)


def _on_grid(length: float, dot: float) -> float:
    return round(length / dot) * dot


@lru_cache(maxsize=256)
def _bars(text: str) -> tuple[tuple[tuple[int, int, int, int], ...], int]:
    """A symbol comes spelt in letters: a capital is a bar, its place in the alphabet its width."""
    code: Any = Code128(text, quiet=False)
    code.validate()
    code.encode()
    dark, place = [], 0
    for letter in code.decompose():
        wide = ord(letter.upper()) - ord("A") + 1
        if letter.isupper():
            dark.append((place, 0, wide, 1))
        place += wide
    return tuple(dark), place


@lru_cache(maxsize=256)
def _squares(text: str) -> tuple[tuple[tuple[int, int, int, int], ...], int]:
    """Error correction M: 15 % of a label may be scratched."""
    code: Any = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    modules = code.getModuleCount()
    rows = ([code.isDark(row, column) for column in range(modules)] for row in range(modules))
    return tuple(_row_runs(rows)), modules


def _row_runs(rows: Iterable[list[bool]]) -> Iterator[tuple[int, int, int, int]]:
    """Neighbouring squares as one rectangle: no hairline between them in any viewer."""
    for y, row in enumerate(rows):
        start = None
        for x, dark in enumerate([*row, False]):
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                yield start, y, x - start, 1
                start = None
