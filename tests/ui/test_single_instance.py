"""A second start hands its files over, and finds its way when nobody answers."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QThread
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from PySide6.QtWidgets import QApplication, QMainWindow
from pytestqt.qtbot import QtBot

from soleflip_desktop.ui.common.single_instance import (
    SingleInstance,
    hand_over,
    meeting_place,
)
from soleflip_desktop.ui.common.window_place import bring_to_front


class SecondStart(QThread):
    """The second process, which has no event loop either."""

    def __init__(self, folder: Path, files: list[str], patience_s: float = 2.0) -> None:
        super().__init__()
        self._asked = (folder, files, patience_s)
        self.taken: bool | None = None

    def run(self) -> None:
        self.taken = hand_over(*self._asked)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "locks").mkdir()
    return tmp_path


@pytest.fixture
def first(qapp: QApplication, folder: Path) -> Iterator[SingleInstance]:
    instance = SingleInstance(folder)
    assert instance.listen()
    yield instance
    instance.close()


def second(qtbot: QtBot, folder: Path, *files: str, patience_s: float = 2.0) -> bool | None:
    start = SecondStart(folder, list(files), patience_s)
    start.start()
    qtbot.waitUntil(start.isFinished)
    return start.taken


def test_files_are_handed_over(qtbot: QtBot, first: SingleInstance, folder: Path) -> None:
    heard: list[list[str]] = []
    first.called.connect(heard.append)
    assert second(qtbot, folder, "/in/Käufe 李.csv", "here.xlsx")
    assert second(qtbot, folder)
    assert heard == [["/in/Käufe 李.csv", str(Path("here.xlsx").absolute())], []]


def test_a_first_one_that_is_still_starting_is_waited_for(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    start = SecondStart(folder, ["/in/a.csv"])
    start.start()
    qtbot.wait(250)
    assert start.isRunning()
    instance, heard = SingleInstance(folder), list[list[str]]()
    instance.called.connect(heard.append)
    assert instance.listen()
    qtbot.waitUntil(start.isFinished)
    assert (start.taken, heard) == (True, [["/in/a.csv"]])
    instance.close()


def test_a_socket_that_a_crash_left_behind_is_in_nobodys_way(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    dead = QLocalServer()
    assert dead.listen(meeting_place(folder))
    began = time.monotonic()
    assert second(qtbot, folder, patience_s=0.4) is False  # it hears, but does not answer
    assert time.monotonic() - began < 2
    after = SingleInstance(folder)
    assert after.listen()
    assert second(qtbot, folder) is True
    after.close()
    dead.close()


def test_nobody_there_is_told_in_time(qtbot: QtBot, qapp: QApplication, folder: Path) -> None:
    assert second(qtbot, folder, patience_s=0.15) is False


@pytest.mark.parametrize(
    "said", [b"hello\n", b'{"files": "a"}\n', b"[1]\n", b'{"files": [1]}\n', b"x" * 300_000]
)
def test_what_is_not_ours_is_ignored(
    qtbot: QtBot, first: SingleInstance, folder: Path, said: bytes
) -> None:
    heard: list[list[str]] = []
    first.called.connect(heard.append)
    socket = QLocalSocket()
    socket.connectToServer(meeting_place(folder))
    qtbot.waitUntil(lambda: socket.state() is QLocalSocket.LocalSocketState.ConnectedState)
    socket.write(said)
    qtbot.waitUntil(lambda: socket.state() is QLocalSocket.LocalSocketState.UnconnectedState)
    assert second(qtbot, folder, "/in/a.csv")
    assert heard == [["/in/a.csv"]]


@pytest.mark.skipif(sys.platform == "win32", reason="pipes have no mode")
def test_only_the_user_may_knock(first: SingleInstance, folder: Path) -> None:
    assert Path(meeting_place(folder)).stat().st_mode & 0o077 == 0


def test_the_meeting_place_tells_folders_apart(tmp_path: Path) -> None:
    deep = tmp_path / ("long" * 30)
    assert meeting_place(deep).startswith("soleflip-")
    assert meeting_place(deep) == meeting_place(deep / ".." / deep.name)
    assert meeting_place(deep) != meeting_place(tmp_path / ("gone" * 30))


@pytest.mark.qt_log_ignore("does not support raise", extend=True)
def test_the_window_comes_to_the_front(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.showMinimized()
    bring_to_front(window)
    assert not window.isMinimized()
