"""Builds what stands behind a front end: server, database, services. Used by app and cli alike."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from soleflip_desktop.db import schema
from soleflip_desktop.db.embedded import EmbeddedServer
from soleflip_desktop.db.engine import Database, translated_errors, use_encryption_key
from soleflip_desktop.db.listener import ChangeListener
from soleflip_desktop.db.queries import change_feed, integration, sync_runs
from soleflip_desktop.domain.cancellation import CancelToken
from soleflip_desktop.domain.changes import ChangeBus
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.integration import ImportProgress, ImportRequest, ImportResult
from soleflip_desktop.domain.sync import SyncProgress, SyncReport, SyncRequest
from soleflip_desktop.services import Services
from soleflip_desktop.services.accounts import AccountsService
from soleflip_desktop.services.analytics import AnalyticsService
from soleflip_desktop.services.attachments import AttachmentsService
from soleflip_desktop.services.counts import CountsService
from soleflip_desktop.services.import_loader import ImportLoader
from soleflip_desktop.services.integration import IntegrationService
from soleflip_desktop.services.inventory import InventoryService
from soleflip_desktop.services.labels import LabelsService
from soleflip_desktop.services.locations import LocationsService
from soleflip_desktop.services.market import MarketService
from soleflip_desktop.services.outbox import OutboxService
from soleflip_desktop.services.profiles import SavedProfiles
from soleflip_desktop.services.review import ReviewService
from soleflip_desktop.services.steps import StepsService
from soleflip_desktop.services.sync_runs import SyncRuns
from soleflip_desktop.services.sync_store import SyncStore
from soleflip_desktop.services.system import SystemService
from soleflip_desktop.services.transactions import TransactionsService
from soleflip_desktop.services.units import UnitsService
from soleflip_desktop.services.views import ViewsService
from soleflip_desktop.settings.paths import DataFolder, data_dir
from soleflip_desktop.settings.secrets import KeyringStore, SecretStore
from soleflip_desktop.settings.vault import Vault
from soleflip_desktop.sync.account_desk import AccountDesk
from soleflip_desktop.sync.engine import SyncEngine
from soleflip_desktop.sync.file_desk import FileDesk
from soleflip_desktop.sync.jobs.import_file import import_file
from soleflip_desktop.sync.keychain import Keychain
from soleflip_desktop.sync.label_desk import LabelDesk
from soleflip_desktop.sync.process_runner import ProcessImportRunner
from soleflip_desktop.sync.profile_book import ProfileBook, all_profiles
from soleflip_desktop.sync.sync_child import ChildSyncs, SyncTask, sync_in_child
from soleflip_desktop.sync.tools import SyncServices, run_here

DATABASE_VARIABLE = "SOLEFLIP_DATABASE_URL"
KEY_NAME = "database-encryption-key"


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line and the environment decide."""

    folder: DataFolder
    url: str | None

    @classmethod
    def of(cls, data: Path | None, database: str | None) -> Options:
        return cls(DataFolder(data_dir(data)), database or os.environ.get(DATABASE_VARIABLE))


@dataclass(slots=True)
class Backend:
    """Everything behind a front end; `close` undoes `open_backend` in reverse."""

    options: Options
    url: str
    bus: ChangeBus
    database: Database
    services: Services
    runner: ProcessImportRunner
    desk: FileDesk
    label_desk: LabelDesk
    account_desk: AccountDesk
    keychain: Keychain
    book: ProfileBook
    loader: ImportLoader
    upgraded: bool
    _closers: list[Callable[[], None]] = field(default_factory=list)

    def listen(self) -> None:
        """Starts to hear other desktops' changes."""
        listener = ChangeListener(self.url, self.bus)
        listener.start()
        self._closers.append(listener.stop)

    def sync_engine(self) -> SyncEngine:
        """The background sync of a window; its jobs are child processes. Not started yet."""
        syncs = ChildSyncs(sync_task_in_child, self.url, os.environ, self.keychain.keep_renewed)
        return SyncEngine(self.services.sync_runs, self.keychain, syncs)

    async def sync_here(
        self, request: SyncRequest, on_progress: Callable[[SyncProgress], None]
    ) -> SyncReport:
        """One sync in this process. Raises LoginNeededError where the log-in lies elsewhere."""
        services = sync_services(self.services)
        return await run_here(request, services, self.keychain, os.environ, on_progress)

    def close(self) -> None:
        while self._closers:
            self._closers.pop()()


def open_backend(options: Options, *, exclusive: bool, upgrade: bool = True) -> Backend:
    """Starts or attaches to the server and brings the schema up to date.

    Takes from milliseconds to about two seconds (first start). Raises UserError: the server does
    not start, another instance owns the folder, the database is newer than the app.
    """
    closers: list[Callable[[], None]] = []
    store = KeyringStore()
    server = None if options.url else EmbeddedServer(options.folder, store)
    url = server.acquire(exclusive=exclusive) if server else normalised(options.url or "")
    if server:
        closers.append(server.release)
    bus = ChangeBus()
    try:
        database = Database(url, bus)
        closers.append(database.close)
        use_encryption_key(lambda: encryption_key(store))
        with translated_errors():
            upgraded = upgrade and schema.upgrade(database.engine)
            if upgrade:
                with database.session() as session:
                    integration.close_interrupted(session)
                    sync_runs.close_interrupted(session)
                    change_feed.prune(session)
                    sync_runs.prune(session)
    except BaseException:
        while closers:
            closers.pop()()
        raise
    runner = ProcessImportRunner(url, bus, import_in_child)
    book = ProfileBook(SavedProfiles(database))
    services = _services(database, options.folder)
    vault = Vault(store, {})
    return Backend(
        options,
        url,
        bus,
        database,
        services,
        runner,
        FileDesk(book),
        LabelDesk(services.labels),
        AccountDesk(services.accounts, services.sync_runs, vault, os.environ),
        Keychain(services.accounts, vault, os.environ),
        book,
        ImportLoader(database),
        upgraded,
        closers,
    )


def normalised(url: str) -> str:
    """Accepts the usual spellings of a PostgreSQL URL. Raises UserError for anything else."""
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in {"postgres", "postgresql", "postgresql+psycopg"}:
        msg = "The database URL must look like postgresql://user@host:5432/name."
        raise UserError(msg)
    return f"postgresql+psycopg://{rest}"


def _services(database: Database, folder: DataFolder) -> Services:
    return Services(
        inventory=InventoryService(database),
        transactions=TransactionsService(database),
        integration=IntegrationService(database),
        analytics=AnalyticsService(database),
        system=SystemService(database),
        units=UnitsService(database),
        steps=StepsService(database),
        locations=LocationsService(database),
        views=ViewsService(database),
        attachments=AttachmentsService(database, folder.attachments),
        counts=CountsService(database),
        labels=LabelsService(database),
        accounts=AccountsService(database),
        sync_runs=SyncRuns(database),
        sync_store=SyncStore(database),
        outbox=OutboxService(database),
        review=ReviewService(database),
        market=MarketService(database),
    )


def sync_services(services: Services) -> SyncServices:
    """What a sync works with."""
    return SyncServices(
        services.accounts.get, services.sync_runs, services.sync_store, services.outbox
    )


def encryption_key(store: SecretStore) -> bytes:
    """The Fernet key of encrypted columns, made at first use; it never leaves the keyring."""
    key = store.get(KEY_NAME)
    if key is None:
        key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
        store.set(KEY_NAME, key)
    return key.encode()


def import_in_child(
    url: str,
    request: ImportRequest,
    report: Callable[[ImportProgress], None],
    token: CancelToken,
) -> ImportResult:
    """The import as the child process runs it, with a database connection of its own."""
    database = Database(url, ChangeBus(), threads=2)
    try:
        profiles = all_profiles(SavedProfiles(database).load())
        return import_file(ImportLoader(database), profiles, request, report, token)
    finally:
        database.close()


def sync_task_in_child(
    url: str, task: SyncTask, report: Callable[[Any], None], token: CancelToken
) -> SyncReport:
    """The sync as the child process runs it, with database connections of its own."""
    database = Database(url, ChangeBus(), threads=2)
    try:
        services = SyncServices(
            AccountsService(database).get,
            SyncRuns(database),
            SyncStore(database),
            OutboxService(database),
        )
        return sync_in_child(services, task, report, token)
    finally:
        database.close()
