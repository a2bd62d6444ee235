"""The embedded PostgreSQL server as the rest of the app sees it."""

from __future__ import annotations

import logging
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psycopg

from soleflip_desktop.db.embedded.cluster import (
    Address,
    Cluster,
    StillLockedError,
    ensure_cluster,
    ensure_database,
)
from soleflip_desktop.db.embedded.failures import tool_failure, translated
from soleflip_desktop.db.embedded.locks import FileLock, UserCount
from soleflip_desktop.db.embedded.process import PidFile, read_pid_file
from soleflip_desktop.domain.errors import DatabaseUnavailableError, DataFolderInUseError
from soleflip_desktop.settings.paths import DataFolder
from soleflip_desktop.settings.secrets import SecretStore

if sys.platform == "win32":
    from soleflip_desktop.db.embedded import windows as host
else:
    from soleflip_desktop.db.embedded import posix as host

_log = logging.getLogger(__name__)

_GUARD_TIMEOUT_S = 120
_STALE_PID_FILE_S = 10
_SILENT_SERVER_S = 10
_RECOVERY_S = 300
_POLL_S = 0.02


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """What is known without starting anything. `socket_folder` on Linux and macOS, `port` else."""

    running: bool
    pid: int | None
    version: str | None
    data: Path
    socket_folder: Path | None
    port: int | None


class EmbeddedServer:
    """One process's hold on the server of a data folder; a context manager that releases it.

    The server outlives a process that is killed; the next one adopts it. Each holder locks a file
    of its own, so the last to release knows that it is the last, and stops the server.
    """

    def __init__(self, folder: DataFolder, secrets: SecretStore | None = None) -> None:
        self._folder = folder
        self._secrets = secrets
        self._owner = FileLock(folder.locks / "owner.lock")
        self._guard = FileLock(folder.locks / "guard.lock")
        self._users = UserCount(folder.locks / "users")
        self._cluster: Cluster | None = None
        self._url: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def acquire(self, *, exclusive: bool) -> str:
        """The URL of the running server, which is made and started as needed.

        With `exclusive` (the GUI) raises DataFolderInUseError when another GUI has the folder;
        without (the CLI, child processes) joins whoever uses it. Call it again when the server
        has died: it starts anew.
        """
        with translated(self._folder.root):
            self._folder.create()
            if exclusive and not self._owner.held and not self._owner.try_acquire():
                raise DataFolderInUseError(
                    f"SoleFlip Desktop is already open with the data folder {self._folder.root}. "
                    "Use that window, or close it first.",
                )
            self._url = None
            self._url = self._join()
        return self._url

    def release(self) -> None:
        """Let go, and stop the server when nobody else holds it. Idempotent."""
        if self._url is None:
            return
        self._url = None
        with translated(self._folder.root):
            self._leave()

    def status(self) -> ServerStatus:
        """Look without starting or creating anything."""
        if not self._folder.root.exists():
            return ServerStatus(False, None, None, self._folder.pgdata, None, None)
        with translated(self._folder.root):
            data = host.find_home(self._folder) / "pgdata"
            server = read_pid_file(data)
            connection = self._try_connect(server) if server else None
            if server is None or connection is None:
                version_file = data / "PG_VERSION"
                version = version_file.read_text().strip() if version_file.exists() else None
                return ServerStatus(False, None, version, data, None, None)
        with connection:
            version = connection.info.parameter_status("server_version")
        sockets = Path(server.socket_folder) if server.socket_folder else None
        port = None if sockets else server.port
        return ServerStatus(True, server.pid, version, data, sockets, port)

    def _join(self) -> str:
        joined = False
        try:
            self._guard.acquire(_GUARD_TIMEOUT_S)
            self._users.join()
            self._cluster = host.prepare(self._folder)
            ensure_cluster(self._cluster, host.init_arguments(self._cluster, self._secrets))
            url = self._serve(self._cluster).url()
            joined = True
        finally:
            guarded = self._guard.held
            self._guard.release()
            if not joined and guarded:
                self._leave()
            elif not joined:
                self._owner.release()
        return url

    def _leave(self) -> None:
        """Under the guard; a guard that never comes must not keep the app from ending."""
        try:
            self._guard.acquire(_GUARD_TIMEOUT_S)
        except DatabaseUnavailableError:
            _log.warning("The database was left running: another process is busy with it")
            self._users.abandon()
            self._owner.release()
            return
        try:
            self._owner.release()  # the next window need not wait for the server to stop
            self._users.leave()
            if self._cluster is not None and not self._users.others():
                self._stop(self._cluster)
        finally:
            self._guard.release()

    @staticmethod
    def _stop(cluster: Cluster) -> None:
        server = read_pid_file(cluster.data)
        if server is not None and not host.stop(cluster, server):
            _log.warning("The database server takes long to stop; it goes on by itself")

    def _serve(self, cluster: Cluster) -> Address:
        """Adopt the server that runs, or start one; a dead one's pid file may bar it a while."""
        give_up = time.monotonic() + _STALE_PID_FILE_S
        while True:
            address = self._adopt(cluster)
            if address is not None:
                return address
            try:
                host.launch(cluster, self._secrets)
            except StillLockedError:
                if time.monotonic() > give_up:
                    raise DatabaseUnavailableError(
                        f"The database in {cluster.data} seems to be in use by another process, "
                        "which does not answer. Restart the computer and try again.",
                    ) from None
                time.sleep(10 * _POLL_S)

    def _adopt(self, cluster: Cluster) -> Address | None:
        """The address of a server that lives, waiting while it starts, recovers or stops."""
        began = time.monotonic()
        while (server := read_pid_file(cluster.data)) is not None and host.alive(server.pid):
            connection = self._try_connect(server) if server.ready else None
            if connection is not None:
                with connection:
                    self._ensure_database(connection)
                return host.address(self._folder, server, self._secrets)
            if time.monotonic() - began > (_SILENT_SERVER_S if server.ready else _RECOVERY_S):
                raise DatabaseUnavailableError(
                    f"The database server of {cluster.data} (process {server.pid}) runs but does "
                    f"not answer. Restart the computer; its log is {cluster.log}.",
                )
            time.sleep(_POLL_S)
        return None

    def _try_connect(self, server: PidFile) -> psycopg.Connection | None:
        try:
            return host.address(self._folder, server, self._secrets).connect()
        except psycopg.OperationalError:
            return None

    def _ensure_database(self, connection: psycopg.Connection) -> None:
        try:
            ensure_database(connection)
        except psycopg.Error as error:
            raise tool_failure(
                self._folder.root, "The database could not be made", str(error)
            ) from error
