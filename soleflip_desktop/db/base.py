"""The declarative base, the constraint names and the column types every table shares."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from soleflip_desktop.domain.errors import SecretStoreUnavailableError

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Key = Annotated[int, mapped_column(sa.BigInteger, sa.Identity(always=False), primary_key=True)]
Instant = Annotated[datetime, mapped_column(sa.TIMESTAMP(timezone=True))]
#: Major units with two places; the currency stands in the column beside it.
Amount = Annotated[Decimal, mapped_column(sa.Numeric(14, 2))]
Percent = Annotated[Decimal, mapped_column(sa.Numeric(7, 4))]
Currency = Annotated[str, mapped_column(sa.CHAR(3))]


class Base(DeclarativeBase):
    """Root of all mapped classes. `CURRENCY` columns hold ISO 4217 codes."""

    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: sa.Text,
        datetime: sa.TIMESTAMP(timezone=True),
        dict[str, Any]: postgresql.JSONB,
        list[Any]: postgresql.JSONB,
    }


class TimestampMixin:
    """When a row was made and last changed, by the server's clock, in UTC."""

    created_at: Mapped[datetime] = mapped_column(
        sa.TIMESTAMP(timezone=True), server_default=sa.func.now()
    )
    updated_at: Mapped[datetime] = mapped_column(
        sa.TIMESTAMP(timezone=True), server_default=sa.func.now(), onupdate=sa.func.now()
    )


def enum_type(values: type[StrEnum]) -> sa.Enum:
    """Text with a CHECK: readable in SQL, and a new value is one migration without table locks."""
    return sa.Enum(
        values,
        native_enum=False,
        create_constraint=True,
        length=max(len(member) for member in values),
        values_callable=lambda members: [member.value for member in members],
        name=values.__name__.lower(),
    )


class EncryptedText(sa.types.TypeDecorator[str]):
    """Text encrypted with the Fernet key that `key_source` fetches from the keyring.

    The key is asked for only when a value is written or read, so a machine without a keyring
    works as long as nobody needs a secret. A value that cannot be decrypted raises: it is never
    shown as empty (a defect of the old server).
    """

    impl = sa.LargeBinary
    cache_ok = True
    key_source: ClassVar[Callable[[], bytes] | None] = None

    @classmethod
    def _fernet(cls) -> Fernet:
        from cryptography.fernet import Fernet  # noqa: PLC0415  (the window starts without it)

        if cls.key_source is None:
            msg = "No credential store is connected, so encrypted values cannot be used."
            raise SecretStoreUnavailableError(msg)
        return Fernet(cls.key_source())

    def process_bind_param(self, value: str | None, _dialect: sa.Dialect) -> bytes | None:
        return None if value is None else self._fernet().encrypt(value.encode())

    def process_result_value(self, value: bytes | None, _dialect: sa.Dialect) -> str | None:
        if value is None:
            return None
        from cryptography.fernet import InvalidToken  # noqa: PLC0415  (as above)

        try:
            return self._fernet().decrypt(bytes(value)).decode()
        except InvalidToken:
            msg = (
                "A stored secret was encrypted with another key. Enter it again on this machine, "
                "or copy the key from the credential store of the machine that wrote it."
            )
            raise SecretStoreUnavailableError(msg) from None
