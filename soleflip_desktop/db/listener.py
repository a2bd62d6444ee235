"""Hears what other desktops, imports and jobs changed, by LISTEN on a connection of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import psycopg
import sqlalchemy as sa
from psycopg.conninfo import make_conninfo

from soleflip_desktop.domain.changes import Change, ChangeBus, Domain
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.system import EntityKind

CHANNEL = "soleflip_changes"
#: How long stopping may have to wait, in seconds.
POLL_S = 0.5
RETRY_S = 2.0

#: A sale shows in the units' rows too, and a unit's cost in the orders' rows; names of places and
#: suppliers show in the units' rows.
DOMAINS = {
    EntityKind.ITEM: Change.of(Domain.INVENTORY, Domain.TRANSACTIONS),
    EntityKind.ORDER: Change.of(Domain.INVENTORY, Domain.TRANSACTIONS),
    EntityKind.LISTING: Change.of(Domain.INVENTORY, Domain.TRANSACTIONS),
    EntityKind.IMPORT_BATCH: Change.of(Domain.INTEGRATION),
    EntityKind.LOCATION: Change.of(Domain.INVENTORY),
    EntityKind.ATTACHMENT: Change.of(Domain.INVENTORY),
    EntityKind.PRODUCT: Change.of(Domain.CATALOG, Domain.INVENTORY, Domain.TRANSACTIONS),
    EntityKind.SUPPLIER: Change.of(Domain.SUPPLIERS, Domain.INVENTORY),
}
EVERYTHING = Change(frozenset(Domain))
log = logging.getLogger(__name__)


class ChangeListener:
    """A thread that publishes the notifications of the database on the bus.

    `revive` is called, in that thread, when the server cannot be reached: perhaps it died.
    """

    def __init__(
        self, url: str, bus: ChangeBus, revive: Callable[[], object] | None = None
    ) -> None:
        self._url = sa.make_url(url)
        self._bus = bus
        self._revive = revive
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="listener", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        first = True
        while not self._stop.is_set():
            try:
                self._listen(announce=not first)
            except psycopg.OperationalError:
                log.info("the change feed was interrupted; reconnecting")
                self._bring_back()
            first = False
            self._stop.wait(RETRY_S)

    def _bring_back(self) -> None:
        if self._revive is None or self._stop.is_set():
            return
        try:
            self._revive()
        except UserError as error:
            log.warning("the database server does not come back: %s", error)

    def _listen(self, *, announce: bool) -> None:
        with psycopg.connect(target_of(self._url), autocommit=True) as connection:
            connection.execute(f"LISTEN {CHANNEL}".encode())
            if announce:  # what happened while nobody listened is unknown
                self._bus.publish(EVERYTHING)
            while not self._stop.is_set():
                for notice in connection.notifies(timeout=POLL_S):
                    self._bus.publish(_change(notice.payload))


def _change(payload: str) -> Change:
    """Of `entity:number in the change log`, or of `domain:name` for tables without such a log."""
    entity, _, rest = payload.partition(":")
    if entity == "domain" and rest in set(Domain):
        return Change.of(Domain(rest))
    return DOMAINS[EntityKind(entity)] if entity in set(EntityKind) else EVERYTHING


def target_of(url: sa.URL) -> str:
    """The same for libpq. Not as a URL: SQLAlchemy's has a plus sign where libpq wants %20."""
    given = url.translate_connect_args(username="user", database="dbname")
    query = {key: value for key, value in url.query.items() if isinstance(value, str)}
    return make_conninfo("", **given, **query)
