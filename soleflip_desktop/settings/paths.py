"""Where the app writes: one data folder per user, everything below it."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from soleflip_desktop.domain.errors import UserError

ENVIRONMENT_VARIABLE = "SOLEFLIP_DATA_DIR"


def data_dir(explicit: Path | None = None) -> Path:
    """The data folder, absolute: the caller's, the environment's or the operating system's."""
    chosen = explicit or os.environ.get(ENVIRONMENT_VARIABLE)
    if not chosen:
        return platformdirs.user_data_path("SoleFlip Desktop", appauthor=False)
    return Path(chosen).expanduser().absolute()


@dataclass(frozen=True, slots=True)
class DataFolder:
    """Names everything the app writes; nothing is created before `create`."""

    root: Path

    @property
    def pgdata(self) -> Path:
        return self.root / "pgdata"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def locks(self) -> Path:
        return self.root / "locks"

    @property
    def owner_lock(self) -> Path:
        """Held by the window that has the folder."""
        return self.locks / "owner.lock"

    @property
    def backups(self) -> Path:
        return self.root / "backups"

    @property
    def imports(self) -> Path:
        return self.root / "imports"

    @property
    def attachments(self) -> Path:
        """Photos and documents of units, each under the hash of its content."""
        return self.root / "attachments"

    @property
    def thumbnails(self) -> Path:
        """Small pictures of the photos; whoever deletes them gets them again."""
        return self.root / "thumbnails"

    @property
    def updates(self) -> Path:
        """Installers that were downloaded; made with the first of them."""
        return self.root / "updates"

    def create(self) -> None:
        """Make the folder and its subfolders, private to the user; those there keep their mode.

        Raises UserError where that is not allowed.
        """
        # PostgreSQL refuses to run as root and then runs under another account, which must be able
        # to pass through (not to list) the folder. The subfolders stay closed to it.
        passable = sys.platform != "win32" and os.geteuid() == 0
        # On Windows it gives up an administrator's rights, and 0o700 would leave it none.
        private = 0o777 if sys.platform == "win32" else 0o700
        try:
            self.root.mkdir(mode=0o711 if passable else private, parents=True, exist_ok=True)
            for folder in (
                self.logs,
                self.locks,
                self.backups,
                self.imports,
                self.attachments,
                self.thumbnails,
            ):
                folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            msg = (
                f"The data folder {self.root} cannot be written ({error.strerror}). Choose another "
                "one with --data or SOLEFLIP_DATA_DIR."
            )
            raise UserError(msg) from error
