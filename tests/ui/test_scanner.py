"""A wedge scanner beside people who type."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QLineEdit,
    QMainWindow,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from soleflip_desktop.ui.common.scanner import ScannerMarks, WedgeScanner

CODE = "SF000125"
keys: Any = QTest  # its stubs know keys by their numbers only


class Clock:
    """Time passes when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000

    def __call__(self, _event: QKeyEvent) -> int:
        return self.now


class Desk(QMainWindow):
    """A window with a field, a table-like widget without one, and single-letter shortcuts."""

    def __init__(self) -> None:
        super().__init__()
        body = QWidget(self)
        self.field, self.plain, self.button = QLineEdit(body), QWidget(body), QPushButton("b", body)
        self.plain.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.button.setDefault(True)
        self.log: list[str] = []
        layout = QVBoxLayout(body)
        for widget in (self.field, self.plain, self.button):
            layout.addWidget(widget)
        self.setCentralWidget(body)
        for letter in "SF0?":
            action = QAction(letter, self)
            action.setShortcut(QKeySequence(letter))
            action.triggered.connect(lambda _checked=False, letter=letter: self.log.append(letter))
            self.addAction(action)
        QShortcut(QKeySequence("N"), self).activated.connect(lambda: self.log.append("N"))
        QShortcut(QKeySequence("Return"), self).activated.connect(lambda: self.log.append("Return"))
        self.button.clicked.connect(lambda: self.log.append("clicked"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def scanner(qapp: QApplication, clock: Clock) -> Iterator[WedgeScanner]:
    scanner = WedgeScanner(qapp, clock=clock)
    scanner.install()
    yield scanner
    scanner.remove()


@pytest.fixture
def codes(scanner: WedgeScanner) -> list[str]:
    found: list[str] = []
    scanner.scanned.connect(found.append)
    return found


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    desk = Desk()
    qtbot.addWidget(desk)
    desk.show()
    desk.activateWindow()
    qtbot.waitUntil(desk.isActiveWindow)
    return desk


@pytest.fixture
def press(clock: Clock) -> Callable[..., None]:
    """Presses the keys of a text, and Enter, on a widget; so many milliseconds apart."""

    def run(widget: QWidget, text: str, gap: int, end: Qt.Key | None = None) -> None:
        for char in text:
            clock.now += gap
            keys.keyClick(widget, char)
        if end is not None:
            clock.now += gap
            QTest.keyClick(widget, end)

    return run


@pytest.mark.parametrize(
    ("place", "end"),
    [
        ("field", Qt.Key.Key_Return),
        ("field", Qt.Key.Key_Enter),
        ("field", Qt.Key.Key_Tab),
        ("plain", Qt.Key.Key_Return),
        ("plain", Qt.Key.Key_Tab),
        ("button", Qt.Key.Key_Return),
    ],
    ids=["field-return", "field-enter", "field-tab", "plain-return", "plain-tab", "button-return"],
)
def test_a_scan_reaches_nobody_else(
    desk: Desk,
    codes: list[str],
    press: Callable[..., None],
    place: str,
    end: Qt.Key,
) -> None:
    widget: QWidget = getattr(desk, place)
    widget.setFocus()
    press(widget, CODE, 8, end)
    press(widget, "4006381333931", 2, end)
    QTest.qWait(60)  # longer than anything is held back
    assert codes == [CODE, "4006381333931"]
    assert desk.field.text() == ""
    assert desk.log == []
    assert desk.focusWidget() is widget


@pytest.mark.parametrize("gap", [80, 120, 36])
def test_typing_arrives_complete_and_in_order(
    desk: Desk, codes: list[str], press: Callable[..., None], qtbot: QtBot, gap: int
) -> None:
    desk.field.setFocus()
    press(desk.field, "SF000 ?aB", gap)
    qtbot.waitUntil(lambda: desk.field.text() == "SF000 ?aB")
    press(desk.field, "x", gap, Qt.Key.Key_Left)
    press(desk.field, "y", gap)
    qtbot.waitUntil(lambda: desk.field.text() == "SF000 ?aByx")
    assert desk.log == []
    assert codes == []


def test_a_short_or_slow_burst_is_typing(
    desk: Desk, clock: Clock, codes: list[str], press: Callable[..., None], qtbot: QtBot
) -> None:
    desk.field.setFocus()
    press(desk.field, "abc", 5, Qt.Key.Key_Left)  # too short
    press(desk.field, "hello", 5)
    clock.now += 36
    QTest.keyClick(desk.field, Qt.Key.Key_Left)
    assert desk.field.text() == "abhelloc"
    press(desk.field, "!", 5)
    qtbot.waitUntil(lambda: desk.field.text() == "abhell!oc")  # by the timer alone
    assert codes == []


def test_enter_after_honest_typing_still_works(
    desk: Desk, codes: list[str], press: Callable[..., None]
) -> None:
    desk.field.setFocus()
    press(desk.field, "abcde", 80, Qt.Key.Key_Return)
    assert desk.field.text() == "abcde"
    assert desk.log == ["Return"]
    assert codes == []


def test_single_letter_shortcuts_still_work(
    desk: Desk, codes: list[str], press: Callable[..., None], qtbot: QtBot
) -> None:
    desk.plain.setFocus()
    press(desk.plain, "sn", 90)
    qtbot.waitUntil(lambda: desk.log == ["S", "N"])
    QTest.keyClick(desk.plain, Qt.Key.Key_Question, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: desk.log == ["S", "N", "?"])
    press(desk.plain, "n", 90)
    desk.actions()[0].setEnabled(False)
    press(desk.plain, "s", 90)
    qtbot.waitUntil(lambda: desk.log == ["S", "N", "?", "N"])
    assert codes == []


def test_shift_of_a_scanner_is_no_break(
    desk: Desk, clock: Clock, codes: list[str], qtbot: QtBot
) -> None:
    desk.field.setFocus()
    shift = Qt.KeyboardModifier.ShiftModifier
    for char in "SFxY":
        clock.now += 5
        if char.isupper():
            QTest.keyPress(desk.field, Qt.Key.Key_Shift)
            keys.keyPress(desk.field, char, shift)
            keys.keyRelease(desk.field, char, shift)
            QTest.keyRelease(desk.field, Qt.Key.Key_Shift)
        else:
            keys.keyClick(desk.field, char)
    QTest.keyClick(desk.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: codes == ["SFxY"])
    assert desk.field.text() == ""


def test_commands_and_repeats_pass_at_once(
    desk: Desk, qapp: QApplication, codes: list[str], press: Callable[..., None]
) -> None:
    desk.field.setFocus()
    press(desk.field, "ab", 5)
    QTest.keyClick(desk.field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert desk.field.selectedText() == "ab"  # what was held back came first
    press(desk.field, "c", 80)
    for _ in range(6):
        repeated = QKeyEvent(
            QKeyEvent.Type.KeyPress, Qt.Key.Key_C, Qt.KeyboardModifier.NoModifier, "c", True
        )
        qapp.sendEvent(desk.field, repeated)
    QTest.keyClick(desk.field, Qt.Key.Key_Return)
    assert desk.field.text() == "ccccccc"
    assert codes == []


def test_a_scan_in_a_dialog_does_not_close_it(
    desk: Desk, codes: list[str], press: Callable[..., None], qtbot: QtBot
) -> None:
    dialog = QDialog(desk)
    field, ok = QLineEdit(dialog), QPushButton("OK", dialog)
    ok.setDefault(True)
    ok.clicked.connect(dialog.accept)
    layout = QVBoxLayout(dialog)
    layout.addWidget(field)
    layout.addWidget(ok)
    dialog.open()
    qtbot.waitUntil(dialog.isActiveWindow)
    field.setFocus()
    press(field, CODE, 8, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: codes == [CODE])
    assert dialog.isVisible()
    assert field.text() == ""
    press(field, "abcd", 80, Qt.Key.Key_Return)
    assert not dialog.isVisible()
    assert field.text() == "abcd"


def test_marks_of_the_scanner(
    desk: Desk,
    scanner: WedgeScanner,
    codes: list[str],
    press: Callable[..., None],
    qtbot: QtBot,
) -> None:
    scanner.marks = ScannerMarks("~", "#")
    desk.field.setFocus()
    press(desk.field, f"~{CODE}#", 8, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: codes == [CODE])
    press(desk.field, CODE, 8, Qt.Key.Key_Return)
    assert desk.field.text() == CODE
    assert codes == [CODE]


def test_a_listener_may_close_the_window(
    desk: Desk, scanner: WedgeScanner, press: Callable[..., None], qtbot: QtBot
) -> None:
    scanner.scanned.connect(lambda _code: desk.close())
    desk.field.setFocus()
    press(desk.field, CODE, 8, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not desk.isVisible())


def test_without_it_nothing_changes(desk: Desk, scanner: WedgeScanner, codes: list[str]) -> None:
    scanner.remove()
    desk.field.setFocus()
    QTest.keyClicks(desk.field, CODE)
    assert desk.field.text() == CODE
    assert codes == []


def test_real_events_of_the_window_are_filtered_too(
    desk: Desk, clock: Clock, codes: list[str], qtbot: QtBot
) -> None:
    """Keys of the operating system come to the window's handle first."""
    handle = desk.windowHandle()
    assert handle is not None
    desk.plain.setFocus()
    for char in CODE:
        clock.now += 8
        QTest.keyClick(handle, Qt.Key(ord(char.upper())))
    QTest.keyClick(handle, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: codes == [CODE.lower()])
    assert desk.log == []
    clock.now += 90
    QTest.keyClick(handle, Qt.Key.Key_N)
    qtbot.waitUntil(lambda: desk.log == ["N"])
    desk.field.setFocus()
    for char in "honest":
        clock.now += 90
        QTest.keyClick(handle, Qt.Key(ord(char.upper())))
    qtbot.waitUntil(lambda: desk.field.text() == "honest")
