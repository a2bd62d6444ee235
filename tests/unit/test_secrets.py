"""The keyring store: round trip, and a plain sentence without secrets for whatever goes wrong."""

from __future__ import annotations

from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.backends.chainer import ChainerBackend
from keyring.errors import InitError, KeyringLocked, PasswordDeleteError

from helpers.in_memory_store import InMemoryStore
from soleflip_desktop.domain.errors import SecretStoreUnavailableError
from soleflip_desktop.settings.secrets import SERVICE, KeyringStore, SecretStore


class FakeBackend(KeyringBackend):
    """Keeps secrets in memory, or raises what it is told to."""

    priority = 5

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.kept: dict[tuple[str, str], str] = {}

    def _may_fail(self) -> None:
        if self.error is not None:
            raise self.error

    def get_password(self, service: str, username: str) -> str | None:
        self._may_fail()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._may_fail()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.kept:
            raise PasswordDeleteError
        del self.kept[service, username]


class FakePlainTextBackend(FakeBackend):
    priority = 0.5  # type: ignore[assignment]


@pytest.fixture(autouse=True)
def restored_keyring() -> Iterator[None]:
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


@pytest.mark.parametrize("store", [KeyringStore(), InMemoryStore()])
def test_round_trip(store: SecretStore) -> None:
    keyring.set_keyring(FakeBackend())
    assert store.get("token") is None
    store.set("token", "s3cret")
    assert store.get("token") == "s3cret"
    store.delete("token")
    store.delete("token")
    assert store.get("token") is None


def test_secrets_are_filed_under_the_apps_name() -> None:
    backend = FakeBackend()
    keyring.set_keyring(backend)
    KeyringStore().set("token", "s3cret")
    assert backend.kept == {(SERVICE, "token"): "s3cret"}


@pytest.mark.parametrize("backend", [fail.Keyring, null.Keyring, FakePlainTextBackend])
def test_no_trustworthy_backend_is_refused(backend: type[KeyringBackend]) -> None:
    keyring.set_keyring(backend())
    with pytest.raises(SecretStoreUnavailableError, match="offers no credential store"):
        KeyringStore().set("token", "s3cret")


def test_chain_does_not_fall_through_to_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    locked, plain = FakeBackend(KeyringLocked("locked")), FakePlainTextBackend()
    monkeypatch.setattr(ChainerBackend, "backends", [locked, plain])
    keyring.set_keyring(ChainerBackend())  # type: ignore[no-untyped-call]
    with pytest.raises(SecretStoreUnavailableError, match="locked"):
        KeyringStore().set("token", "s3cret")
    assert plain.kept == {}


@pytest.mark.parametrize(
    "error",
    [InitError("s3cret"), KeyringLocked("s3cret"), RuntimeError("s3cret"), OSError("s3cret")],
)
def test_failure_is_a_sentence_without_the_secret(error: Exception) -> None:
    keyring.set_keyring(FakeBackend(error))
    with pytest.raises(SecretStoreUnavailableError) as caught:
        KeyringStore().set("token", "s3cret")
    assert "s3cret" not in str(caught.value)
    assert caught.value.__suppress_context__
    assert str(caught.value).endswith(".")
