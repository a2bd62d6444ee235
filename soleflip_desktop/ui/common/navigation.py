"""The pages as a column of buttons on the left edge."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from soleflip_desktop.ui.common.actions import keys_of
from soleflip_desktop.ui.common.icons import IconSet

_WIDTH = 184


class Navigation(QWidget):
    """One checkable button per page; Ctrl+1, Ctrl+2 … do the same.

    Signals:
        page_chosen(int): the number of the page, from 0.
    """

    page_chosen = Signal(int)

    def __init__(self, icons: IconSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("navigation")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(_WIDTH)
        self._icons = icons
        self.actions_by_page: list[QAction] = []
        wordmark = QLabel("SoleFlip", self)
        wordmark.setObjectName("wordmark")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 12, 0, 12)
        self._layout.setSpacing(4)
        self._layout.addWidget(wordmark)
        self._layout.addStretch(1)

    def add(self, title: str, icon: str) -> None:
        number = len(self.actions_by_page)
        action = QAction(title, self)
        # The icon text is what the button shows: the blanks keep it off the icon.
        action.setIconText(f"  {title}")
        action.setCheckable(True)
        action.setShortcut(QKeySequence(f"Ctrl+{number + 1}"))
        action.setToolTip(f"{title} ({keys_of(action)})")
        self._icons.follow(action, icon)
        action.triggered.connect(lambda _checked=False: self.page_chosen.emit(number))
        button = QToolButton(self)
        button.setDefaultAction(action)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setAccessibleName(title)
        button.setIconSize(QSize(20, 20))
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.actions_by_page.append(action)
        self._layout.insertWidget(self._layout.count() - 1, button)

    def set_count(self, number: int, count: int) -> None:
        """So many entries wait on that page; 0 shows nothing."""
        action = self.actions_by_page[number]
        action.setIconText(f"  {action.text()} ({count})" if count else f"  {action.text()}")

    def mark(self, number: int) -> None:
        for place, action in enumerate(self.actions_by_page):
            action.setChecked(place == number)
