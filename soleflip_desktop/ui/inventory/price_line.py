"""How the lowest ask of one platform went: a small line, and the same in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from PySide6.QtCore import QPoint
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygon
from PySide6.QtWidgets import QVBoxLayout, QWidget

from soleflip_desktop.domain.market import MarketRow
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.labels import label
from soleflip_desktop.ui.common.theme import Theme

#: How far back the line goes.
SHOWN_DAYS = 90
_HEIGHT, _EDGE = 34, 3
_FEWEST = 2


class PriceHistory(QWidget):
    """The line with its words. `rows` are one platform's in one currency, oldest first."""

    def __init__(self, rows: Sequence[MarketRow], kit: UiKit) -> None:
        super().__init__()
        asks = [row.lowest_ask for row in rows if row.lowest_ask is not None]
        low, high = (kit.formatter.money(each, rows[0].currency) for each in (min(asks), max(asks)))
        words = f"Lowest ask in {SHOWN_DAYS} days: {low} to {high}"
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        self.line = PriceLine(rows, kit.theme, words)
        layout.addWidget(self.line)
        layout.addWidget(label(words, "caption", wrap=True))


class PriceLine(QWidget):
    """Time to the right, amounts upwards; the last observation is a dot."""

    def __init__(self, rows: Sequence[MarketRow], theme: Theme, words: str) -> None:
        super().__init__()
        self._theme = theme
        known = [(row.observed_at, row.lowest_ask) for row in rows if row.lowest_ask is not None]
        self._moments, self._asks = [at for at, _ask in known], [ask for _at, ask in known]
        self.setFixedHeight(_HEIGHT)
        self.setAccessibleName(words)
        theme.changed.connect(self.update)

    def points(self) -> list[QPoint]:
        """In pixels of this widget."""
        first, low = self._moments[0], min(self._asks)
        span = max(self._moments[-1] - first, timedelta(seconds=1))
        height, width = max(self._asks) - low, self.width() - 2 * _EDGE
        room = _HEIGHT - 2 * _EDGE
        return [
            QPoint(
                _EDGE + (at - first) * width // span,
                _HEIGHT - _EDGE - (int((ask - low) * room / height) if height else room // 2),
            )
            for at, ask in zip(self._moments, self._asks, strict=True)
        ]

    def paintEvent(self, _event: QPaintEvent) -> None:
        points = self.points()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = self._theme.color("accent")
        painter.setPen(QPen(color, 1))
        painter.drawPolyline(QPolygon(points))
        painter.setBrush(color)
        painter.drawEllipse(points[-1], 2, 2)
        painter.end()


def has_history(rows: Sequence[MarketRow]) -> bool:
    """Whether there is anything to draw a line between."""
    return sum(row.lowest_ask is not None for row in rows) >= _FEWEST
