"""A sync as a child process runs it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from soleflip_desktop.db.engine import Database
from soleflip_desktop.domain.cancellation import CancelToken
from soleflip_desktop.domain.changes import ChangeBus
from soleflip_desktop.domain.sync import SyncReport
from soleflip_desktop.services.accounts import AccountsService
from soleflip_desktop.services.outbox import OutboxService
from soleflip_desktop.services.sync_runs import SyncRuns
from soleflip_desktop.services.sync_store import SyncStore
from soleflip_desktop.sync.sync_child import SyncTask, sync_in_child
from soleflip_desktop.sync.tools import SyncServices


def sync_services(database: Database) -> SyncServices:
    return SyncServices(
        AccountsService(database).get,
        SyncRuns(database),
        SyncStore(database),
        OutboxService(database),
    )


def sync_work(
    url: str, task: SyncTask, report: Callable[[Any], None], token: CancelToken
) -> SyncReport:
    database = Database(url, ChangeBus(), threads=2)
    try:
        return sync_in_child(sync_services(database), task, report, token)
    finally:
        database.close()
