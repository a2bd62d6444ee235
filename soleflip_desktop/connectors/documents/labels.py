"""Draws one label: what the unit is, its size in big, where it lies, and its code."""

from __future__ import annotations

from dataclasses import dataclass

from reportlab.pdfgen.canvas import Canvas

from soleflip_desktop.connectors.documents import barcodes
from soleflip_desktop.connectors.documents.barcodes import POINTS, Box, Symbol
from soleflip_desktop.connectors.documents.fonts import BOLD, REGULAR, runs, width
from soleflip_desktop.domain.labels import CodeKind, LabelContent

MM = POINTS / 25.4
#: The smallest type that a thermal printer keeps legible, in points.
_SMALLEST = 5.0
_LEADING, _ASCENT = 1.18, 0.80
_SHARE_OF_BARS, _SHARE_OF_QR = 0.36, 0.46
_NARROW, _TALL = 1.3, 0.55
_MOST_LINES = 3


@dataclass(frozen=True, slots=True)
class _Codes:
    """The symbols that fit on the label, and the boxes of everything."""

    text: Box
    bars: tuple[Symbol, Box] | None = None
    square: tuple[Symbol, Box] | None = None


def draw_label(
    canvas: Canvas, box: Box, content: LabelContent, kind: CodeKind, dpi: int
) -> CodeKind | None:
    """Returns which codes the label bears; None where neither bars nor squares fit on it."""
    codes = _arrange(box, content.code, kind, dpi)
    if codes.bars is None and codes.square is None and kind is not CodeKind.QR:
        codes = _arrange(box, content.code, CodeKind.QR, dpi)
    for placed in (codes.bars, codes.square):
        if placed is not None:
            barcodes.draw(canvas, placed[0], placed[1], dpi)
    _draw_texts(canvas, codes.text, content)
    if codes.bars and codes.square:
        return CodeKind.BOTH
    if codes.bars:
        return CodeKind.CODE128
    return CodeKind.QR if codes.square else None


def _arrange(box: Box, code: str, kind: CodeKind, dpi: int) -> _Codes:
    """Bars lie below, as wide as the label; a square stands left of the text, or below it."""
    padding = min(2 * MM, 0.06 * min(box.width, box.height))
    inner = Box(box.x + padding, box.y + padding, box.width - 2 * padding, box.height - 2 * padding)
    bars = square = None
    if kind is not CodeKind.QR:
        symbol = barcodes.code128(code, box.width, dpi)
        if symbol is not None:
            height = min(max(_SHARE_OF_BARS * box.height, 4 * MM), 22 * MM)
            bars = symbol, Box(box.x, inner.y, box.width, height)
            inner = _above(inner, height + padding / 2)
    if kind is not CodeKind.CODE128:
        inner, square = _square(inner, code, dpi)
    return _Codes(inner, bars, square)


def _square(inner: Box, code: str, dpi: int) -> tuple[Box, tuple[Symbol, Box] | None]:
    if inner.width < _NARROW * inner.height:  # a square or tall label: the code below the text
        side = min(inner.width, 0.55 * inner.height)
        place = Box(inner.x + (inner.width - side) / 2, inner.y, side, side)
        rest = _above(inner, side)
    else:
        side = min(inner.height, _SHARE_OF_QR * inner.width)
        place = Box(inner.x, inner.y + (inner.height - side) / 2, side, side)
        gap = MM
        rest = Box(inner.x + side + gap, inner.y, inner.width - side - gap, inner.height)
    symbol = barcodes.qr(code, side, dpi)
    return (inner, None) if symbol is None else (rest, (symbol, place))


def _above(box: Box, height: float) -> Box:
    return Box(box.x, box.y + height, box.width, box.height - height)


@dataclass(frozen=True, slots=True)
class _Face:
    """A font in a size (points)."""

    font: str
    size: float

    @property
    def row(self) -> float:
        return self.size * _LEADING

    def width(self, text: str) -> float:
        return width(text, self.font, self.size)


def _draw_texts(canvas: Canvas, box: Box, content: LabelContent) -> None:
    """Below, the code and the place; above them, the size on the right and the product."""
    small = _Face(REGULAR, max(_SMALLEST, min(0.13 * box.height, 0.075 * box.width, 11.0)))
    baseline = box.y + 0.25 * small.size
    code = _fit(content.code, small, box.width)
    _text(canvas, box.x, baseline, code, small)
    place = _fit_end(content.place, small, box.width - small.width(code) - small.size)
    _text(canvas, box.x + box.width - small.width(place), baseline, place, small)
    upper = _above(box, small.row)
    if content.line and upper.height > 2 * small.row:
        line = _fit(content.line, small, upper.width)
        _text(canvas, box.x, upper.y + 0.25 * small.size, line, small)
        upper = _above(upper, small.row)
    _draw_title(canvas, _draw_big(canvas, upper, content.big), content.title)


def _draw_big(canvas: Canvas, box: Box, text: str) -> Box:
    """The size: on the right of the product, or below it in a tall box. Returns the box left."""
    if not text:
        return box
    tall = box.height > _TALL * box.width
    height, most = (0.5 * box.height, box.width) if tall else (box.height, 0.42 * box.width)
    wanted = _Face(BOLD, min(0.62 * height, 40.0))
    face = _Face(BOLD, max(_SMALLEST, wanted.size * min(1.0, most / wanted.width(text))))
    fitted = _fit(text, face, box.width + 0.01)
    wide = face.width(fitted)
    top = box.y + height - _ASCENT * face.size
    _text(canvas, box.x + box.width - wide, top, fitted, face)
    if tall:
        return _above(box, height)
    return Box(box.x, box.y, box.width - wide - 0.25 * face.size, box.height)


def _draw_title(canvas: Canvas, box: Box, title: str) -> None:
    """In up to three lines, as large as it fits; a title that is too long ends in an ellipsis."""
    face = _Face(BOLD, min(max(_SMALLEST, 0.42 * box.height), 18.0))
    while face.size > _SMALLEST and not _fits(title, face, box):
        face = _Face(BOLD, max(_SMALLEST, face.size - 0.5))
    lines, most = _wrap(title, face, box.width), _lines(box, face)
    if len(lines) > most:
        lines = [*lines[: most - 1], " ".join(lines[most - 1 :])]
    for number, line in enumerate(lines):
        baseline = box.y + box.height - _ASCENT * face.size - number * face.row
        _text(canvas, box.x, baseline, _fit(line, face, box.width), face)


def _fits(title: str, face: _Face, box: Box) -> bool:
    lines = _wrap(title, face, box.width)
    return len(lines) <= _lines(box, face) and all(face.width(each) <= box.width for each in lines)


def _lines(box: Box, face: _Face) -> int:
    return max(1, min(_MOST_LINES, int(box.height / face.row)))


def _wrap(text: str, face: _Face, most: float) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and face.width(joined) <= most:
            lines[-1] = joined
        else:
            lines.append(word)
    return lines


def _text(canvas: Canvas, x: float, y: float, text: str, face: _Face) -> None:
    for name, chars in runs(text, face.font):
        canvas.setFont(name, face.size)
        canvas.drawString(x, y, chars)
        x += canvas.stringWidth(chars, name, face.size)


def _fit(text: str, face: _Face, most: float) -> str:
    if face.width(text) <= most:
        return text
    while text and face.width(f"{text}…") > most:
        text = text[:-1]
    return f"{text.rstrip()}…" if text else ""


def _fit_end(text: str, face: _Face, most: float) -> str:
    """Of a path, the end says most."""
    if face.width(text) <= most:
        return text
    while text and face.width(f"…{text}") > most:
        text = text[1:]
    return f"…{text.lstrip()}" if text else ""
