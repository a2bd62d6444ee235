"""How the parts of the window lie: navigation to the left, messages above the pages."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QMainWindow, QVBoxLayout, QWidget


def lay_out(
    window: QMainWindow, navigation: QWidget, messages: QWidget, pages: QWidget, totals: QLabel
) -> None:
    right = QVBoxLayout()
    right.setSpacing(0)
    right.addWidget(messages)
    right.addWidget(pages, 1)
    central = QWidget(window)
    row = QHBoxLayout(central)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(0)
    row.addWidget(navigation)
    row.addLayout(right, 1)
    window.setCentralWidget(central)
    status = window.statusBar()
    status.setSizeGripEnabled(False)
    status.setContentsMargins(12, 0, 12, 0)
    status.addWidget(totals, 1)
