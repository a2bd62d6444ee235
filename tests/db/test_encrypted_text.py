"""Encrypted columns: never plain in the database, never silently empty."""

from __future__ import annotations

import traceback

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet
from sqlalchemy.orm import Session

from soleflip_desktop.db.base import EncryptedText
from soleflip_desktop.db.engine import Database, use_encryption_key
from soleflip_desktop.db.models import Supplier, SupplierAccount, SystemConfig
from soleflip_desktop.domain.errors import SecretStoreUnavailableError

pytestmark = pytest.mark.db

SECRET = "seller@example.org – geheim"


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> bytes:
    made = Fernet.generate_key()
    monkeypatch.setattr(EncryptedText, "key_source", None)
    use_encryption_key(lambda: made)
    return made


def add_account(session: Session, email: str | None = SECRET) -> SupplierAccount:
    supplier = Supplier(name="Shop")
    session.add(supplier)
    session.flush()
    account = SupplierAccount(supplier_id=supplier.id, label="main", email=email)
    session.add(account)
    session.flush()
    session.expire(account)
    return account


def stored(session: Session) -> bytes | None:
    found: bytes | None = session.scalar(sa.text("SELECT email FROM suppliers.supplier_account"))
    return found


def test_what_goes_in_comes_out(session: Session) -> None:
    assert add_account(session).email == SECRET


def test_the_database_holds_no_plain_text(session: Session, key: bytes) -> None:
    add_account(session)
    raw = stored(session)
    assert raw is not None
    assert b"example" not in raw
    assert b"geheim" not in raw
    assert Fernet(key).decrypt(raw).decode() == SECRET


def test_nothing_stays_nothing_and_needs_no_key(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EncryptedText, "key_source", None)
    assert add_account(session, None).email is None
    assert stored(session) is None


def test_an_empty_text_is_not_nothing(session: Session) -> None:
    assert add_account(session, "").email == ""
    assert stored(session)


def test_another_machine_s_key_is_told_and_not_shown_as_empty(session: Session) -> None:
    account = add_account(session)
    use_encryption_key(Fernet.generate_key)
    with pytest.raises(SecretStoreUnavailableError, match="another key"):
        _ = account.email


def test_damaged_bytes_are_told(session: Session) -> None:
    account = add_account(session)
    session.execute(sa.text("UPDATE suppliers.supplier_account SET email = 'x'"))
    with pytest.raises(SecretStoreUnavailableError):
        _ = account.email


def test_reading_without_a_key_store_says_so(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = add_account(session)
    monkeypatch.setattr(EncryptedText, "key_source", None)
    with pytest.raises(SecretStoreUnavailableError, match="No credential store"):
        _ = account.email


def test_writing_without_a_key_store_says_so(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EncryptedText, "key_source", None)
    with (
        pytest.raises(SecretStoreUnavailableError, match="No credential store") as refused,
        database.session() as session,
    ):
        session.add(SystemConfig(key="token", encrypted_value=SECRET))
    assert "geheim" not in "".join(traceback.format_exception(refused.value))


def test_a_secret_is_not_in_the_error_of_its_row(database: Database) -> None:
    def twice() -> None:
        with database.session() as session:
            for _ in range(2):
                session.execute(sa.insert(SystemConfig).values(key="t", encrypted_value=SECRET))

    with pytest.raises(sa.exc.IntegrityError) as refused:
        twice()
    assert "geheim" not in "".join(traceback.format_exception(refused.value))
