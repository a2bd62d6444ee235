"""One window a data folder: a second start hands its files to the first and ends.

Whether there is a first one is known by its lock on the data folder, not by what is here: this
module loads Qt's network part, and is imported only then, and by a window that has come up.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

#: How long the first instance may take to answer; it may be starting itself, from a cold disk.
PATIENCE_S = 5.0
_POLL_MS = 50
_ANSWER = b"taken\n"
#: Of a socket's path: 104 on macOS, 108 on Linux, less what Qt appends while it binds.
_LONGEST_PATH = 90
_LARGEST_MESSAGE = 256 * 1024


def meeting_place(folder: Path) -> str:
    """The name under which instances with that data folder meet.

    A socket inside the private data folder where its path is short enough: nobody else can be
    there first. Otherwise, and for a pipe of Windows, a name that tells of folder and user.
    """
    here = folder.resolve()
    socket = here / "locks" / "window.sock"
    if sys.platform != "win32" and len(bytes(socket)) <= _LONGEST_PATH:
        return str(socket)
    mark = hashlib.sha256(f"{here}\0{getpass.getuser()}".encode()).hexdigest()
    return f"soleflip-{mark[:24]}"


def hand_over(folder: Path, files: Sequence[str], patience_s: float = PATIENCE_S) -> bool:
    """Asks the instance that has the folder to come to the front and to open the files.

    False where none answers in time. There must be an application object, but no window yet.
    """
    message = json.dumps({"files": [str(Path(each).absolute()) for each in files]}).encode() + b"\n"
    give_up = time.monotonic() + patience_s
    _let_others_come_to_the_front()
    socket = QLocalSocket()
    while socket.state() is not QLocalSocket.LocalSocketState.ConnectedState:
        if time.monotonic() > give_up:
            return False
        socket.connectToServer(meeting_place(folder))
        if not socket.waitForConnected(_POLL_MS):
            socket.abort()
            QThread.msleep(_POLL_MS)  # no window is there yet that could freeze
    socket.write(message)
    heard = b""
    while not heard.endswith(_ANSWER) and time.monotonic() < give_up:
        socket.waitForReadyRead(_POLL_MS)
        heard += bytes(socket.readAll().data())
        if socket.state() is not QLocalSocket.LocalSocketState.ConnectedState:
            break
    socket.abort()
    return heard == _ANSWER


class SingleInstance(QObject):
    """Hears of later starts. For the holder of the folder's lock alone: it removes an old socket.

    Signals:
        called(list): a later start wants the window in front; the paths of files that it brought.
    """

    called = Signal(list)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._place = meeting_place(folder)
        self._heard: dict[QLocalSocket, bytes] = {}
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)

    def listen(self) -> bool:
        """False where the system does not allow it: then a later start says that we are open."""
        QLocalServer.removeServer(self._place)  # what a crash left behind
        return self._server.listen(self._place)

    def close(self) -> None:
        self._server.close()

    def _on_connection(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            self._heard[socket] = b""
            socket.readyRead.connect(self._on_data)
            socket.disconnected.connect(self._on_gone)
            self._take(socket)

    def _on_data(self) -> None:
        socket = self.sender()
        if isinstance(socket, QLocalSocket):
            self._take(socket)

    def _on_gone(self) -> None:
        socket = self.sender()
        if isinstance(socket, QLocalSocket):
            self._heard.pop(socket, None)
            socket.deleteLater()

    def _take(self, socket: QLocalSocket) -> None:
        if socket not in self._heard:
            return
        self._heard[socket] += bytes(socket.readAll().data())
        if len(self._heard[socket]) > _LARGEST_MESSAGE:
            socket.abort()
            return
        line, separator, _rest = self._heard[socket].partition(b"\n")
        if not separator:
            return
        files = _files(line)
        if files is None:
            socket.abort()
            return
        self._heard[socket] = b""
        socket.write(_ANSWER)
        socket.flush()
        self.called.emit(files)


def _files(line: bytes) -> list[str] | None:
    """None for what no instance of ours would say."""
    try:
        files = json.loads(line)["files"]
    except (ValueError, TypeError, KeyError):
        return None
    known = isinstance(files, list) and all(isinstance(each, str) for each in files)
    return files if known else None


def _let_others_come_to_the_front() -> None:
    """Windows lets only the program that was just started say who may."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415  (of use on Windows alone)

        ctypes.windll.user32.AllowSetForegroundWindow(-1)
