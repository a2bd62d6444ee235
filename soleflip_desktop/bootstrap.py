"""Builds what stands behind a front end: server, database, services. Used by app and cli alike.

What is imported at the top is what a window needs to show its first rows; the rest is imported by
whoever asks for it first, in a window by `Backend.complete` (performance.md E).
"""

# ruff: noqa: PLC0415 - see above

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from soleflip_desktop.db import schema
from soleflip_desktop.db.embedded import EmbeddedServer
from soleflip_desktop.db.engine import Database, translated_errors, use_encryption_key
from soleflip_desktop.db.listener import ChangeListener
from soleflip_desktop.domain.cancellation import CancelToken
from soleflip_desktop.domain.changes import ChangeBus
from soleflip_desktop.domain.errors import DatabaseUnavailableError, UserError
from soleflip_desktop.services import Services
from soleflip_desktop.settings.options import DATABASE_VARIABLE, Options
from soleflip_desktop.settings.secrets import KeyringStore, SecretStore
from soleflip_desktop.settings.start_marks import mark

if TYPE_CHECKING:
    from soleflip_desktop.domain.integration import ImportProgress, ImportRequest, ImportResult
    from soleflip_desktop.domain.sync import SyncProgress, SyncReport, SyncRequest
    from soleflip_desktop.services.import_loader import ImportLoader
    from soleflip_desktop.settings.vault import Vault
    from soleflip_desktop.sync.account_desk import AccountDesk
    from soleflip_desktop.sync.engine import SyncEngine
    from soleflip_desktop.sync.file_desk import FileDesk
    from soleflip_desktop.sync.keychain import Keychain
    from soleflip_desktop.sync.label_desk import LabelDesk
    from soleflip_desktop.sync.process_runner import ProcessImportRunner
    from soleflip_desktop.sync.profile_book import ProfileBook
    from soleflip_desktop.sync.sync_child import SyncTask
    from soleflip_desktop.sync.tools import SyncServices
    from soleflip_desktop.sync.update_desk import UpdateDesk

__all__ = ["DATABASE_VARIABLE", "Backend", "Options", "open_backend"]

KEY_NAME = "database-encryption-key"


@dataclass
class Backend:
    """Everything behind a front end; `close` undoes `open_backend` in reverse."""

    options: Options
    url: str
    bus: ChangeBus
    database: Database
    store: SecretStore
    upgraded: bool
    server: EmbeddedServer | None
    _closers: list[Callable[[], None]] = field(default_factory=list)

    @cached_property
    def services(self) -> Services:
        return Services(self.database, self.options.folder.attachments)

    @cached_property
    def book(self) -> ProfileBook:
        from soleflip_desktop.services.profiles import SavedProfiles
        from soleflip_desktop.sync.profile_book import ProfileBook

        return ProfileBook(SavedProfiles(self.database))

    @cached_property
    def loader(self) -> ImportLoader:
        from soleflip_desktop.services.import_loader import ImportLoader

        return ImportLoader(self.database)

    @cached_property
    def runner(self) -> ProcessImportRunner:
        from soleflip_desktop.sync.process_runner import ProcessImportRunner

        return ProcessImportRunner(self.url, self.bus, import_in_child)

    @cached_property
    def desk(self) -> FileDesk:
        from soleflip_desktop.sync.file_desk import FileDesk

        return FileDesk(self.book)

    @cached_property
    def label_desk(self) -> LabelDesk:
        from soleflip_desktop.sync.label_desk import LabelDesk

        return LabelDesk(self.services.labels)

    @cached_property
    def account_desk(self) -> AccountDesk:
        from soleflip_desktop.sync.account_desk import AccountDesk

        services = self.services
        return AccountDesk(services.accounts, services.sync_runs, self._vault, os.environ)

    @cached_property
    def keychain(self) -> Keychain:
        from soleflip_desktop.sync.keychain import Keychain

        return Keychain(self.services.accounts, self._vault, os.environ)

    @cached_property
    def _vault(self) -> Vault:
        from soleflip_desktop.settings.vault import Vault

        return Vault(self.store, {})

    def complete(self) -> None:
        """Imports and builds what a window needs beyond its first rows; takes half a second."""
        for name, member in vars(Services).items():
            if isinstance(member, cached_property):
                getattr(self.services, name)
        _ = self.loader, self.runner, self.desk, self.label_desk, self.account_desk, self.keychain
        self.sync_engine()

    def tidy(self) -> None:
        """Closes what a killed process left open, and deletes what nobody will ask for."""
        from soleflip_desktop.db.queries import change_feed, integration, sync_runs

        with translated_errors(), self.database.session() as session:
            integration.close_interrupted(session)
            sync_runs.close_interrupted(session)
            change_feed.prune(session)
            sync_runs.prune(session)

    def listen(self) -> None:
        """Starts to hear other desktops' changes; brings back an own server that was killed."""
        listener = ChangeListener(self.url, self.bus, self._revive)
        listener.start()
        self._closers.append(listener.stop)

    def _revive(self) -> None:
        if self.server is None:
            return
        if self.server.acquire(exclusive=self.server.owned) != self.url:
            raise DatabaseUnavailableError(
                "It was killed, and another program took its port before it was back. "
                "Start SoleFlip Desktop again."
            )

    def sync_engine(self) -> SyncEngine:
        """The background sync of a window; its jobs are child processes. Not started yet."""
        from soleflip_desktop.sync.engine import SyncEngine
        from soleflip_desktop.sync.sync_child import ChildSyncs

        syncs = ChildSyncs(sync_task_in_child, self.url, os.environ, self.keychain.keep_renewed)
        return SyncEngine(self.services.sync_runs, self.keychain, syncs)

    async def sync_here(
        self, request: SyncRequest, on_progress: Callable[[SyncProgress], None]
    ) -> SyncReport:
        """One sync in this process. Raises LoginNeededError where the log-in lies elsewhere."""
        from soleflip_desktop.sync.tools import run_here

        services = sync_services(self.services)
        return await run_here(request, services, self.keychain, os.environ, on_progress)

    def close(self) -> None:
        while self._closers:
            self._closers.pop()()


def open_backend(
    options: Options,
    *,
    exclusive: bool,
    upgrade: bool = True,
    tidy: bool = True,
    launched: EmbeddedServer | None = None,
) -> Backend:
    """Starts or attaches to the server and brings the schema up to date.

    `launched` is the embedded server where its start was begun already; who does not want `tidy`
    calls it later. Takes from milliseconds to about two seconds (first start). Raises UserError:
    the server does not start, another instance owns the folder, the database is newer than the
    app.
    """
    closers: list[Callable[[], None]] = []
    store = KeyringStore()
    server = None if options.url else launched or EmbeddedServer(options.folder, store)
    url = server.acquire(exclusive=exclusive) if server else normalised(options.url or "")
    if server:
        closers.append(server.release)
    mark("server ready")
    bus = ChangeBus()
    try:
        database = Database(url, bus)
        closers.append(database.close)
        use_encryption_key(lambda: encryption_key(store))
        with translated_errors():
            upgraded = upgrade and schema.upgrade(database.engine, _copying(server, url, options))
        backend = Backend(options, url, bus, database, store, upgraded, server, closers)
        if upgrade and tidy:
            backend.tidy()
    except BaseException:
        while closers:
            closers.pop()()
        raise
    return backend


def _copying(
    server: EmbeddedServer | None, url: str, options: Options
) -> Callable[[str], None] | None:
    """What keeps a copy of our own server's books before they are changed for a newer version."""
    if server is None:
        return None  # whoever runs a shared server looks after its backups

    def copy(revision: str) -> None:
        from soleflip_desktop.db.embedded.dumps import dump

        dump(url, options.folder.backups / f"before-an-update-{revision}.dump")

    return copy


def normalised(url: str) -> str:
    """Accepts the usual spellings of a PostgreSQL URL. Raises UserError for anything else."""
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in {"postgres", "postgresql", "postgresql+psycopg"}:
        msg = "The database URL must look like postgresql://user@host:5432/name."
        raise UserError(msg)
    return f"postgresql+psycopg://{rest}"


def update_desk(options: Options) -> UpdateDesk:
    """Updates of this copy of the app; needs no database. Call it in a thread: may take 100 ms."""
    from soleflip_desktop import __version__
    from soleflip_desktop.resources import changelog_path, resource_path
    from soleflip_desktop.settings.paths import ENVIRONMENT_VARIABLE
    from soleflip_desktop.settings.update_channel import read_channel
    from soleflip_desktop.sync.update_desk import UpdateDesk

    data = {ENVIRONMENT_VARIABLE: str(options.folder.root)}
    if options.url:
        data[DATABASE_VARIABLE] = options.url
    return UpdateDesk(
        read_channel(resource_path("update.json")),
        options.folder.updates,
        version=__version__,
        schema=schema.HEAD,
        changelog=changelog_path(),
        data=data,
    )


def sync_services(services: Services) -> SyncServices:
    """What a sync works with."""
    from soleflip_desktop.sync.tools import SyncServices

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
    from soleflip_desktop.services.import_loader import ImportLoader
    from soleflip_desktop.services.profiles import SavedProfiles
    from soleflip_desktop.sync.jobs.import_file import import_file
    from soleflip_desktop.sync.profile_book import all_profiles

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
    from soleflip_desktop.services.accounts import AccountsService
    from soleflip_desktop.services.outbox import OutboxService
    from soleflip_desktop.services.sync_runs import SyncRuns
    from soleflip_desktop.services.sync_store import SyncStore
    from soleflip_desktop.sync.sync_child import sync_in_child
    from soleflip_desktop.sync.tools import SyncServices

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
