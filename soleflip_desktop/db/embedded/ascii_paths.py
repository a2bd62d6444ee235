"""PostgreSQL on Windows works only with ASCII paths: how to get one for any folder."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path, PureWindowsPath

from soleflip_desktop.domain.errors import DatabaseUnavailableError

type_short_name = Callable[[str], str | None]


def ascii_form(path: Path, short_name: type_short_name) -> Path | None:
    """The path itself or its 8.3 name, whichever is ASCII; there may be neither."""
    if str(path).isascii():
        return path
    short = short_name(str(path))
    return Path(short) if short and short.isascii() else None


def substitute_folder(program_data: str, user_home: str) -> PureWindowsPath:
    """One user's folder below %ProgramData%, which is ASCII on every Windows."""
    digest = hashlib.sha256(user_home.encode()).hexdigest()[:12]
    return PureWindowsPath(program_data) / "SoleFlip Desktop" / digest


def refuse_network(path: Path) -> None:
    """Locks and fsync of a database are not to be trusted on a network share."""
    if str(path).startswith("\\\\"):
        raise DatabaseUnavailableError(
            f"The data folder {path} is on a network share, where a database is not safe. "
            "Choose a folder on this computer.",
        )
