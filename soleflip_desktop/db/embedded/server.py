"""The embedded PostgreSQL server as the rest of the app sees it."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

from soleflip_desktop.db.embedded.cluster import (
    Address,
    Cluster,
    StillLockedError,
    ensure_cluster,
    ensure_database,
)
from soleflip_desktop.db.embedded.failures import translated
from soleflip_desktop.db.embedded.locks import FileLock, UserCount
from soleflip_desktop.db.embedded.process import PidFile, read_pid_file
from soleflip_desktop.domain.errors import DatabaseUnavailableError, DataFolderInUseError
from soleflip_desktop.settings.paths import DataFolder

if sys.platform == "win32":
    from soleflip_desktop.db.embedded import windows as host
else:
    from soleflip_desktop.db.embedded import posix as host

if TYPE_CHECKING:
    from soleflip_desktop.settings.secrets import SecretStore

_log = logging.getLogger(__name__)
T = TypeVar("T")

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

    def __init__(
        self,
        folder: DataFolder,
        secrets: SecretStore | None = None,
        owner: FileLock | None = None,
    ) -> None:
        """`owner` is the lock of the folder's window where the caller has it already."""
        self._folder = folder
        self._secrets = secrets
        self._owner = owner or FileLock(folder.owner_lock)
        self._guard = FileLock(folder.locks / "guard.lock")
        self._users = UserCount(folder.locks / "users")
        self._cluster: Cluster | None = None
        self._joined = False

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
            self._own(exclusive=exclusive)
            return self._join(self._serve).url()

    @property
    def owned(self) -> bool:
        """Whether the data folder is this window's."""
        return self._owner.held

    @property
    def is_new(self) -> bool:
        """Whether there is no cluster yet, so that making one takes a while."""
        with translated(self._folder.root):
            return not (host.find_home(self._folder) / "pgdata" / "PG_VERSION").exists()

    def launch(self, *, exclusive: bool) -> None:
        """Begins what `acquire` ends: the server runs, but nobody has asked it anything yet.

        It takes the same locks and raises the same errors, and needs no database driver.
        """
        with translated(self._folder.root):
            self._own(exclusive=exclusive)
            self._join(self._launch)

    def release(self) -> None:
        """Let go, and stop the server when nobody else holds it. Idempotent."""
        if not self._joined:
            return
        self._joined = False
        with translated(self._folder.root):
            self._leave()

    def status(self) -> ServerStatus:
        """Look without starting or creating anything."""
        if not self._folder.root.exists():
            return ServerStatus(False, None, None, self._folder.pgdata, None, None)
        with translated(self._folder.root):
            data = host.find_home(self._folder) / "pgdata"
            server = read_pid_file(data)
            connection = self._address(server).connect() if server else None
            if server is None or connection is None:
                version_file = data / "PG_VERSION"
                version = version_file.read_text().strip() if version_file.exists() else None
                return ServerStatus(False, None, version, data, None, None)
        with connection:
            version = connection.info.parameter_status("server_version")
        sockets = Path(server.socket_folder) if server.socket_folder else None
        port = None if sockets else server.port
        return ServerStatus(True, server.pid, version, data, sockets, port)

    def _own(self, *, exclusive: bool) -> None:
        self._folder.create()
        if exclusive and not self._owner.held and not self._owner.try_acquire():
            raise DataFolderInUseError(
                f"SoleFlip Desktop is already open with the data folder {self._folder.root}. "
                "Use that window, or close it first.",
            )

    def _join(self, work: Callable[[Cluster], T]) -> T:
        """Counts as a user of the cluster from now on, unless `work` on it fails.

        Who has held it before keeps it then: its server may live, and be slow to answer.
        """
        joined = self._joined
        try:
            self._guard.acquire(_GUARD_TIMEOUT_S)
            self._users.join()
            self._cluster = host.prepare(self._folder)
            ensure_cluster(self._cluster, host.init_arguments(self._cluster, self._secrets))
            result = work(self._cluster)
            joined = self._joined = True
        finally:
            guarded = self._guard.held
            self._guard.release()
            if not joined and guarded:
                self._leave()
            elif not joined:
                self._owner.release()
        return result

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

    def _launch(self, cluster: Cluster) -> None:
        """Not where a pid file tells of a server: whether it lives is for `_serve` to find out."""
        if read_pid_file(cluster.data) is None:
            with suppress(StillLockedError):
                host.launch(cluster, self._secrets)

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
            connection = self._address(server).connect() if server.ready else None
            if connection is not None:
                with connection:
                    ensure_database(cluster, connection)
                return self._address(server)
            if time.monotonic() - began > (_SILENT_SERVER_S if server.ready else _RECOVERY_S):
                raise DatabaseUnavailableError(
                    f"The database server of {cluster.data} (process {server.pid}) runs but does "
                    f"not answer. Restart the computer; its log is {cluster.log}.",
                )
            time.sleep(_POLL_S)
        return None

    def _address(self, server: PidFile) -> Address:
        return host.address(self._folder, server, self._secrets)
