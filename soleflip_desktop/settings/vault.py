"""The secrets of marketplace accounts: in the credential store, or for this session only.

Windows keeps at most 2,560 bytes of UTF-16 in an entry, and tokens are longer. So a set is cut into
parts beside the one in use, then a head entry is pointed at them: whoever is interrupted before
that leaves the old set as it was, and a set that is not whole does not fit the head's checksum.
Everything here may block (D-Bus, dialogs): call it in a thread.
"""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections.abc import Callable, Mapping

from soleflip_desktop.domain.errors import SecretStoreUnavailableError
from soleflip_desktop.domain.logins import LOGIN_FORMS, environment_name
from soleflip_desktop.domain.marketplace import Marketplace
from soleflip_desktop.settings.secrets import SecretStore

PART_LETTERS = 900
#: What the store said is believed for so long, where nothing is changed here.
BELIEVED_S = 60
_SIDES = ("a", "b")


class Vault:
    """Credentials by `ref`, the text in platform_account.keyring_ref.

    `session` holds what no credential store takes; it lives as long as the app and is never
    written anywhere.
    """

    def __init__(
        self,
        store: SecretStore,
        session: dict[str, dict[str, str]],
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._store = store
        self._session = session
        self._clock = clock
        #: By ref: whether there are secrets, and when the store said so.
        self._told: dict[str, tuple[bool, int]] = {}

    def problem(self) -> str | None:
        """Why secrets cannot be kept beyond this session; None where they can."""
        try:
            self._store.get("account-probe")
        except SecretStoreUnavailableError as error:
            return str(error)
        return None

    def session_only(self, ref: str) -> bool:
        """These secrets end with the app."""
        return ref in self._session

    def holds(self, ref: str) -> bool:
        """Whether `load` finds something. For pages that ask all the time: the store is spared."""
        known = self._told.get(ref)
        if known is not None and self._clock() - known[1] < BELIEVED_S * 10**9:
            return known[0]
        found = self.load(ref) is not None
        self._told[ref] = (found, self._clock())
        return found

    def load(self, ref: str) -> dict[str, str] | None:
        """None where nothing whole is kept, or the store is locked (`problem` tells)."""
        if ref in self._session:
            return dict(self._session[ref])
        try:
            return self._read(ref)
        except SecretStoreUnavailableError:
            return None

    def save(self, ref: str, credentials: Mapping[str, str]) -> bool:
        """False: no credential store took them, so they last for this session only."""
        try:
            self._write(ref, json.dumps(dict(credentials)))
        except SecretStoreUnavailableError:
            self._session[ref] = dict(credentials)
            return False
        finally:
            self._told.pop(ref, None)
        self._session.pop(ref, None)
        return True

    def forget(self, ref: str) -> None:
        """Removes every part. Raises SecretStoreUnavailableError."""
        of_session = self._session.pop(ref, None)
        try:
            self._store.delete(ref)
            for side in _SIDES:
                self._clear(ref, side)
        except SecretStoreUnavailableError:
            if of_session is None:
                raise
        finally:
            self._told.pop(ref, None)

    def _read(self, ref: str) -> dict[str, str] | None:
        side, count, checksum = self._head(ref)
        parts = [self._store.get(_part(ref, side, number)) for number in range(count)]
        text = "".join(part for part in parts if part is not None)
        if not count or checksum != _checksum(text):
            return None
        value: dict[str, str] = json.loads(text)
        return value

    def _write(self, ref: str, text: str) -> None:
        old = self._head(ref)[0]
        side = _SIDES[old == _SIDES[0]]
        self._clear(ref, side)
        parts = [text[at : at + PART_LETTERS] for at in range(0, len(text), PART_LETTERS)]
        for number, part in enumerate(parts):
            self._store.set(_part(ref, side, number), part)
        self._store.set(ref, f"{side} {len(parts)} {_checksum(text)}")
        self._clear(ref, old)

    def _head(self, ref: str) -> tuple[str, int, str]:
        """The side in use, how many parts it has and their checksum; ("", 0, "") without one."""
        words = (self._store.get(ref) or "").split(" ")
        if len(words) != len(("side", "count", "checksum")) or not words[1].isdecimal():
            return "", 0, ""
        return words[0], int(words[1]), words[2]

    def _clear(self, ref: str, side: str) -> None:
        """From the last part on, so that an interrupted clearing leaves no part behind a gap."""
        count = 0
        while side and self._store.get(_part(ref, side, count)) is not None:
            count += 1
        for number in reversed(range(count)):
            self._store.delete(_part(ref, side, number))


def new_ref() -> str:
    """The name of a set of secrets that is not kept yet."""
    return f"account-{uuid.uuid4()}"


def credentials_from_environment(
    marketplace: Marketplace, environ: Mapping[str, str]
) -> dict[str, str] | None:
    """For scripts on machines without a credential store; None unless a log-in is complete.

    A redirect URI is not asked for: no browser is involved where a token is given.
    """
    form = LOGIN_FORMS[marketplace]
    names = {*(field.name for field in form.fields), "access_token", "refresh_token"}
    found = {name: environ.get(environment_name(marketplace, name), "").strip() for name in names}
    given = {name: value for name, value in found.items() if value}
    missing = {field.name for field in form.missing(given)} - {"redirect_uri"}
    if missing or not {"access_token", "refresh_token"} & given.keys():
        return None
    return given


def _part(ref: str, side: str, number: int) -> str:
    return f"{ref}.{side}{number}"


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
