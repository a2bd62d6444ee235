"""Files of attachments in the data folder: ab/<sha256>, where ab are its first two digits."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import IO

from soleflip_desktop.db.queries.attachments import NewAttachment
from soleflip_desktop.domain.errors import UserError

MAX_BYTES = 50 * 1024 * 1024
_BLOCK = 1 << 20
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"})


def file_path(folder: Path, sha256: str) -> Path:
    return folder / sha256[:2] / sha256


def store(folder: Path, name: str, source: IO[bytes]) -> NewAttachment:
    """Keeps the content, once: a file is there as a whole or not at all.

    Raises UserError for what is too large or neither picture nor PDF; OSError passes.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, part_name = tempfile.mkstemp(dir=folder, prefix=".part-")
    part = Path(part_name)
    try:
        with os.fdopen(handle, "wb") as target:
            stored = _copy(source, target, name)
        _keep(part, file_path(folder, stored.sha256))
    finally:
        part.unlink(missing_ok=True)
    return stored


def media_type(head: bytes) -> str | None:
    """By the first twelve bytes of the content: names lie, and so do cameras about theirs."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return "image/heic"
    return "application/pdf" if head.startswith(b"%PDF-") else None


def _copy(source: IO[bytes], target: IO[bytes], name: str) -> NewAttachment:
    digest, size, kind = hashlib.sha256(), 0, None
    while block := source.read(_BLOCK):
        kind = kind or media_type(block)
        if kind is None:
            raise UserError(
                f"{name} is neither a picture nor a PDF: attach PNG, JPEG, WebP, HEIC or PDF files."
            )
        size += len(block)
        if size > MAX_BYTES:
            raise UserError(f"{name} is larger than 50 MB: attach a smaller copy of it.")
        digest.update(block)
        target.write(block)
    if kind is None:
        raise UserError(f"{name} is empty: choose another file.")
    target.flush()
    os.fsync(target.fileno())
    return NewAttachment(digest.hexdigest(), name, kind, size)


def _keep(part: Path, path: Path) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    if not path.exists():
        part.replace(path)
