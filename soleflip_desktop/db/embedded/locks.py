"""The count of a cluster's users: one locked file each, which vanishes with the process."""

from __future__ import annotations

import os
from pathlib import Path

from soleflip_desktop.settings.file_lock import FileLock

__all__ = ["FileLock", "UserCount"]


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
