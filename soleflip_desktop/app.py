"""The window: builds everything in a visible order and stops it in reverse.

Order of a start: Qt, the window with its starting page, then, in a thread, the server and the
schema, then the pages. Nothing of the database is imported before the window has painted
(performance.md E).
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

# Before PySide6: once its signature module is in use, it looks at modules while they are being
# imported, and pydantic's first import ends in a circle.
import pydantic.fields  # noqa: F401
import qasync  # type: ignore[import-untyped]
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from soleflip_desktop import __version__
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.resources import resource_path
from soleflip_desktop.settings.log_file import log_to
from soleflip_desktop.settings.paths import DataFolder, data_dir
from soleflip_desktop.ui.common.context import UiContext
from soleflip_desktop.ui.common.doors import Workbench
from soleflip_desktop.ui.common.formatting import Formatter
from soleflip_desktop.ui.common.sync_doors import SyncDesk
from soleflip_desktop.ui.common.theme import Theme
from soleflip_desktop.ui.main_window import MainWindow

if TYPE_CHECKING:
    from soleflip_desktop.bootstrap import Backend, Options
    from soleflip_desktop.sync.engine import SyncEngine

SAMPLE = "samples/stockx-sales-sample.csv"


def main(argv: Sequence[str]) -> int:
    """Shows the window until it is closed; returns the exit code."""
    arguments = _parse(argv)
    folder = DataFolder(data_dir(arguments.data))
    try:
        folder.create()
    except UserError as error:
        print(error, file=sys.stderr)  # noqa: T201  (there is no window yet)
        return 1
    log_file = log_to(folder)
    application = QApplication([sys.argv[0]])
    application.setApplicationName("SoleFlip Desktop")
    application.setApplicationVersion(__version__)
    application.setQuitOnLastWindowClosed(False)  # closing a dialog must not end coroutines
    settings = QSettings(str(folder.root / "window.ini"), QSettings.Format.IniFormat)
    window = MainWindow(settings, Theme(application), Formatter(), __version__)
    restore_hooks = window.bugs.install_hooks()
    window.show()
    loop = qasync.QSelectorEventLoop(application)
    asyncio.set_event_loop(loop)
    loop.set_exception_handler(lambda _loop, facts: window.bugs.report(_error(facts)))
    with loop:
        loop.run_until_complete(App(window, folder, arguments.database).run())
    restore_hooks()
    logging.getLogger().removeHandler(log_file)
    log_file.close()
    return 0


def _workbench(backend: Backend) -> Workbench:
    services = backend.services
    return Workbench(
        units=services.units,
        steps=services.steps,
        locations=services.locations,
        views=services.views,
        attachments=services.attachments,
        counts=services.counts,
        labels=backend.label_desk,
    )


def _sync_desk(backend: Backend, engine: SyncEngine) -> SyncDesk:
    services = backend.services
    return SyncDesk(backend.account_desk, engine, services.outbox, services.review, services.market)


def _error(facts: dict[str, Any]) -> BaseException:
    """What went wrong in a callback that nobody awaits."""
    error = facts.get("exception")
    return error if isinstance(error, BaseException) else RuntimeError(str(facts.get("message")))


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="soleflip-desktop")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--database")
    return parser.parse_args(argv)


class App:
    """One run of the window, from its first paint to the last clean-up.

    `ready` is set when the pages stand, or when the start failed; `backend` is None until then.
    """

    def __init__(self, window: MainWindow, folder: DataFolder, database: str | None) -> None:
        self._window = window
        self._folder = folder
        self._database = database
        self._backend: Backend | None = None
        self._engine: SyncEngine | None = None
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="starter")
        self._closed = asyncio.Event()
        self.ready = asyncio.Event()

    @property
    def backend(self) -> Backend | None:
        return self._backend

    async def run(self) -> None:
        self._window.closed.connect(self._closed.set)
        self._window.retry_requested.connect(self._on_retry)
        self._window.kit.tasks.start(self._open())
        await self._closed.wait()
        self._window.kit.tasks.close()
        await self._window.kit.tasks.wait_closed()
        if self._engine is not None:
            await self._engine.close()
        if self._backend is not None:
            await self._backend.keychain.settle()
        await asyncio.get_running_loop().run_in_executor(self._starter, self._close)
        self._starter.shutdown()

    def _on_retry(self) -> None:
        self._window.kit.tasks.start(self._open())

    async def _open(self) -> None:
        try:
            loop = asyncio.get_running_loop()
            backend = await loop.run_in_executor(self._starter, self._start)
            status = await backend.services.system.status()
        except UserError as error:
            self._window.show_start_error(str(error))
            self.ready.set()
            return
        sample = resource_path(SAMPLE)
        self._engine = backend.sync_engine()
        self._window.attach(
            UiContext(
                inventory=backend.services.inventory.grid,
                orders=backend.services.transactions.grid,
                workbench=_workbench(backend),
                imports=backend.services.integration,
                desk=backend.desk,
                runner=backend.runner,
                sync=_sync_desk(backend, self._engine),
                changes=backend.bus,
                data_folder=str(self._folder.root),
                server=f"PostgreSQL {status.server_version}",
                sample_file=sample if sample.exists() else None,
            )
        )
        if self._window.known is not None:
            self._window.known.scanning.start()
        backend.bus.subscribe(self._engine.note_change)
        self._engine.start()
        self.ready.set()
        # What the start left behind stays; looking through it again would hold the window 100 ms.
        gc.freeze()

    def _start(self) -> Backend:
        from soleflip_desktop.bootstrap import Options, open_backend  # noqa: PLC0415  (see above)

        options: Options = Options.of(self._folder.root, self._database)
        self._backend = open_backend(options, exclusive=True)
        self._backend.listen()
        return self._backend

    def _close(self) -> None:
        if self._backend is not None:
            self._backend.close()
