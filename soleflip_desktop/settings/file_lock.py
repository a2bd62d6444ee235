"""A lock on a file that vanishes with its process. Light: a start looks at one before it paints."""

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
