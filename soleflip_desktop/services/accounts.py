"""The accounts that are synced: added, changed, stopped, and how each of them stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.queries import accounts, request_quota, sync_runs
from soleflip_desktop.domain.changes import Change, Domain
from soleflip_desktop.domain.errors import NotFoundError
from soleflip_desktop.domain.marketplace import MARKETPLACE_NAMES, Marketplace, Quota
from soleflip_desktop.domain.quota import QuotaState
from soleflip_desktop.domain.sync import Account, AccountSettings, KindState, SyncKind
from soleflip_desktop.domain.sync_json import settings_json

CHANGED = Change.of(Domain.INTEGRATION, Domain.SYSTEM)


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """How an account stands, by the database's clock `now`; a desktop adds what it knows.

    `failures` in a row by kind; `quotas` what was taken of each bucket; `limits` what the platform
    said of its own; `waiting` outbox entries and `to_review` questions are unsettled.
    """

    account: Account
    keyring_ref: str
    kinds: tuple[KindState, ...]
    failures: Mapping[SyncKind, int]
    quotas: Mapping[str, QuotaState]
    limits: Sequence[Quota]
    waiting: int
    to_review: int
    now: datetime


class AccountsService:
    """Secrets are not its business: `keyring_ref` only names them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self, marketplace: Marketplace, label: str, settings: AccountSettings, keyring_ref: str
    ) -> Account:
        """An account that is there already, made by an import perhaps, becomes the synced one.

        An empty label stands for the platform's name, as in imports.
        """
        return await self._database.write(
            CHANGED, _add, marketplace, label.strip(), settings, keyring_ref
        )

    async def list(self) -> Sequence[Account]:
        """The synced ones, by platform and label."""
        return await self._database.read(accounts.accounts)

    async def get(self, account_id: int) -> Account:
        """Raises NotFoundError, also for an account that is not synced any more."""
        return await self._database.read(_get, account_id)

    async def by_label(self, label: str, marketplace: Marketplace | None = None) -> Account:
        """Raises NotFoundError for no such account, and for a label that several platforms have."""
        return await self._database.read(_by_label, label, marketplace)

    async def keyring_ref(self, account_id: int) -> str:
        """The name of its secrets. Raises NotFoundError."""
        return await self._database.read(_keyring_ref, account_id)

    async def change(self, account_id: int, settings: AccountSettings, *, active: bool) -> None:
        """Also after a new log-in: what failed before may run again at once.

        Raises NotFoundError.
        """
        await self._database.write(CHANGED, _change, account_id, settings, active=active)

    async def stop(self, account_id: int) -> None:
        """Not synced any more; what was stored stays. Raises NotFoundError."""
        await self._database.write(CHANGED, _stop, account_id)

    async def facts(self) -> Sequence[AccountFacts]:
        """How every synced account stands."""
        return await self._database.read(_facts)


def _add(
    session: Session,
    marketplace: Marketplace,
    label: str,
    settings: AccountSettings,
    keyring_ref: str,
) -> Account:
    return _get(session, accounts.add(session, marketplace, label, settings, keyring_ref))


def _get(session: Session, account_id: int) -> Account:
    found = accounts.account(session, account_id)
    if found is None:
        raise NotFoundError(
            f"There is no synced account number {account_id}. Connect it on the page Accounts."
        )
    return found


def _keyring_ref(session: Session, account_id: int) -> str:
    _get(session, account_id)
    return accounts.keyring_ref(session, account_id) or ""


def _by_label(session: Session, label: str, marketplace: Marketplace | None) -> Account:
    found = [
        account
        for account in accounts.accounts(session)
        if account.label.casefold() == label.strip().casefold()
        and marketplace in {None, account.marketplace}
    ]
    if len(found) > 1:
        names = ", ".join(MARKETPLACE_NAMES[account.marketplace] for account in found)
        raise NotFoundError(f"“{label}” is an account of {names}; name the platform too.")
    if not found:
        known = ", ".join(f"“{account.label}”" for account in accounts.accounts(session))
        raise NotFoundError(
            f"There is no synced account “{label}”. "
            + (f"There are: {known}." if known else "None is connected yet.")
        )
    return found[0]


def _change(session: Session, account_id: int, settings: AccountSettings, *, active: bool) -> None:
    _get(session, account_id)
    accounts.change(session, account_id, settings=settings_json(settings), active=active)
    accounts.start_afresh(session, account_id)


def _stop(session: Session, account_id: int) -> None:
    _get(session, account_id)
    accounts.change(session, account_id, synced=False)


def _facts(session: Session) -> list[AccountFacts]:
    now = sync_runs.database_now(session)
    return [_facts_of(session, account, now) for account in accounts.accounts(session)]


def _facts_of(session: Session, account: Account, now: datetime) -> AccountFacts:
    rows = {row.kind: row for row in accounts.cursors(session, account.id)}
    last = sync_runs.last_runs(session, account.id)
    kinds = tuple(
        KindState(
            kind,
            rows[kind].succeeded_at if kind in rows else None,
            rows[kind].next_run_at if kind in rows else None,
            last.get(kind),
        )
        for kind in account.settings.kinds
    )
    waiting, to_review = accounts.unsettled(session, account.id)
    return AccountFacts(
        account,
        accounts.keyring_ref(session, account.id) or "",
        kinds,
        {kind: row.failures for kind, row in rows.items()},
        request_quota.states(session, account.id),
        request_quota.told(session, account.id),
        waiting,
        to_review,
        now,
    )
