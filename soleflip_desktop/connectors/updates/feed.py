"""The list of updates: its form, and the signature without which nothing of it is read.

    {"payload": base64 of the bytes that are signed, "signature": base64 of Ed25519 over them}

The payload is JSON, `FeedPayload`. It travels as base64 so that there is no second way to write
the same bytes.
"""

from __future__ import annotations

import base64
import json
from datetime import date
from typing import Annotated, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from soleflip_desktop.domain.updates import (
    Release,
    UpdateError,
    UpdateFile,
    file_name,
    is_safe_address,
)
from soleflip_desktop.domain.versions import precedence

#: In bytes; a list with the notes of many versions has some 20 KB.
LARGEST_FEED = 256 * 1024
LARGEST_FILE = 2 * 1024**3
#: What is kept on disk under the name that it has in its address.
SAFE_NAME = r"^[A-Za-z0-9][A-Za-z0-9._~+-]*\.(?:exe|dmg|deb|tar\.xz|AppImage)$"

_UNSIGNED = (
    "The list of updates is not signed by the makers of SoleFlip Desktop, so nothing of it was "
    "used. Look again later; if this stays, get new versions from the project's own page only."
)
_UNREADABLE = (
    "The list of updates is signed but cannot be read by this version. Get the new one from the "
    "project's own page."
)


def _known_version(text: str) -> str:
    precedence(text)
    return text


def _safe_address(text: str) -> str:
    if not is_safe_address(text):
        raise ValueError("no https address")
    return text


_Version = Annotated[str, AfterValidator(_known_version)]


class FilePayload(BaseModel):
    """One installer. `size` in bytes."""

    url: Annotated[str, AfterValidator(_safe_address)]
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(gt=0, le=LARGEST_FILE)


class FeedPayload(BaseModel):
    """A release. Fields that a later version adds are passed over."""

    model_config = ConfigDict(populate_by_name=True)

    version: _Version
    released: date
    min_upgradable: _Version | None = None
    revision: str = Field(alias="schema")
    notes: str
    files: dict[str, FilePayload]

    def release(self) -> Release:
        """Raises ValueError for a file that cannot be kept under its own name."""
        files = {
            system: UpdateFile(file.url, file.sha256, file.size)
            for system, file in self.files.items()
        }
        for file in files.values():
            _Named(name=file_name(file.url))
        return Release(
            self.version, self.released, self.revision, self.notes, files, self.min_upgradable
        )


class _Named(BaseModel):
    name: str = Field(pattern=SAFE_NAME, max_length=120)


def read_feed(wrapped: bytes, public_key: str) -> Release:
    """Raises UpdateError where the signature is not that key's, or the form is not ours."""
    try:
        outer = json.loads(wrapped)
        payload = base64.b64decode(outer["payload"], validate=True)
        signature = base64.b64decode(outer["signature"], validate=True)
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
        key.verify(signature, payload)
    except (ValueError, TypeError, KeyError, RecursionError, InvalidSignature):
        raise UpdateError(_UNSIGNED) from None
    try:
        return FeedPayload.model_validate_json(payload).release()
    except (ValidationError, ValueError):
        raise UpdateError(_UNREADABLE) from None


def sign_feed(payload: bytes, seed: bytes) -> bytes:
    """The list as it is published. `seed`: the 32 bytes of the private key."""
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(payload)
    wrapped: dict[str, Any] = {
        "payload": base64.b64encode(payload).decode(),
        "signature": base64.b64encode(signature).decode(),
    }
    return json.dumps(wrapped, indent=2).encode() + b"\n"


def public_key_of(seed: bytes) -> str:
    """In base64, as resources/update.json has it."""
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key()
    return base64.b64encode(public.public_bytes_raw()).decode()
