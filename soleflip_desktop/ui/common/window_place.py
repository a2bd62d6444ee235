"""Where the window was, and where it has to be when its monitor is gone."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QByteArray, QRect, QSettings
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow, QWidget

_GEOMETRY = "window/geometry"
_SIZE = (1280, 720)
#: What must be in sight of the upper edge, so that the window can be taken and moved.
_GRIP_WIDTH, _GRIP_HEIGHT = 120, 24


def restore_place(window: QMainWindow, settings: QSettings) -> None:
    window.resize(*_SIZE)
    geometry = settings.value(_GEOMETRY)
    if isinstance(geometry, QByteArray):
        window.restoreGeometry(geometry)
    screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
    place = sane_place(window.geometry(), screens)
    if place != window.geometry() and not window.isMaximized():
        window.setGeometry(place)


def save_place(window: QMainWindow, settings: QSettings) -> None:
    settings.setValue(_GEOMETRY, window.saveGeometry())


def sane_place(place: QRect, screens: Sequence[QRect]) -> QRect:
    """The place itself where its upper edge can be reached; else the middle of the first screen."""
    grip = QRect(place.topLeft(), place.size())
    grip.setHeight(_GRIP_HEIGHT)
    for screen in screens:
        seen = grip.intersected(screen)
        if seen.width() >= _GRIP_WIDTH and seen.height() == _GRIP_HEIGHT:
            return place
    if not screens:
        return place
    size = place.size().boundedTo(screens[0].size())
    moved = QRect(screens[0].topLeft(), size)
    moved.moveCenter(screens[0].center())
    return moved


def bring_to_front(window: QWidget) -> None:
    """Out of the task bar, above other windows, with the keyboard."""
    if window.isMinimized():
        window.showNormal()
    window.raise_()
    window.activateWindow()
