"""Messages to the user: the queue, which exists before any window, and the bar that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from soleflip_desktop.ui.common.icons import IconSet

INFO_SHOWN_MS = 8_000
_ICON_SIZE = 18


class MessageKind(StrEnum):
    """How grave a message is; the bar also says it in a word for screen readers."""

    INFO = "info"
    SUCCESS = "success"
    ERROR = "error"


_ICONS = {
    MessageKind.INFO: ("info", "info"),
    MessageKind.SUCCESS: ("check", "good"),
    MessageKind.ERROR: ("warning", "bad"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """One sentence. Two messages of the same words are still two messages."""

    text: str
    kind: MessageKind


class Notifier(QObject):
    """Accepts messages at any time, also before a window exists.

    Signals:
        changed: a message came or went.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._messages: list[Message] = []

    @property
    def messages(self) -> tuple[Message, ...]:
        return tuple(self._messages)

    def info(self, text: str) -> None:
        self._add(Message(text, MessageKind.INFO))

    def success(self, text: str) -> None:
        self._add(Message(text, MessageKind.SUCCESS))

    def error(self, error: object) -> None:
        """Stays until it is dismissed. The same sentence is not shown twice at a time."""
        text = str(error)
        if all(message.text != text for message in self._messages):
            self._add(Message(text, MessageKind.ERROR))

    def dismiss(self, message: Message) -> None:
        if message in self._messages:
            self._messages.remove(message)
            self.changed.emit()

    def _add(self, message: Message) -> None:
        self._messages.append(message)
        self.changed.emit()


class MessageBar(QWidget):
    """The messages one below the other. Good news leave by themselves, errors are dismissed."""

    def __init__(self, notifier: Notifier, icons: IconSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notifier = notifier
        self._icons = icons
        self._shown: dict[Message, QFrame] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        notifier.changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        messages = self._notifier.messages
        for gone in [message for message in self._shown if message not in messages]:
            frame = self._shown.pop(gone)
            self._layout.removeWidget(frame)
            frame.hide()
            frame.deleteLater()
        for message in messages:
            if message not in self._shown:
                self._shown[message] = self._frame(message)
                self._layout.addWidget(self._shown[message])
        self.setVisible(bool(messages))

    def _frame(self, message: Message) -> QFrame:
        frame = QFrame(self)
        frame.setProperty("role", "message")
        frame.setProperty("kind", message.kind.value)
        name, color = _ICONS[message.kind]
        icon = QLabel(frame)
        self._icons.follow_label(icon, name, _ICON_SIZE, color)
        icon.setAccessibleName(message.kind.value)
        text = QLabel(message.text, frame)
        text.setWordWrap(True)
        text.setTextFormat(Qt.TextFormat.PlainText)
        text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        dismiss = QToolButton(frame)
        dismiss.setProperty("role", "flat")
        self._icons.follow(dismiss, "close", "muted")
        dismiss.setToolTip("Dismiss")
        dismiss.setAccessibleName("Dismiss message")
        dismiss.clicked.connect(lambda: self._notifier.dismiss(message))
        row = QHBoxLayout(frame)
        row.setContentsMargins(16, 8, 10, 8)
        row.setSpacing(10)
        row.addWidget(icon)
        row.addWidget(text, 1)
        row.addWidget(dismiss)
        if message.kind is not MessageKind.ERROR:
            timer = QTimer(frame, interval=INFO_SHOWN_MS, singleShot=True)
            timer.timeout.connect(lambda: self._notifier.dismiss(message))
            timer.start()
        return frame
