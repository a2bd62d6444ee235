"""Sessions and transactions: the one place where they begin and end."""

from __future__ import annotations

import asyncio
import getpass
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, Concatenate, ParamSpec, TypeVar

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from soleflip_desktop.db.base import EncryptedText
from soleflip_desktop.domain.changes import Change, ChangeBus
from soleflip_desktop.domain.errors import (
    ConflictError,
    DatabaseUnavailableError,
    InvalidTransitionError,
    UserError,
)

P = ParamSpec("P")
T = TypeVar("T")

#: Form-sized work; bulk work runs in a child process (performance.md, decisions 3 and 4).
THREADS = 4


class Database:
    """Runs functions on sessions in a small thread pool and announces what they changed."""

    def __init__(self, url: str, bus: ChangeBus, *, threads: int = THREADS) -> None:
        self.url = url
        self.bus = bus
        self.engine = make_engine(url, threads)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="db")

    async def read(
        self, query: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Runs `query(session, ...)` in a read-only transaction. Only detached values leave."""

        def work() -> T:
            with self.session(read_only=True) as session:
                return query(session, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    async def write(
        self,
        change: Change,
        command: Callable[Concatenate[Session, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Runs `command(session, ...)` in one transaction; publishes `change` after the commit.

        Raises ConflictError where another writer was faster, InvalidTransitionError where the
        status machine says no.
        """

        def work() -> T:
            with self.session() as session:
                return command(session, *args, **kwargs)

        result = await asyncio.get_running_loop().run_in_executor(self._pool, work)
        self.bus.publish(change)
        return result

    async def run(self, work: Callable[[], T]) -> T:
        """Runs database-free work (sorting, filtering) in the same pool."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    @contextmanager
    def session(self, *, read_only: bool = False) -> Iterator[Session]:
        """One session, one transaction: committed at the end, rolled back on any error."""
        with (
            translated_errors(),
            Session(self.engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            if read_only:
                session.connection(execution_options={"postgresql_readonly": True})
            yield session

    @contextmanager
    def bulk(self) -> Iterator[psycopg.Connection]:
        """A raw psycopg connection for COPY, in one transaction of its own."""
        with translated_errors(), self.engine.begin() as connection:
            raw = connection.connection.driver_connection
            if not isinstance(raw, psycopg.Connection):  # pragma: no cover
                raise TypeError(type(raw))
            yield raw

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
        self.engine.dispose()


def make_engine(url: str, threads: int = THREADS) -> sa.Engine:
    """An engine whose connections know who acts (for the event store) and speak UTC."""
    engine = sa.create_engine(
        url,
        pool_size=threads,
        max_overflow=2,
        pool_pre_ping=True,
        hide_parameters=True,  # secrets are among them before they are encrypted
        json_deserializer=_exact_json,
    )

    @sa.event.listens_for(engine, "connect")
    def name_the_actor(raw: Any, _record: Any) -> None:
        with raw.cursor() as cursor:
            cursor.execute("SET TIME ZONE 'UTC'")
            # The stage of a million rows is read a dozen times: it should fit. The limit can only
            # be set before the first temporary table, and costs nothing before there is one.
            cursor.execute("SET temp_buffers = '256MB'")
            cursor.execute("SELECT set_config('soleflip.actor', %s, false)", (actor(),))
        raw.commit()

    return engine


def _exact_json(text: str) -> Any:
    """Amounts in JSON are exact decimals, never floating point."""
    return json.loads(text, parse_float=Decimal)


def actor() -> str:
    """Who is at this desktop, for "changed by" in the history."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user id without a name
        return "unknown"


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turns what the driver raises into errors for people; everything else stays a bug."""
    try:
        yield
    except StaleDataError as error:
        msg = "Somebody else changed this record meanwhile. It was reloaded; please look again."
        raise ConflictError(msg) from error
    except (sa.exc.OperationalError, psycopg.OperationalError) as error:
        raise _unavailable(error) from error
    except sa.exc.IntegrityError as error:
        if _constraint(error) == "status_transition":
            raise InvalidTransitionError(str(error.orig).partition("\n")[0] + ".") from error
        raise
    except sa.exc.StatementError as error:
        if isinstance(error.orig, UserError):  # raised by a column type: no key for a secret
            raise error.orig from error
        raise


def _unavailable(error: Exception) -> DatabaseUnavailableError:
    reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
    return DatabaseUnavailableError(f"The database cannot be used: {reason}")


def _constraint(error: sa.exc.IntegrityError) -> str | None:
    return error.orig.diag.constraint_name if isinstance(error.orig, psycopg.Error) else None


def use_encryption_key(source: Callable[[], bytes]) -> None:
    """Connects encrypted columns to the keyring; the key is fetched when first needed."""
    EncryptedText.key_source = staticmethod(source)
