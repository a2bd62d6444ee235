"""Barcode scanners that type: their bursts of keys are told from those of people.

A wedge scanner types a code within some 20 ms a key and ends it with Enter or Tab. So every
printable key is held back for at most `HOLD_MS`: what turns out to be a scan reaches neither the
focused field nor a shortcut, anything else is typed on in its order. Shortcuts are asked for before
a key is pressed (ShortcutOverride), so those are answered here too, and looked up again on replay.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from shiboken6 import isValid

#: A scanner's keys follow each other faster than this; the fastest typists need some 60 ms.
GAP_MS = 35
HOLD_MS = 40
FEWEST_CHARACTERS = 4

_Type = QEvent.Type
_KEY_EVENTS = frozenset({_Type.ShortcutOverride, _Type.KeyPress, _Type.KeyRelease})
_ENDS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab})
_MODIFIER_KEYS = frozenset(
    {Qt.Key.Key_Shift, Qt.Key.Key_CapsLock, Qt.Key.Key_NumLock, Qt.Key.Key_AltGr}
)
_COMMANDS = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)

Clock = Callable[[QKeyEvent], int]


def event_clock(event: QKeyEvent) -> int:
    """When the key was pressed, in milliseconds; not when a busy window came to look at it."""
    return event.timestamp() or time.monotonic_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class ScannerMarks:
    """Characters that a scanner is set to put around each code; without them it is no scan."""

    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class _Held:
    """A key that waits for what comes next."""

    receiver: QObject
    event: QKeyEvent


class WedgeScanner(QObject):
    """Filters the keys of the whole application while it is installed.

    Signals:
        scanned(str): a code, without its marks and without the key that ended it.
    """

    scanned = Signal(str)

    def __init__(
        self,
        app: QApplication,
        marks: ScannerMarks | None = None,
        clock: Clock = event_clock,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._app = app
        self.marks = marks or ScannerMarks()
        self._clock = clock
        self._held: list[_Held] = []
        self._last = 0
        self._eaten: set[int] = set()
        self._replaying = False
        self._timer = QTimer(self, singleShot=True, interval=HOLD_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.flush)

    def install(self) -> None:
        self._app.installEventFilter(self)

    def remove(self) -> None:
        """Ends the filter; what is held back is typed."""
        self._app.removeEventFilter(self)
        self.flush()

    def eventFilter(self, receiver: QObject, event: QEvent) -> bool:
        if event.type() not in _KEY_EVENTS or self._replaying or not isinstance(event, QKeyEvent):
            return False
        match event.type():
            case _Type.ShortcutOverride:
                return self._on_override(event)
            case _Type.KeyPress:
                return self._on_press(receiver, event)
            case _:
                return self._on_release(receiver, event)

    def flush(self) -> None:
        """Types what was held back."""
        self._timer.stop()
        held, self._held = self._held, []
        self._replaying = True
        try:
            for each in held:
                if isValid(each.receiver):
                    _replay(each)
        finally:
            self._replaying = False

    def _on_override(self, event: QKeyEvent) -> bool:
        """Accepting it keeps shortcuts from the key: it comes as a press at once."""
        if _is_character(event) or (event.key() in _ENDS and self._code(event) is not None):
            event.accept()
            return True
        if event.key() not in _MODIFIER_KEYS:
            self.flush()
        return False

    def _on_press(self, receiver: QObject, event: QKeyEvent) -> bool:
        if event.key() in _MODIFIER_KEYS:
            return False
        if _is_character(event):
            self._hold(receiver, event)
            return True
        code = self._code(event) if event.key() in _ENDS else None
        if code is None:
            self.flush()
            return False
        self._take(code, event)
        return True

    def _on_release(self, receiver: QObject, event: QKeyEvent) -> bool:
        """A release follows its press: eaten with it, or held back behind it."""
        key = event.key()
        if key in self._eaten:
            self._eaten.discard(key)
            return True
        if any(each.event.key() == key for each in self._held):
            self._held.append(_Held(receiver, _copy(event)))
            return True
        return False

    def _hold(self, receiver: QObject, event: QKeyEvent) -> None:
        now = self._clock(event)
        if self._held and now - self._last > GAP_MS:
            self.flush()
        self._last = now
        self._eaten.discard(event.key())
        self._held.append(_Held(receiver, _copy(event)))
        self._timer.start()

    def _code(self, end: QKeyEvent) -> str | None:
        """What is held back, if that key makes it a scan."""
        if end.isAutoRepeat() or end.modifiers() & _COMMANDS:
            return None
        text = "".join(each.event.text() for each in self._presses())
        if self._clock(end) - self._last > GAP_MS or len(text) < FEWEST_CHARACTERS:
            return None
        marks = self.marks
        if not (text.startswith(marks.prefix) and text.endswith(marks.suffix)):
            return None
        return text[len(marks.prefix) : len(text) - len(marks.suffix)] or None

    def _take(self, code: str, end: QKeyEvent) -> None:
        self._timer.stop()
        down = {each.event.key() for each in self._presses()} | {end.key()}
        released = {
            each.event.key() for each in self._held if each.event.type() == _Type.KeyRelease
        }
        self._eaten |= down - released
        self._held.clear()
        # Whoever listens may close the very window that this key was pressed in.
        QTimer.singleShot(0, self, lambda: self.scanned.emit(code))

    def _presses(self) -> Iterator[_Held]:
        return (each for each in self._held if each.event.type() == _Type.KeyPress)


def _is_character(event: QKeyEvent) -> bool:
    """A key that types a character. One that is held down repeats, and is no scanner's."""
    text = event.text()
    return (
        bool(text)
        and text.isprintable()
        and not event.isAutoRepeat()
        and not event.modifiers() & _COMMANDS
    )


def _copy(event: QKeyEvent, kind: QEvent.Type | None = None) -> QKeyEvent:
    return QKeyEvent(
        kind or event.type(),
        event.key(),
        event.modifiers(),
        event.nativeScanCode(),
        event.nativeVirtualKey(),
        event.nativeModifiers(),
        event.text(),
        event.isAutoRepeat(),
        event.count(),
    )


def _replay(held: _Held) -> None:
    """As Qt would have done it: ask who overrides shortcuts, then shortcuts, then press."""
    if held.event.type() == _Type.KeyPress:
        override = _copy(held.event, _Type.ShortcutOverride)
        override.ignore()
        QApplication.sendEvent(held.receiver, override)
        if not override.isAccepted() and _run_shortcut(held.event):
            return
    QApplication.sendEvent(held.receiver, held.event)


def _run_shortcut(event: QKeyEvent) -> bool:
    """Whether a shortcut of that single key was there. Qt's own map cannot be asked."""
    window = QApplication.activeModalWidget() or QApplication.activeWindow()
    if window is None or QApplication.activePopupWidget() is not None:
        return False
    wanted = QKeySequence(event.keyCombination())
    without_shift = QKeySequence(event.key())  # "?" is Shift+ß on one keyboard, Shift+/ on another
    keys = (wanted, without_shift) if not event.text().isalpha() else (wanted,)
    for shortcut in window.findChildren(QShortcut):
        if shortcut.key() in keys and shortcut.isEnabled() and _reaches(shortcut, window):
            shortcut.activated.emit()
            return True
    for action in window.findChildren(QAction):
        on = any(key in keys for key in action.shortcuts()) and action.isEnabled()
        if on and _reaches(action, window):
            action.trigger()
            return True
    return False


def _reaches(command: QAction | QShortcut, window: QWidget) -> bool:
    """Whether the shortcut counts where the focus is."""
    owners = command.associatedObjects() if isinstance(command, QAction) else [command.parent()]
    context = command.shortcutContext() if isinstance(command, QAction) else command.context()
    widgets = [_standing(owner) for owner in owners if isinstance(owner, QWidget)]
    enabled = [widget for widget in widgets if widget.isEnabled()]
    focus: QWidget | None = window.focusWidget()
    match context:
        case Qt.ShortcutContext.WidgetShortcut:
            return focus in enabled
        case Qt.ShortcutContext.WidgetWithChildrenShortcut:
            return focus is not None and any(
                widget is focus or widget.isAncestorOf(focus) for widget in enabled
            )
        case _:
            return any(widget.isVisible() for widget in enabled)


def _standing(owner: QWidget) -> QWidget:
    """A menu that is folded away stands for what it belongs to."""
    above = owner.parentWidget() if isinstance(owner, QMenu) else None
    return owner if above is None else above
