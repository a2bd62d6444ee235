"""A credential store for command lines under test: PYTHON_KEYRING_BACKEND names it.

Its file, which SECRETS_FILE names, stands for what the operating system keeps locked away.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend

SECRETS_FILE = "SECRETS_FILE"
BACKEND = "helpers.file_keyring.FileKeyring"


class FileKeyring(KeyringBackend):
    """Also a SecretStore, for tests that look into it (`get`, `set`, `delete`)."""

    priority = 9

    def __init__(self, path: Path | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring's
        # keyring makes one of each class it knows of, also where nobody asked for this one.
        self._path = path or Path(os.environ.get(SECRETS_FILE, os.devnull))

    def get(self, name: str) -> str | None:
        return self._read().get(name)

    def set(self, name: str, secret: str) -> None:
        self._write({**self._read(), name: secret})

    def delete(self, name: str) -> None:
        self._write({key: text for key, text in self._read().items() if key != name})

    def get_password(self, service: str, username: str) -> str | None:
        return self.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self.set(username, password)

    def delete_password(self, service: str, username: str) -> None:
        self.delete(username)

    def _read(self) -> dict[str, str]:
        if not self._path.exists():
            return {}
        kept: dict[str, str] = json.loads(self._path.read_text(encoding="utf-8"))
        return kept

    def _write(self, kept: dict[str, str]) -> None:
        self._path.write_text(json.dumps(kept), encoding="utf-8")
