"""A file that is being downloaded: it gets its name only once it is what was signed."""

from __future__ import annotations

import hashlib
import hmac
import os
from pathlib import Path
from typing import BinaryIO

from soleflip_desktop.domain.updates import UpdateError, UpdateFile

_BLOCK = 1024 * 1024
_WRONG = (
    "What arrived as {name} is not the file that was signed, so it was deleted. Download it "
    "again; if this stays, something between this computer and the server changes files."
)


class PartFile:
    """What arrived lies beside the target under a name with the hash.

    So a download of another file never goes on behind it. All methods raise OSError.
    """

    def __init__(self, folder: Path, file: UpdateFile) -> None:
        self.path = folder / file.name
        self.part = folder / f"{file.name}.{file.sha256[:16]}.part"
        self.size = 0
        self._file = file
        self._hash = hashlib.sha256()
        self._stream: BinaryIO | None = None

    def open(self) -> bool:
        """Goes on behind what is there; False where the whole file is there already."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if is_intact(self.path, self._file):
            return False
        self._stream = self.part.open("ab+")
        self._stream.seek(0)
        while block := self._stream.read(_BLOCK):
            self._take(block)
        if self.size > self._file.size:
            self.restart()
        return True

    def restart(self) -> None:
        """From the first byte."""
        if self._stream is not None:
            self._stream.truncate(0)
        self._hash, self.size = hashlib.sha256(), 0

    def write(self, data: bytes) -> None:
        """Raises UpdateError, and deletes what came, where more comes than was signed."""
        if self.size + len(data) > self._file.size:
            self.discard()
            raise UpdateError(_WRONG.format(name=self._file.name))
        if self._stream is not None:
            self._stream.write(data)
            self._take(data)

    def finish(self) -> Path:
        """The whole file under its own name.

        Raises UpdateError, and deletes it, where it is not what was signed.
        """
        if self._stream is not None:
            self._stream.flush()
            os.fsync(self._stream.fileno())
            good = self.size == self._file.size and hmac.compare_digest(
                self._hash.hexdigest(), self._file.sha256
            )
            if not good:
                self.discard()
                raise UpdateError(_WRONG.format(name=self._file.name))
            self.close()
            self.part.replace(self.path)
        return self.path

    def close(self) -> None:
        """What arrived stays, for another attempt."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def discard(self) -> None:
        """Nothing stays of what arrived."""
        self.close()
        self.part.unlink(missing_ok=True)

    def _take(self, data: bytes) -> None:
        self._hash.update(data)
        self.size += len(data)


def is_intact(path: Path, file: UpdateFile) -> bool:
    """Whether the file is there and is, byte for byte, what was signed."""
    try:
        with path.open("rb") as stream:
            if os.fstat(stream.fileno()).st_size != file.size:
                return False
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return False
    return hmac.compare_digest(digest, file.sha256)
