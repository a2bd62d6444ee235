"""Secrets live in the operating system's credential store, and only there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from soleflip_desktop.domain.errors import SecretStoreUnavailableError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "SoleFlip Desktop"

# keyring's own limit for backends it recommends; the plain text and the do-nothing ones are below.
_LOWEST_TRUSTED_PRIORITY = 1


class SecretStore(Protocol):
    """Every method raises SecretStoreUnavailableError when the store cannot be used."""

    def get(self, name: str) -> str | None: ...

    def set(self, name: str, secret: str) -> None: ...

    def delete(self, name: str) -> None:
        """Forget the secret; it need not exist."""


class KeyringStore:
    """The credential store of Windows, macOS or the Linux desktop."""

    def get(self, name: str) -> str | None:
        with _plain_sentences():
            return _backend().get_password(SERVICE, name)

    def set(self, name: str, secret: str) -> None:
        with _plain_sentences():
            _backend().set_password(SERVICE, name, secret)

    def delete(self, name: str) -> None:
        with _plain_sentences():
            backend = _backend()
            if backend.get_password(SERVICE, name) is not None:
                backend.delete_password(SERVICE, name)


def _backend() -> KeyringBackend:
    import keyring  # noqa: PLC0415  (the window starts without it)
    from keyring.backend import KeyringBackend  # noqa: PLC0415

    chosen = keyring.get_keyring()
    # The chaining backend would fall through to a plain text file when the real store is locked.
    for backend in getattr(chosen, "backends", (chosen,)):
        if isinstance(backend, KeyringBackend) and backend.priority >= _LOWEST_TRUSTED_PRIORITY:
            return backend
    raise SecretStoreUnavailableError(
        "This computer offers no credential store, so SoleFlip Desktop cannot keep passwords and "
        "keys. On Linux, install and start GNOME Keyring or KWallet, then try again.",
    )


@contextmanager
def _plain_sentences() -> Iterator[None]:
    """Turn a backend's error into a sentence; `from None`, as the original may quote the secret."""
    from keyring.errors import InitError, KeyringLocked  # noqa: PLC0415

    try:
        yield
    except SecretStoreUnavailableError:
        raise
    except (InitError, KeyringLocked):
        raise SecretStoreUnavailableError(
            "The credential store is locked or was not opened. Unlock it and try again.",
        ) from None
    except Exception as error:  # noqa: BLE001 - backends raise whatever their own library raises
        raise SecretStoreUnavailableError(
            f"The credential store refused the request ({type(error).__name__}). "
            "Check that it is running and unlocked, then try again.",
        ) from None
