"""What a sync is made of, from the services and the log-in of one account."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from soleflip_desktop.connectors.base import Credentials, Gate, MarketplaceApi
from soleflip_desktop.connectors.tokens import Save
from soleflip_desktop.domain.sync import (
    Account,
    LoginNeededError,
    SyncProgress,
    SyncReport,
    SyncRequest,
)
from soleflip_desktop.sync.job import Outbox, Store
from soleflip_desktop.sync.keychain import Keychain

if TYPE_CHECKING:
    from soleflip_desktop.sync.run_sync import RunBook, Tools

# HTTP and the connectors take a third of a second to load: the start of the app does not wait.


@dataclass(frozen=True, slots=True)
class SyncServices:
    """The services behind a sync, on one database: `AccountsService.get`, `SyncRuns` and so on."""

    account: Callable[[int], Awaitable[Account]]
    runs: RunBook
    store: Store
    outbox: Outbox


def sync_tools(
    services: SyncServices, credentials: Credentials, save: Save, environ: Mapping[str, str]
) -> Tools:
    """`save` is awaited with renewed credentials before they are used."""
    from soleflip_desktop.sync.marketplaces import open_api, time_scale  # noqa: PLC0415
    from soleflip_desktop.sync.run_sync import Tools  # noqa: PLC0415

    def open_account(account: Account, gate: Gate) -> MarketplaceApi:
        return open_api(account, credentials, save, gate, environ)

    return Tools(
        services.account,
        services.runs,
        services.store,
        services.outbox,
        open_account,
        time_scale(environ),
    )


async def run_here(
    request: SyncRequest,
    services: SyncServices,
    keychain: Keychain,
    environ: Mapping[str, str],
    on_progress: Callable[[SyncProgress], None],
) -> SyncReport:
    """One request in this process. Raises LoginNeededError where no log-in is found, NotFoundError.

    Renewed credentials are in the vault before they are used.
    """
    from soleflip_desktop.sync.run_sync import run_request  # noqa: PLC0415

    account = await services.account(request.account_id)
    credentials = await keychain.load(account.id)
    if credentials is None:
        raise LoginNeededError(
            f"This computer has no log-in of “{account.label}”. Connect the account here first."
        )

    async def save(renewed: Credentials) -> None:
        await keychain.save(account.id, renewed)

    return await run_request(request, sync_tools(services, credentials, save, environ), on_progress)
