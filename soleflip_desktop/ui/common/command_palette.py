"""Ctrl+K: every command by name, the last used ones first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QSettings, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHeaderView,
    QLineEdit,
    QMenu,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from soleflip_desktop.ui.common.actions import REASON_PROPERTY
from soleflip_desktop.ui.common.menus import Command

_RECENT = "palette/recent"
_KEPT = 20
_WIDTH, _HEIGHT = 620, 420
_KEYS_WIDTH = 120
ROW_HEIGHT = 28
_UP_DOWN = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown})


def match(query: str, name: str) -> int | None:
    """How well a name fits: 0 begins words, 1 contains, 2 has the letters in order; None not."""
    words, heads = query.casefold().split(), name.casefold().split()
    if all(any(head.startswith(word) for head in heads) for word in words):
        return 0
    text = name.casefold()
    if all(word in text for word in words):
        return 1
    letters = iter(text)
    return 2 if all(letter in letters for letter in "".join(words)) else None


def ranked(commands: Sequence[Command], query: str, recent: Sequence[str]) -> list[Command]:
    """Those that fit: enabled ones first, then the better fit, then the last used."""
    found = []
    for place, command in enumerate(commands):
        fit = match(query, command.title)
        if fit is not None:
            age = recent.index(command.title) if command.title in recent else len(recent)
            found.append((not command.action.isEnabled(), fit, age, place))
    return [commands[place] for *_rank, place in sorted(found)]


class CommandPalette(QDialog):
    """A line and the list of what fits. Enter runs, Esc closes. Shown by `open_over`."""

    def __init__(self, commands: Sequence[Command], settings: QSettings, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Commands")
        self._commands, self._settings = list(commands), settings
        self.line = QLineEdit(self)
        self.line.setPlaceholderText("Type a command")
        self.line.setAccessibleName("Command")
        self.line.installEventFilter(self)
        self.line.textChanged.connect(self._fill)
        self.list = QTreeWidget(self)
        self._set_up_list()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 10, 10, 10)
        layout.addWidget(self.line)
        layout.addWidget(self.list)
        self._fill("")

    def open_over(self, window: QWidget) -> None:
        self.resize(min(_WIDTH, window.width()), min(_HEIGHT, window.height()))
        corner = QPoint((window.width() - self.width()) // 2, min(80, window.height() // 8))
        self.move(window.mapToGlobal(corner))
        self.open()

    def event(self, event: QEvent) -> bool:
        """A click elsewhere closes it."""
        if event.type() == QEvent.Type.WindowDeactivate:
            self.reject()
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The list follows the keys of the line."""
        if watched is self.line and isinstance(event, QKeyEvent):
            return event.type() == QEvent.Type.KeyPress and self._on_key(event)
        return super().eventFilter(watched, event)

    def _set_up_list(self) -> None:
        self.list.setColumnCount(2)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setAccessibleName("Matching commands")
        header = self.list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(1, _KEYS_WIDTH)
        self.list.itemClicked.connect(lambda item, _column: self._run(item))

    def _fill(self, query: str) -> None:
        self.list.clear()
        for command in ranked(self._commands, query, self._recent()):
            enabled = command.action.isEnabled()
            reason = "" if enabled else str(command.action.property(REASON_PROPERTY) or "")
            title = f"{command.title}  ({reason})" if reason else command.title
            item = QTreeWidgetItem([title, command.keys])
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            item.setData(0, Qt.ItemDataRole.UserRole, self._commands.index(command))
            item.setDisabled(not enabled)
            item.setSizeHint(0, QSize(0, ROW_HEIGHT))
            self.list.addTopLevelItem(item)
        first = self.list.topLevelItem(0)
        if first is not None:
            self.list.setCurrentItem(first)

    def _on_key(self, event: QKeyEvent) -> bool:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._run(self.list.currentItem())
        elif event.key() in _UP_DOWN:
            self.list.keyPressEvent(event)
        else:
            return False
        return True

    def _run(self, item: QTreeWidgetItem | None) -> None:
        if item is None or item.isDisabled():
            return
        command = self._commands[item.data(0, Qt.ItemDataRole.UserRole)]
        recent = [command.title, *(name for name in self._recent() if name != command.title)]
        self._settings.setValue(_RECENT, recent[:_KEPT])
        self.accept()
        menu = command.action.menu()
        if isinstance(menu, QMenu):  # such as the steps that a status can take
            menu.popup(self.mapToGlobal(self.rect().topLeft()))
        else:
            command.action.trigger()

    def _recent(self) -> list[str]:
        stored = self._settings.value(_RECENT, [])
        kept = stored if isinstance(stored, list) else [stored]
        return [name for name in kept if isinstance(name, str)]
