"""PostgreSQL refuses to run as root: the account it runs under instead, and its folders."""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from soleflip_desktop.domain.errors import DatabaseUnavailableError

if sys.platform != "win32":
    import pwd

# Root's own place for what the account below cannot reach in the data folder or the installation.
SYSTEM_FOLDER = Path("/var/lib/soleflip-desktop")

_ACCOUNT_NAME = "nobody"


@dataclass(frozen=True, slots=True)
class Account:
    """Another operating-system user."""

    name: str
    uid: int
    gid: int


def service_account() -> Account | None:
    """The account to run the server under; None when it runs as the user itself."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(_ACCOUNT_NAME)
    except KeyError:
        raise DatabaseUnavailableError(
            "The database cannot run as root, and this system has no user 'nobody' to run it as. "
            "Start SoleFlip Desktop as an ordinary user.",
        ) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def user_name() -> str:
    """The operating-system user of this process, as PostgreSQL will see it."""
    if sys.platform == "win32":
        raise NotImplementedError
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise DatabaseUnavailableError(
            f"This system has no user entry for the user number {os.geteuid()}, which the database "
            "needs. Add one (in a container: to /etc/passwd) and start SoleFlip Desktop again.",
        ) from None


def can_reach(account: Account, path: Path) -> bool:
    """May the account pass through every folder down to and including `path`?"""
    resolved = path.resolve()
    return all(_may_pass(account, folder) for folder in (resolved, *resolved.parents))


def _may_pass(account: Account, folder: Path) -> bool:
    status = folder.stat()
    if status.st_uid == account.uid:
        return bool(status.st_mode & 0o100)
    if status.st_gid == account.gid:
        return bool(status.st_mode & 0o010)
    return bool(status.st_mode & 0o001)


def give_to(account: Account | None, path: Path) -> None:
    if sys.platform != "win32" and account is not None:
        os.chown(path, account.uid, account.gid)


def private_folder(path: Path, account: Account | None) -> Path:
    """A folder that only the server's user can enter; refuses one that somebody else prepared."""
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        pass
    else:
        give_to(account, path)
    if sys.platform == "win32":
        return path
    status = path.lstat()
    owner = account.uid if account else os.geteuid()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != owner or status.st_mode & 0o077:
        raise DatabaseUnavailableError(
            f"The folder {path} is not private: it belongs to another user, is a link or is open "
            "to others. Remove it and start SoleFlip Desktop again.",
        )
    return path
