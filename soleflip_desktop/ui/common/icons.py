"""Line icons: SVG files drawn in `currentColor`, tinted for the palette."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QByteArray, QObject, QRectF, Qt
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QLabel

from soleflip_desktop.resources import resource_path
from soleflip_desktop.ui.common.theme import Theme

_SIZES = (16, 20, 32, 40, 64)

TakesIcon = QAction | QAbstractButton


class _Follower(QObject):
    """A child of the target: Qt ends its connection to the theme when the target dies."""

    def __init__(self, target: QObject, tint: Callable[[], None]) -> None:
        super().__init__(target)
        self._tint = tint
        tint()

    def refresh(self) -> None:
        self._tint()


class IconSet:
    """Icons by file name, kept until the theme changes."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._icons: dict[tuple[str, str], QIcon] = {}

    def icon(self, name: str, color: str = "text") -> QIcon:
        """The icon `name` in the theme's colour of that purpose."""
        tint = self._theme.color(color)
        key = (name, tint.name())
        if key not in self._icons:
            self._icons[key] = self._draw(name, tint)
        return self._icons[key]

    def pixmap(self, name: str, size: int, color: str = "text") -> QPixmap:
        return self.icon(name, color).pixmap(size, size)

    def follow(self, target: TakesIcon, name: str, color: str = "text") -> None:
        """Gives the target its icon now and again whenever the theme changes."""
        follower = _Follower(target, lambda: target.setIcon(self.icon(name, color)))
        self._theme.changed.connect(follower.refresh)

    def follow_label(self, label: QLabel, name: str, size: int, color: str) -> None:
        """The same for a label that shows the icon as a picture."""
        follower = _Follower(label, lambda: label.setPixmap(self.pixmap(name, size, color)))
        self._theme.changed.connect(follower.refresh)

    def _draw(self, name: str, tint: QColor) -> QIcon:
        svg = resource_path(f"icons/{name}.svg").read_text(encoding="utf-8")
        renderer = QSvgRenderer(QByteArray(svg.replace("currentColor", tint.name()).encode()))
        icon = QIcon()
        for size in _SIZES:
            pixmap = QPixmap(size, size)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            renderer.render(painter, QRectF(0, 0, size, size))
            painter.end()
            icon.addPixmap(pixmap)
        return icon
