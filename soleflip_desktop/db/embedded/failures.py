"""What PostgreSQL and the file system complain about, as sentences for the user."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from soleflip_desktop.domain.errors import DatabaseUnavailableError

_NO_SPACE = {errno.ENOSPC, errno.EDQUOT} if hasattr(errno, "EDQUOT") else {errno.ENOSPC}
_NOT_WRITABLE = {errno.EACCES, errno.EPERM, errno.EROFS}
_QUOTED_LINES = 8


@contextmanager
def translated(folder: Path) -> Iterator[None]:
    """Translate errors of the file system; `folder` is the data folder to name."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_SPACE:
            raise _disk_full(folder) from error
        if error.errno in _NOT_WRITABLE:
            raise _not_writable(folder, error.filename) from error
        raise DatabaseUnavailableError(
            f"The database in {folder} cannot be used: {error.strerror or error}.",
        ) from error


def tool_failure(folder: Path, what: str, output: str) -> DatabaseUnavailableError:
    """The error for a PostgreSQL program that failed: `output` is what it or its log said."""
    if "No space left on device" in output or "There is not enough space" in output:
        return _disk_full(folder)
    if "Permission denied" in output or "Read-only file system" in output:
        return _not_writable(folder, None)
    lines = "\n".join(output.strip().splitlines()[-_QUOTED_LINES:])
    return DatabaseUnavailableError(f"{what} in {folder}. PostgreSQL says:\n{lines}")


def _disk_full(folder: Path) -> DatabaseUnavailableError:
    return DatabaseUnavailableError(
        f"The disk with {folder} is full. Free some space and start SoleFlip Desktop again.",
    )


def _not_writable(folder: Path, culprit: object) -> DatabaseUnavailableError:
    detail = f" ({culprit})" if culprit and str(culprit) != str(folder) else ""
    return DatabaseUnavailableError(
        f"SoleFlip Desktop may not write in {folder}{detail}. Make the folder writable for your "
        "user, or choose another data folder.",
    )
