"""What the app's start is compared with in start_bench.py, each in a process of its own.

    python tests/benchmarks/start_naive.py bare LOG
    python tests/benchmarks/start_naive.py sequential LOG DATA

`bare`: Python, QtWidgets and an empty window: what no PySide6 app can do without. `sequential`: the
app's own parts one after the other, as a start is written when nobody measures it: imports of
everything, `pg_ctl -w start`, migrations through Alembic, the window with all its pages, the data.

LOG gets the same lines as SOLEFLIP_START_LOG writes; the process then ends.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent, QObject
    from PySide6.QtWidgets import QWidget

    from soleflip_desktop.db.embedded.cluster import Cluster

#: What a front end of another kind, another system or a trial run needs.
ELSEWHERE = ("__main__", "cli", "smoke", "windows", "windows_sids")


def mark(name: str) -> None:
    with Path(sys.argv[2]).open("a", encoding="utf-8") as file:
        file.write(json.dumps({"mark": name, "time": time.time()}) + "\n")


def on_paint(widget: QWidget, painted: Callable[[], bool]) -> None:
    """Calls `painted` at each paint until it says that this was the one."""
    from PySide6.QtCore import QEvent, QObject  # noqa: PLC0415  (the import is what is measured)

    class Watcher(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and painted():
                watched.removeEventFilter(self)
            return False

    widget.installEventFilter(Watcher(widget))


def bare() -> None:
    from PySide6.QtCore import QTimer  # noqa: PLC0415
    from PySide6.QtWidgets import QApplication, QMainWindow  # noqa: PLC0415

    application = QApplication([])
    window = QMainWindow()
    window.resize(1280, 800)

    def painted() -> bool:
        QTimer.singleShot(0, done)
        return True

    def done() -> None:
        mark("first paint")
        application.quit()

    on_paint(window, painted)
    window.show()
    application.exec()


def sequential() -> None:
    mark("main")
    import_everything()
    mark("imported")
    import asyncio  # noqa: PLC0415
    import os  # noqa: PLC0415

    import qasync  # type: ignore[import-untyped]  # noqa: PLC0415

    from soleflip_desktop import app, bootstrap, starting  # noqa: PLC0415
    from soleflip_desktop.settings.options import Options  # noqa: PLC0415

    options = Options.of(Path(sys.argv[3]), None)
    options.folder.create()
    url = start_server(options.folder.root)
    mark("server ready")
    migrate(url)
    mark("schema checked")
    backend = bootstrap.open_backend(Options(options.folder, url), exclusive=True)
    backend.listen()
    application, window = starting.open_window(options.folder)

    async def show() -> None:
        await backend.services.system.status()
        rest = asyncio.get_running_loop().create_future()
        rest.set_result(None)
        engine = backend.sync_engine()
        window.attach(app.pages_context(backend, lambda: engine, rest))
        page = window.pages[0]
        seen = asyncio.Event()

        def painted() -> bool:
            if page.model.rowCount():  # type: ignore[union-attr]  # the inventory has one
                seen.set()
            return seen.is_set()

        on_paint(page.view.viewport(), painted)  # type: ignore[union-attr]
        await seen.wait()
        mark("first rows painted")
        os._exit(0)

    loop = qasync.QSelectorEventLoop(application)
    asyncio.set_event_loop(loop)
    with loop:
        loop.run_until_complete(show())


def import_everything() -> None:
    import importlib  # noqa: PLC0415
    import pkgutil  # noqa: PLC0415

    import alembic.command  # noqa: PLC0415
    import alembic.config  # noqa: F401, PLC0415

    import soleflip_desktop  # noqa: PLC0415

    for module in pkgutil.walk_packages(soleflip_desktop.__path__, "soleflip_desktop."):
        if not set(ELSEWHERE) & set(module.name.split(".")):
            importlib.import_module(module.name)


def start_server(data: Path) -> str:
    """By pg_ctl, which waits; returns the URL."""
    from soleflip_desktop.db.embedded.process import read_pid_file  # noqa: PLC0415
    from soleflip_desktop.settings.paths import DataFolder  # noqa: PLC0415

    folder = DataFolder(data)
    cluster = host().prepare(folder)
    start_by_pg_ctl(cluster)
    running = read_pid_file(cluster.data)
    if running is None:
        raise SystemExit("The server does not run.")
    return str(host().address(folder, running, None).url())


def host() -> Any:
    """This system's way to start PostgreSQL."""
    import importlib  # noqa: PLC0415

    name = "windows" if sys.platform == "win32" else "posix"
    return importlib.import_module(f"soleflip_desktop.db.embedded.{name}")


def start_by_pg_ctl(cluster: Cluster) -> None:
    """With the options that the app gives; on Windows the app itself starts it so."""
    import os  # noqa: PLC0415
    import shlex  # noqa: PLC0415

    from soleflip_desktop.db.embedded.cluster import run_tool  # noqa: PLC0415
    from soleflip_desktop.db.embedded.config import server_options  # noqa: PLC0415

    if sys.platform == "win32":
        host().launch(cluster, None)
        return
    options = shlex.join(server_options(host()._access_options(cluster)))
    place = ["-D", str(cluster.data), "-l", os.devnull]  # root's log is closed to the account
    done = run_tool(cluster, "pg_ctl", ["start", "-w", *place, "-o", options], timeout_s=60)
    if done.returncode != 0:
        raise SystemExit(done.stdout)


def migrate(url: str) -> None:
    """As `alembic upgrade head` does, which finds nothing to do."""
    import sqlalchemy as sa  # noqa: PLC0415
    from alembic import command  # noqa: PLC0415

    from soleflip_desktop.db.schema import alembic_config  # noqa: PLC0415

    engine = sa.create_engine(url)
    with engine.connect() as connection:
        command.upgrade(alembic_config(connection), "head")
    engine.dispose()


WAYS = {"bare": bare, "sequential": sequential}


if __name__ == "__main__":
    WAYS[sys.argv[1]]()
