"""Linux and macOS: a socket in a private folder, `peer` authentication, no password, no TCP."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from soleflip_desktop.db.embedded.account import (
    SYSTEM_FOLDER,
    Account,
    can_reach,
    private_folder,
    service_account,
    user_name,
)
from soleflip_desktop.db.embedded.binaries import reachable_install, tool
from soleflip_desktop.db.embedded.cluster import Address, Cluster, StillLockedError
from soleflip_desktop.db.embedded.config import ROLE, server_options
from soleflip_desktop.db.embedded.failures import tool_failure
from soleflip_desktop.db.embedded.process import (
    PID_FILE_NAME,
    PidFile,
    environment,
    is_postmaster,
    read_pid_file,
)
from soleflip_desktop.domain.errors import DatabaseUnavailableError
from soleflip_desktop.settings.paths import DataFolder

if TYPE_CHECKING:
    from soleflip_desktop.settings.secrets import SecretStore

assert sys.platform != "win32"  # noqa: S101 - the form in which mypy skips the rest there

POINTER_NAME = "WHERE-THE-DATABASE-IS.txt"
_PORT = 5432  # only part of the socket's name
_LONGEST_SOCKET_PATH = 103  # macOS; Linux takes four more
_START_TIMEOUT_S = 300  # replaying 4 GB of log after a crash takes its time
_STOP_TIMEOUT_S = 60
_POLL_S = 0.003
_LONGEST_LOG = 8 << 20
_AUTH_OF_A_NEW_CLUSTER = ["--auth-local=peer", "--auth-host=reject"]

alive = is_postmaster


def find_home(folder: DataFolder) -> Path:
    """The folder that holds (or is to hold) the cluster. Creates nothing."""
    account = service_account()
    if account is None:
        _refuse_foreign(folder)
        return folder.root
    if folder.pgdata.exists():
        return _home_of_existing(folder, account)
    substitute = SYSTEM_FOLDER / _digest(folder)
    pointer = folder.root / POINTER_NAME
    if pointer.exists():
        recorded = pointer.read_text(encoding="utf-8").splitlines()[-1]
        if recorded != str(substitute):
            raise DatabaseUnavailableError(
                f"{folder.root} was moved or copied, and its database is still in {recorded}. "
                f"Move the data folder back, or move that folder to {substitute} and write this "
                f"path into the last line of {pointer}.",
            )
        return substitute
    return folder.root if can_reach(account, folder.root) else substitute


def _refuse_foreign(folder: DataFolder) -> None:
    if folder.pgdata.exists():
        if folder.pgdata.stat().st_uid == os.geteuid():
            return
    elif not (folder.root / POINTER_NAME).exists():
        return
    raise DatabaseUnavailableError(
        f"The database in {folder.root} was made by another user (perhaps root). Start SoleFlip "
        "Desktop as that user, or choose another data folder.",
    )


def _home_of_existing(folder: DataFolder, account: Account) -> Path:
    # Taking a user's cluster over would lock that user out of it.
    if folder.pgdata.stat().st_uid not in {0, account.uid}:
        raise DatabaseUnavailableError(
            f"The database in {folder.root} belongs to another user. Start SoleFlip Desktop as "
            "that user instead of root.",
        )
    if not can_reach(account, folder.root):
        raise DatabaseUnavailableError(
            f"The database in {folder.root} runs as the user '{account.name}', who may not pass "
            "through a folder above it. Move the data folder back to where it was, or run "
            "chmod o+x on the folders above it.",
        )
    return folder.root


def prepare(folder: DataFolder) -> Cluster:
    user_name()  # a user without a name is refused with our words rather than initdb's
    home, account = find_home(folder), service_account()
    if home != folder.root:
        SYSTEM_FOLDER.mkdir(mode=0o755, exist_ok=True)
        home.mkdir(mode=0o711, exist_ok=True)
        _write(
            folder.root / POINTER_NAME,
            "SoleFlip Desktop runs as root here, and its database as another user who may not\n"
            "enter this folder. The database is therefore not in this folder but in\n"
            f"{home}\n",
        )
    log = folder.logs / "postgresql.log"
    return Cluster(folder, home, log, reachable_install(account), account)


def init_arguments(
    _cluster: Cluster,
    _secrets: SecretStore | None,
) -> AbstractContextManager[list[str]]:
    return nullcontext(_AUTH_OF_A_NEW_CLUSTER)


def address(_folder: DataFolder, server: PidFile, _secrets: SecretStore | None) -> Address:
    account = service_account()
    owner = account.name if account else user_name()
    return Address(server.socket_folder, server.port, socket_owner=owner)


def launch(cluster: Cluster, _secrets: SecretStore | None) -> None:
    """Start the server and wait until it accepts connections.

    `postgres` itself and not pg_ctl, which looks only every 100 ms. In a session of its own: the
    terminal's Ctrl+C is for the app, which then stops the server in good order.
    """
    account = cluster.account
    options = server_options(_access_options(cluster))
    if cluster.log.exists() and cluster.log.stat().st_size > _LONGEST_LOG:
        cluster.log.replace(cluster.log.with_suffix(".old.log"))
    with cluster.log.open("ab") as log:
        said_before = log.tell()
        server = subprocess.Popen(  # noqa: S603 - our own program
            [tool(cluster.install, "postgres"), "-D", str(cluster.data), *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=environment(),
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    # Another process may stop the server, or it may crash: somebody must collect our child then,
    # as PostgreSQL takes a zombie for a live server and would not start again.
    threading.Thread(target=server.wait, name="postgres-reaper", daemon=True).start()
    if _became_ready(cluster, server):
        return
    if (cluster.data / PID_FILE_NAME).exists():
        raise StillLockedError
    said = cluster.log.read_bytes()[said_before:].decode("utf-8", errors="replace")
    raise tool_failure(cluster.folder.root, "The database server does not start", said)


def _became_ready(cluster: Cluster, server: subprocess.Popen[bytes]) -> bool:
    give_up = time.monotonic() + _START_TIMEOUT_S
    while server.poll() is None:
        said = read_pid_file(cluster.data)
        if said is not None and said.ready and said.pid == server.pid:
            return True
        if time.monotonic() > give_up:
            raise DatabaseUnavailableError(
                f"The database in {cluster.folder.root} is still repairing itself after a crash. "
                "Start SoleFlip Desktop again in a few minutes.",
            )
        time.sleep(_POLL_S)
    return False


def stop(_cluster: Cluster, server: PidFile) -> bool:
    """Fast shutdown; False when it takes too long (it goes on by itself)."""
    give_up = time.monotonic() + _STOP_TIMEOUT_S
    if is_postmaster(server.pid):
        os.kill(server.pid, signal.SIGINT)
    while is_postmaster(server.pid):
        if time.monotonic() > give_up:
            return False
        time.sleep(_POLL_S)
    return True


def _access_options(cluster: Cluster) -> dict[str, str]:
    """Who may connect: this user as our role, through the socket. Written outside of pgdata."""
    hba, ident = cluster.home / "pg_hba.conf", cluster.home / "pg_ident.conf"
    user = user_name().replace('"', '""')
    _write(hba, f"local all {ROLE} peer map=owner\n")
    _write(ident, f'owner "{user}" {ROLE}\n')
    sockets = str(_socket_folder(cluster)).replace('"', '""')
    return {
        "listen_addresses": "",
        "port": str(_PORT),
        "unix_socket_directories": f'"{sockets}"',
        "unix_socket_permissions": "0700",
        "hba_file": str(hba),
        "ident_file": str(ident),
    }


def _socket_folder(cluster: Cluster) -> Path:
    own = cluster.home / "run"
    if _fits(own):
        return private_folder(own, cluster.account)
    digest = _digest(cluster.folder)
    if cluster.account is not None:
        SYSTEM_FOLDER.mkdir(mode=0o755, exist_ok=True)
        return private_folder(SYSTEM_FOLDER / f"run-{digest}", cluster.account)
    name = f"soleflip-{os.geteuid()}-{digest}"
    bases = [Path(f"/run/user/{os.geteuid()}"), Path(tempfile.gettempdir())]
    for base in bases:
        if _fits(base / name) and os.access(base, os.W_OK | os.X_OK):
            return private_folder(base / name, None)
    return private_folder(Path("/tmp") / name, None)  # noqa: S108 - checked to be ours and private


def _fits(folder: Path) -> bool:
    # libpq takes a comma in a socket's path for the end of the first host.
    length = len(os.fsencode(folder / f".s.PGSQL.{_PORT}"))
    return length <= _LONGEST_SOCKET_PATH and "," not in str(folder)


def _digest(folder: DataFolder) -> str:
    return hashlib.sha256(os.fsencode(folder.root.resolve())).hexdigest()[:16]


def _write(path: Path, text: str) -> None:
    """Replace in one go and only on change; readable for the server's account."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    temporary = path.with_name(f"{path.name}.new")
    temporary.write_text(text, encoding="utf-8")
    temporary.chmod(0o644)
    temporary.replace(path)
