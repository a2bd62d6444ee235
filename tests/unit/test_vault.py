"""Secrets of accounts: cut small, whole or not there, and in memory only where no store works."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.in_memory_store import InMemoryStore
from soleflip_desktop.domain.errors import SecretStoreUnavailableError
from soleflip_desktop.domain.marketplace import Marketplace
from soleflip_desktop.settings.vault import Vault, credentials_from_environment, new_ref

REF = "account-0b5e"
WINDOWS_BYTES = 2560


class PickyStore(InMemoryStore):
    """Takes so many writes, then breaks; None: as many as it is asked for."""

    def __init__(self, writes: int | None = None) -> None:
        super().__init__()
        self.writes = writes

    def set(self, name: str, secret: str) -> None:
        assert len(secret.encode("utf-16-le")) <= WINDOWS_BYTES
        if self.writes is not None:
            self.writes -= 1
            if self.writes < 0:
                raise KeyboardInterrupt
        super().set(name, secret)


class LockedStore(InMemoryStore):
    def get(self, name: str) -> str | None:
        raise SecretStoreUnavailableError("It is locked. Unlock it.")

    def set(self, name: str, secret: str) -> None:
        self.get(name)

    def delete(self, name: str) -> None:
        self.get(name)


class CountingStore(InMemoryStore):
    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def get(self, name: str) -> str | None:
        self.asked += 1
        return super().get(name)


def test_whether_there_are_secrets_is_asked_once_a_minute() -> None:
    store, now = CountingStore(), [0]
    vault = Vault(store, {}, clock=lambda: now[0])
    assert not vault.holds(REF)
    asked = store.asked
    Vault(store, {}).save(REF, {"api_key": "k"})  # by another process
    store.asked = asked
    assert not vault.holds(REF)
    assert store.asked == asked
    now[0] = 60 * 10**9
    assert vault.holds(REF)
    asked = store.asked
    assert vault.holds(REF)
    assert store.asked == asked


def test_what_changes_here_is_known_at_once() -> None:
    vault = Vault(InMemoryStore(), {})
    assert not vault.holds(REF)
    vault.save(REF, {"api_key": "k"})
    assert vault.holds(REF)
    vault.forget(REF)
    assert not vault.holds(REF)


def test_nothing_is_kept_at_first() -> None:
    vault = Vault(InMemoryStore(), {})
    assert vault.load(REF) is None
    assert vault.problem() is None


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=3000), max_size=5))
def test_every_text_comes_back_in_entries_that_windows_takes(credentials: dict[str, str]) -> None:
    store = PickyStore()
    vault = Vault(store, {})
    assert vault.save(REF, {"first": "x" * 4000})
    assert vault.save(REF, credentials)
    assert Vault(store, {}).load(REF) == credentials
    vault.forget(REF)
    assert store.secrets == {}


@pytest.mark.parametrize("writes", range(6))
def test_an_interrupted_save_leaves_the_old_set(writes: int) -> None:
    """Five parts and a head: killed before any of them is written."""
    store = PickyStore()
    old, new = {"access_token": "a" * 4000}, {"access_token": "b" * 4000}
    Vault(store, {}).save(REF, old)
    store.writes = writes
    with pytest.raises(KeyboardInterrupt):
        Vault(store, {}).save(REF, new)
    assert Vault(store, {}).load(REF) == old
    store.writes = None
    Vault(store, {}).save(REF, new)
    assert Vault(store, {}).load(REF) == new
    Vault(store, {}).forget(REF)
    assert store.secrets == {}


def test_a_set_that_is_not_whole_is_noticed() -> None:
    store = InMemoryStore()
    Vault(store, {}).save(REF, {"access_token": "a" * 4000})
    parts = [name for name in store.secrets if name != REF]
    assert len(parts) == 5
    for name in parts:
        kept = store.secrets.pop(name)
        assert Vault(store, {}).load(REF) is None
        store.secrets[name] = kept.replace("a", "b")
        assert Vault(store, {}).load(REF) is None
        store.secrets[name] = kept
    assert Vault(store, {}).load(REF) is not None


@pytest.mark.parametrize("head", ["", "a", "a x y", "a 1", "a 99 00", "a -1 00"])
def test_a_head_of_somebody_else_is_no_set(head: str) -> None:
    store = InMemoryStore()
    store.set(REF, head)
    vault = Vault(store, {})
    assert vault.load(REF) is None
    assert vault.save(REF, {"a": "b"})
    assert vault.load(REF) == {"a": "b"}


def test_without_a_store_secrets_last_for_the_session() -> None:
    session: dict[str, dict[str, str]] = {}
    vault = Vault(LockedStore(), session)
    assert vault.problem() == "It is locked. Unlock it."
    assert vault.load(REF) is None
    assert vault.save(REF, {"access_token": "planted-secret"}) is False
    assert vault.load(REF) == {"access_token": "planted-secret"}
    assert vault.session_only(REF)
    assert "planted-secret" not in f"{vault!r} {vault}"
    vault.forget(REF)
    assert session == {}
    with pytest.raises(SecretStoreUnavailableError):
        vault.forget("account-kept-before")


def test_what_the_store_takes_again_leaves_the_session() -> None:
    session = {REF: {"access_token": "old"}}
    vault = Vault(InMemoryStore(), session)
    assert vault.save(REF, {"access_token": "new"}) is True
    assert session == {}
    assert not vault.session_only(REF)
    assert vault.load(REF) == {"access_token": "new"}


def test_references_are_unique() -> None:
    assert new_ref().startswith("account-")
    assert new_ref() != new_ref()


def test_environment_holds_a_login() -> None:
    environ = {
        "SOLEFLIP_STOCKX_API_KEY": " key ",
        "SOLEFLIP_STOCKX_CLIENT_ID": "id",
        "SOLEFLIP_STOCKX_CLIENT_SECRET": "secret",
        "SOLEFLIP_STOCKX_REFRESH_TOKEN": "refresh",
        "SOLEFLIP_EBAY_CLIENT_ID": "other",
    }
    assert credentials_from_environment(Marketplace.STOCKX, environ) == {
        "api_key": "key",
        "client_id": "id",
        "client_secret": "secret",
        "refresh_token": "refresh",
    }
    assert credentials_from_environment(Marketplace.EBAY, environ) is None
    assert credentials_from_environment(Marketplace.ALIAS, {}) is None
    assert credentials_from_environment(
        Marketplace.ALIAS, {"SOLEFLIP_ALIAS_ACCESS_TOKEN": "token"}
    ) == {"access_token": "token"}


def test_environment_without_a_token_is_no_login() -> None:
    names = ("API_KEY", "CLIENT_ID", "CLIENT_SECRET", "REDIRECT_URI")
    environ = {f"SOLEFLIP_STOCKX_{name}": "x" for name in names}
    assert credentials_from_environment(Marketplace.STOCKX, environ) is None


def test_json_stays_ascii_so_that_letters_are_two_bytes() -> None:
    store = PickyStore()
    Vault(store, {}).save(REF, {"label": "🥿" * 2000})
    assert all(part.isascii() for part in store.secrets.values())
