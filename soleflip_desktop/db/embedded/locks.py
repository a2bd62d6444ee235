"""Locks on files that vanish with the process, and the count of a cluster's users built on them."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from soleflip_desktop.domain.errors import DatabaseUnavailableError

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


_POLL_S = 0.01


class FileLock:
    """An exclusive lock; the operating system drops it when the process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def try_acquire(self) -> bool:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(descriptor)
        except (BlockingIOError, PermissionError):  # flock's and msvcrt's words for "taken"
            os.close(descriptor)
            return False
        except OSError:
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        return True

    def acquire(self, timeout_s: float) -> None:
        give_up = time.monotonic() + timeout_s
        while not self.try_acquire():
            if time.monotonic() > give_up:
                raise DatabaseUnavailableError(
                    f"Another process has been starting or stopping the database in "
                    f"{self._path.parent.parent} for too long. Close every SoleFlip Desktop "
                    "and try again.",
                )
            time.sleep(_POLL_S)

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    @property
    def held(self) -> bool:
        return self._descriptor is not None


class UserCount:
    """Who uses the cluster: one locked file per user. Call all methods with the guard lock held."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own: Path | None = None
        self._lock: FileLock | None = None

    def join(self) -> None:
        if self._lock is not None:
            return
        self._folder.mkdir(mode=0o700, exist_ok=True)
        own = self._folder / f"{os.getpid()}-{os.urandom(4).hex()}.lock"
        lock = FileLock(own)
        lock.try_acquire()  # nobody else knows the name yet
        self._own, self._lock = own, lock

    def leave(self) -> None:
        if self._lock is not None and self._own is not None:
            self._lock.release()
            self._own.unlink(missing_ok=True)
        self._lock = None

    def others(self) -> bool:
        """Is anybody else alive? Clears away the files of processes that were killed."""
        alive = [self._alive(path) for path in self._folder.glob("*.lock") if path != self._own]
        return any(alive)

    def abandon(self) -> None:
        """Stop counting without the guard; the file stays behind for the next `others`."""
        if self._lock is not None:
            self._lock.release()
        self._lock = None

    @staticmethod
    def _alive(path: Path) -> bool:
        lock = FileLock(path)
        if not lock.try_acquire():
            return True
        lock.release()
        path.unlink(missing_ok=True)
        return False
