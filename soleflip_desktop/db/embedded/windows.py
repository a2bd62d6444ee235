"""Windows: 127.0.0.1 on a free port, a password from the credential store, pg_ctl, ASCII paths."""

from __future__ import annotations

import ctypes
import hashlib
import os
import secrets as random_secrets
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from soleflip_desktop.db.embedded.ascii_paths import (
    ascii_form,
    refuse_network,
    substitute_folder,
)
from soleflip_desktop.db.embedded.binaries import MAJOR_VERSION, copy_install, find_install
from soleflip_desktop.db.embedded.cluster import Address, Cluster, StillLockedError, run_tool
from soleflip_desktop.db.embedded.config import server_options
from soleflip_desktop.db.embedded.failures import tool_failure
from soleflip_desktop.db.embedded.process import PID_FILE_NAME, PidFile, read_pid_file
from soleflip_desktop.domain.errors import DatabaseUnavailableError, SecretStoreUnavailableError
from soleflip_desktop.settings.paths import DataFolder
from soleflip_desktop.settings.secrets import KeyringStore, SecretStore

assert sys.platform == "win32"  # noqa: S101 - the form in which mypy skips the rest elsewhere

from soleflip_desktop.db.embedded.windows_sids import (  # noqa: E402 - as above
    ADMINISTRATORS,
    LOCAL_SYSTEM,
    owner_sid,
    process_sid,
)

_LOCALHOST = "127.0.0.1"
_START_ATTEMPTS = 3  # another program may take the free port before the server does
_START_TIMEOUT_S = 300
_STOP_TIMEOUT_S = 60
_LONGEST_LOG = 8 << 20
_FULL_ACCESS = "(OI)(CI)F"
_OTHER_NAMES = (
    "Or install SoleFlip Desktop and keep its data in folders whose names have only plain letters."
)
_QUERY_LIMITED_INFORMATION = 0x1000
_STILL_ACTIVE = 259


def find_home(folder: DataFolder) -> Path:
    """The data folder under an ASCII name, or a substitute for it. Creates nothing."""
    refuse_network(folder.root)
    return ascii_form(folder.root, _short_name) or _substitute() / f"data-{_digest(folder)}"


def prepare(folder: DataFolder) -> Cluster:
    home = find_home(folder)
    if home.is_relative_to(_substitute()):
        _make_substitute()
        home.mkdir(exist_ok=True)
        pointer = folder.root / "WHERE-THE-DATABASE-IS.txt"
        pointer.write_text(
            f"PostgreSQL cannot work with this folder's name. The database is in\n{home}\n",
            encoding="utf-8",
        )
    # Not in the data folder's `logs`: the home's name is ASCII where the data folder's is not.
    return Cluster(folder, home, home / "postgresql.log", _ascii_install(), None)


@contextmanager
def init_arguments(cluster: Cluster, secrets: SecretStore | None) -> Iterator[list[str]]:
    """Arguments for initdb, which reads the new password from a file that lives as long as this."""
    password = random_secrets.token_urlsafe(32)
    _store(secrets).set(_secret_name(cluster.folder), password)
    descriptor, name = tempfile.mkstemp(prefix="init-", suffix=".tmp", dir=cluster.home)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(password)
        yield ["--auth=scram-sha-256", f"--pwfile={name}"]
    finally:
        Path(name).unlink(missing_ok=True)


def address(folder: DataFolder, server: PidFile, secrets: SecretStore | None) -> Address:
    password = _store(secrets).get(_secret_name(folder))
    if password is None:
        raise SecretStoreUnavailableError(
            "The credential store no longer holds the password of the database in "
            f"{folder.root}. Restore a backup into an empty data folder.",
        )
    return Address(_LOCALHOST, server.port, password=password)


def alive(pid: int) -> bool:
    """Does the process live and is it PostgreSQL? os.kill(pid, 0) would end it on Windows."""
    kernel = ctypes.WinDLL("kernel32")
    kernel.OpenProcess.restype = ctypes.c_void_p
    process = ctypes.c_void_p(kernel.OpenProcess(_QUERY_LIMITED_INFORMATION, 0, pid))
    if process.value is None:
        return False
    try:
        code, size = ctypes.c_ulong(), ctypes.c_ulong(1024)
        name = ctypes.create_unicode_buffer(size.value)
        kernel.GetExitCodeProcess(process, ctypes.byref(code))
        kernel.QueryFullProcessImageNameW(process, 0, name, ctypes.byref(size))
        return code.value == _STILL_ACTIVE and name.value.lower().endswith("postgres.exe")
    finally:
        kernel.CloseHandle(process)


def launch(cluster: Cluster, _secrets: SecretStore | None) -> None:
    """By pg_ctl always: it drops an administrator's rights, with which PostgreSQL will not run."""
    log = cluster.log
    if log.exists() and log.stat().st_size > _LONGEST_LOG:
        log.replace(log.with_suffix(".old.log"))
    wait = ["start", "-w", "-t", str(_START_TIMEOUT_S)]
    said = ""
    for port in _ports(cluster):
        options = server_options({"listen_addresses": _LOCALHOST, "port": str(port)})
        started = run_tool(
            cluster,
            "pg_ctl",
            [*wait, "-D", str(cluster.data), "-l", str(log), "-o", " ".join(options)],
            timeout_s=_START_TIMEOUT_S + 30,
        )
        if started.returncode == 0:
            return
        if (cluster.data / PID_FILE_NAME).exists():
            raise StillLockedError
        said = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
        said = said or started.stdout
    raise tool_failure(cluster.folder.root, "The database server does not start", said)


def stop(cluster: Cluster, _server: PidFile) -> bool:
    arguments = ["stop", "-w", "-m", "fast", "-t", str(_STOP_TIMEOUT_S), "-D", str(cluster.data)]
    return run_tool(cluster, "pg_ctl", arguments, timeout_s=_STOP_TIMEOUT_S + 30).returncode == 0


def _ascii_install() -> Path:
    install = find_install()
    usable = ascii_form(install, _short_name)
    if usable is not None:
        return usable
    stamp = f"{install} {(install / 'bin' / 'postgres.exe').stat().st_mtime_ns}"
    digest = hashlib.sha256(stamp.encode()).hexdigest()[:12]
    _make_substitute()
    return copy_install(install, _substitute() / f"postgresql-{MAJOR_VERSION}-{digest}")


def _substitute() -> Path:
    return Path(substitute_folder(os.environ["PROGRAMDATA"], str(Path.home())))


def _make_substitute() -> None:
    """%ProgramData% is open to all users of the computer; this folder must not be.

    Its name can be guessed: whoever made it before us would own the programs that we put there.
    """
    folder, user = _substitute(), process_sid()
    if folder.exists():
        if owner_sid(folder) not in {user, LOCAL_SYSTEM, ADMINISTRATORS}:
            raise DatabaseUnavailableError(
                f"The folder {folder} belongs to another user of this computer. Ask an "
                f"administrator to remove it. {_OTHER_NAMES}",
            )
        return
    folder.mkdir(parents=True)
    allowed = [f"*{sid}:{_FULL_ACCESS}" for sid in (user, LOCAL_SYSTEM)]
    result = subprocess.run(  # noqa: S603 - fixed words and paths of ours
        ["icacls", str(folder), "/inheritance:r", "/grant:r", *allowed],  # noqa: S607
        capture_output=True,
        creationflags=subprocess.CREATE_NO_WINDOW,
        check=False,
    )
    if result.returncode != 0:
        folder.rmdir()
        raise DatabaseUnavailableError(
            f"The folder {folder} cannot be closed to other users of this computer. Check "
            f"the rights to %ProgramData%. {_OTHER_NAMES}",
        )


def _short_name(path: str) -> str | None:
    buffer = ctypes.create_unicode_buffer(1024)
    length = ctypes.WinDLL("kernel32").GetShortPathNameW(path, buffer, len(buffer))
    return buffer.value if 0 < length < len(buffer) else None


def _store(secrets: SecretStore | None) -> SecretStore:
    return secrets if secrets is not None else KeyringStore()


def _secret_name(folder: DataFolder) -> str:
    return f"database-{_digest(folder)}"


def _digest(folder: DataFolder) -> str:
    return hashlib.sha256(str(folder.root.resolve()).casefold().encode()).hexdigest()[:16]


def _ports(cluster: Cluster) -> Iterator[int]:
    """First that of a server that was killed, as an open window still looks for it there."""
    killed = read_pid_file(cluster.data)
    if killed is not None:
        yield killed.port
    for _ in range(_START_ATTEMPTS):
        yield _free_port()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_LOCALHOST, 0))
        return int(probe.getsockname()[1])
