"""The window: builds everything in a visible order and stops it in reverse.

Order of a start: `starting` paints the window with its starting page. The server is launched in a
thread; while its process starts up, another thread imports what the first page needs. That page
comes next; while somebody looks at it, the rest and the other pages (performance.md E).
"""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import qasync  # type: ignore[import-untyped]

from soleflip_desktop.db.embedded import EmbeddedServer
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.resources import resource_path
from soleflip_desktop.settings.file_lock import FileLock
from soleflip_desktop.settings.options import Options
from soleflip_desktop.settings.paths import DataFolder
from soleflip_desktop.settings.start_marks import mark
from soleflip_desktop.settings.translocation import ADVICE, TITLE, is_translocated
from soleflip_desktop.starting import Start, begin

if TYPE_CHECKING:
    from soleflip_desktop.bootstrap import Backend
    from soleflip_desktop.sync.engine import SyncEngine
    from soleflip_desktop.sync.update_desk import UpdateDesk
    from soleflip_desktop.ui.common.context import UiContext
    from soleflip_desktop.ui.common.single_instance import SingleInstance
    from soleflip_desktop.ui.main_window import MainWindow

T = TypeVar("T")

SAMPLE = "samples/stockx-sales-sample.csv"


def main(argv: Sequence[str], start: Start | None = None) -> int:
    """Shows the window until it is closed; returns the exit code.

    `start` is what was begun before this module was imported.
    """
    start = start or begin(argv)
    window = start.window
    restore_hooks = window.bugs.install_hooks()
    loop = qasync.QSelectorEventLoop(start.application)
    asyncio.set_event_loop(loop)
    loop.set_exception_handler(lambda _loop, facts: window.bugs.report(_error(facts)))
    with loop:
        app = App(window, start.options.folder, start.options.url, start.owner)
        loop.run_until_complete(app.run())
    restore_hooks()
    start.close()
    return 0


def _error(facts: dict[str, Any]) -> BaseException:
    """What went wrong in a callback that nobody awaits."""
    error = facts.get("exception")
    return error if isinstance(error, BaseException) else RuntimeError(str(facts.get("message")))


class App:
    """One run of the window, from its first paint to the last clean-up.

    `ready` is set when the pages stand, or when the start failed; `backend` is None until then.
    """

    def __init__(
        self,
        window: MainWindow,
        folder: DataFolder,
        database: str | None,
        owner: FileLock | None = None,
    ) -> None:
        self._window = window
        self._options = Options.of(folder.root, database)
        self._server = None if self._options.url else EmbeddedServer(folder, owner=owner)
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="starter")
        self._importer = ThreadPoolExecutor(1, thread_name_prefix="importer")
        self._backend: Backend | None = None
        self._engine: SyncEngine | None = None
        self._instance: SingleInstance | None = None
        self._closed = asyncio.Event()
        self.ready = asyncio.Event()

    @property
    def backend(self) -> Backend | None:
        return self._backend

    async def run(self) -> None:
        self._window.closed.connect(self._closed.set)
        self._window.retry_requested.connect(self._on_retry)
        if not self._window.isVisible():  # closed before anybody listened
            self._closed.set()
        self._window.kit.tasks.start(self._open())
        await self._closed.wait()
        self._fall_silent()
        self._window.kit.tasks.close()
        await self._window.kit.tasks.wait_closed()
        if self._engine is not None:
            await self._engine.close()
        if self._backend is not None:
            await self._backend.keychain.settle()
        await self._in_thread(self._close)
        for thread in (self._starter, self._importer):
            thread.shutdown()

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._starter, work)

    async def _import(self, work: Callable[[], None]) -> None:
        await asyncio.get_running_loop().run_in_executor(self._importer, work)

    def _on_retry(self) -> None:
        self._window.kit.tasks.start(self._open())

    async def _open(self) -> None:
        """The pages, one ahead of the others; what is behind them is imported meanwhile."""
        if is_translocated(sys.executable):
            self._window.starting.show_advice(TITLE, ADVICE)
            self.ready.set()
            return
        rest: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        try:
            if self._server is not None:
                if self._server.is_new:
                    self._window.desktop.ask_before()
                # Its process starts up meanwhile. What goes wrong, `_open_backend` says.
                self._starter.submit(self._server.launch, exclusive=True)
            await self._import(_import_backend)
            self._listen()  # making the database may take long, and somebody may answer slowly
            backend, _ = await asyncio.gather(
                self._in_thread(self._open_backend), self._import(_import_first_page)
            )
            from soleflip_desktop.ui.common.first_rows import FirstRows  # noqa: PLC0415

            preferences = backend.services.preferences
            await self._window.desktop.settle(preferences, shared=self._server is None)
            context = pages_context(backend, lambda: self._engine, rest)
            first = self._window.open_first(context)
            if first is not None:
                await FirstRows(first).wait()
            updates = await self._in_thread(lambda: _complete(backend))
            self._engine = backend.sync_engine()
            rest.set_result(None)
            status = await backend.services.system.status()
            self._attach(backend, replace(context, server=f"PostgreSQL {status.server_version}"))
            watch_updates(self._window, updates)
        except UserError as error:
            self._fall_silent()  # the folder is free for another start
            await self._in_thread(self._close)
            self._backend = None
            self._window.show_start_error(str(error))
        finally:
            rest.cancel()
            # What the start left behind stays: looking through it again would hold the window.
            gc.freeze()
            gc.enable()
            self.ready.set()

    def _listen(self) -> None:
        """Later starts with the same folder are for this window, from now until it ends."""
        from soleflip_desktop.ui.common.single_instance import SingleInstance  # noqa: PLC0415

        if self._closed.is_set() or self._instance is not None:
            return
        if self._server is not None and self._server.owned:
            self._instance = SingleInstance(self._options.folder.root, self._window)
            self._instance.called.connect(self._window.desktop.call)
            self._instance.listen()

    def _fall_silent(self) -> None:
        if self._instance is not None:
            self._instance.close()
            self._instance = None

    def _open_backend(self) -> Backend:
        from soleflip_desktop.bootstrap import open_backend  # noqa: PLC0415  (see above)

        self._backend = open_backend(
            self._options, exclusive=True, tidy=False, launched=self._server
        )
        return self._backend

    def _attach(self, backend: Backend, context: UiContext) -> None:
        self._window.attach(context)
        mark("pages")
        if self._window.known is not None:
            self._window.known.scanning.start()
        if self._engine is not None:
            backend.bus.subscribe(self._engine.note_change)
            self._engine.start()

    def _close(self) -> None:
        if self._backend is not None:
            self._backend.close()
        elif self._server is not None:
            self._server.release()


def _import_backend() -> None:
    import soleflip_desktop.bootstrap  # noqa: PLC0415  (not before the first paint)
    import soleflip_desktop.ui.common.single_instance  # noqa: F401, PLC0415


def _import_first_page() -> None:
    import soleflip_desktop.services.inventory  # noqa: PLC0415
    import soleflip_desktop.services.views  # noqa: PLC0415
    import soleflip_desktop.ui.inventory.page  # noqa: F401, PLC0415


def _complete(backend: Backend) -> UpdateDesk:
    """In a thread, while the first page is looked at."""
    import soleflip_desktop.ui.pages  # noqa: PLC0415
    import soleflip_desktop.ui.system.updates.updates  # noqa: F401, PLC0415
    from soleflip_desktop.bootstrap import update_desk  # noqa: PLC0415

    backend.complete()
    backend.tidy()
    backend.listen()
    return update_desk(backend.options)


def watch_updates(window: MainWindow, desk: UpdateDesk) -> None:
    """The notice of a new version, the commands of the Help menu, a look once a day."""
    from soleflip_desktop.ui.common.actions import Menu  # noqa: PLC0415  (Qt comes with it)
    from soleflip_desktop.ui.system.updates.updates import Updates  # noqa: PLC0415

    def importing() -> bool:
        return window.queue is not None and window.queue.running

    window.desktop.updates = desk.looks_by_default if desk.looks else None
    updates = Updates(desk, window.kit, window, busy=importing)  # the window owns it
    window.menus.add(Menu.HELP, *updates.actions)
    window.statusBar().addPermanentWidget(updates.notice)
    updates.close_requested.connect(window.close)
    updates.start()


def pages_context(
    backend: Backend, engine: Callable[[], SyncEngine | None], rest: asyncio.Future[None]
) -> UiContext:
    """What the pages are given; all but the inventory's rows comes when `rest` is done."""
    from soleflip_desktop.ui.common.context import UiContext  # noqa: PLC0415  (Qt comes with it)
    from soleflip_desktop.ui.common.doors import Workbench  # noqa: PLC0415
    from soleflip_desktop.ui.common.later import Later  # noqa: PLC0415
    from soleflip_desktop.ui.common.sync_doors import SyncDesk  # noqa: PLC0415

    def later(find: Callable[[], Any]) -> Any:
        return Later(rest, find)

    services = backend.services
    sample = resource_path(SAMPLE)
    return UiContext(
        inventory=services.inventory.grid,
        orders=later(lambda: services.transactions.grid),
        workbench=Workbench(
            units=later(lambda: services.units),
            steps=later(lambda: services.steps),
            locations=later(lambda: services.locations),
            views=services.views,
            attachments=later(lambda: services.attachments),
            counts=later(lambda: services.counts),
            labels=later(lambda: backend.label_desk),
        ),
        imports=later(lambda: services.integration),
        desk=later(lambda: backend.desk),
        runner=later(lambda: backend.runner),
        sync=SyncDesk(
            later(lambda: backend.account_desk),
            later(engine),
            later(lambda: services.outbox),
            later(lambda: services.review),
            later(lambda: services.market),
        ),
        changes=backend.bus,
        data_folder=str(backend.options.folder.root),
        server="",
        sample_file=sample if sample.exists() else None,
    )
