"""Bugs: logged, shown with a report to copy; and the hooks that catch what nobody caught."""

from __future__ import annotations

import logging
import platform
import sys
import threading
import traceback
from collections.abc import Callable
from types import TracebackType

from PySide6 import __version__ as qt_version
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

_log = logging.getLogger(__name__)


def bug_report(error: BaseException, version: str) -> str:
    """What a developer needs to know. Values of variables are not in it: they may be private."""
    lines = traceback.format_exception(error)
    head = f"SoleFlip Desktop {version}, Qt {qt_version}, Python {platform.python_version()}"
    return f"{head}, {platform.platform()}\n\n{''.join(lines)}"


class ErrorDialog(QDialog):
    """Says that something went wrong inside the app. Shown by open(), never by exec()."""

    def __init__(self, error: BaseException, version: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Something went wrong")
        self.resize(680, 400)
        self.report = bug_report(error, version)
        sentence = QLabel(
            "This is a mistake in SoleFlip Desktop, not in your data. What you saved is safe. "
            "You can go on working; if it happens again, please send us this report.",
            self,
        )
        sentence.setWordWrap(True)
        text = QPlainTextEdit(self.report, self)
        text.setReadOnly(True)
        text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        text.setAccessibleName("Error report")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        copy = buttons.addButton("&Copy report", QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(self._copy)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(sentence)
        layout.addWidget(text, 1)
        layout.addWidget(buttons)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.report)


class BugReporter(QObject):
    """Takes bugs from any thread, logs them, and shows one dialog at a time in the GUI thread."""

    _caught = Signal(object)

    def __init__(self, version: str, window: QWidget) -> None:
        super().__init__(window)
        self._version = version
        self._window = window
        self._dialog: ErrorDialog | None = None
        self._caught.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def report(self, error: BaseException) -> None:
        _log.error("Unexpected error", exc_info=error)
        self._caught.emit(error)

    def install_hooks(self) -> Callable[[], None]:
        """Catches what nobody caught, in every thread; the function returned undoes it."""
        old_hook, old_thread_hook = sys.excepthook, threading.excepthook

        def hook(
            kind: type[BaseException], error: BaseException, trace: TracebackType | None
        ) -> None:
            if issubclass(kind, KeyboardInterrupt):
                old_hook(kind, error, trace)
            else:
                self.report(error)

        def thread_hook(caught: threading.ExceptHookArgs) -> None:
            if caught.exc_value is not None:
                self.report(caught.exc_value)

        sys.excepthook, threading.excepthook = hook, thread_hook

        def restore() -> None:
            sys.excepthook, threading.excepthook = old_hook, old_thread_hook

        return restore

    def _show(self, error: BaseException) -> None:
        # A fault that repeats must not bury the user under dialogs; the log has them all.
        if self._dialog is not None:
            return
        self._dialog = ErrorDialog(error, self._version, self._window)
        self._dialog.finished.connect(self._on_finished)
        self._dialog.open()

    def _on_finished(self) -> None:
        self._dialog = None
