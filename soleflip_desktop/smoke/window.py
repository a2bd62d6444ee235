"""The real app from start to end, with a scripted user inside its window.

The user and all checks are imported when the window stands: it is to start as it always does.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from soleflip_desktop import app
from soleflip_desktop.settings.paths import DataFolder
from soleflip_desktop.smoke.marketplace import SECRETS, marketplace
from soleflip_desktop.smoke.steps import Step, Steps, demand, seconds

if TYPE_CHECKING:
    from soleflip_desktop.ui.main_window import MainWindow

_READY_S, _END_S = 180, 90
_POLL_S = 0.02


def run(data: Path, shot: Path | None, steps: Steps) -> None:
    """Runs the app's own main function on a folder below `data`; server checks get another."""
    for secret in SECRETS:
        steps.hide(secret, "<secret>")
    books, scratch = data / "books", DataFolder(data / "scratch")

    class SmokeApp(app.App):
        """The app with its user."""

        async def run(self) -> None:
            running = asyncio.get_running_loop().create_task(super().run())
            try:
                with steps.step(Step.FIRST_PAINT) as facts:
                    demand(self._window.isVisible(), "the window is not there")
                    facts["since_start"] = seconds(steps.since_began())
                with steps.step(Step.READY) as facts:
                    async with asyncio.timeout(_READY_S):
                        await _answer(self._window, self.ready)
                        await self.ready.wait()
                    facts["since_start"] = seconds(steps.since_began())
                    demand(self._window.pages and self.backend, self._window.starting.text)
                if self.backend is not None:
                    from soleflip_desktop.smoke.visit import Visit  # noqa: PLC0415  (see above)

                    visit = Visit(self._window, self.backend, steps)
                    await visit.go(scratch, books, shot)
            finally:
                await _end(self, self._window, running, steps)

    with _errors_logged(steps), marketplace() as variables, _environment(variables):
        usual = app.App
        app.App = SmokeApp  # type: ignore[misc]  # whatever main does around it is tried as well
        try:
            code = app.main(["--data", str(books)])
            demand(code == 0, f"the app ended with {code}; it says why on stderr")
        finally:
            app.App = usual  # type: ignore[misc]


async def _answer(window: MainWindow, ready: asyncio.Event) -> None:
    """The questions of a first start, as somebody who takes what is suggested."""
    from soleflip_desktop.domain.preferences import Begin  # noqa: PLC0415  (see above)

    while not ready.is_set():
        page = None if window.desktop.first_run is None else window.desktop.first_run.page
        if page is not None and page.form.filled:
            page.tiles[Begin.EMPTY].click()
            return
        await asyncio.sleep(_POLL_S)


async def _end(
    running_app: app.App, window: MainWindow, running: asyncio.Task[None], steps: Steps
) -> None:
    """Closes the window as its user does; the app then stops what it started."""
    from soleflip_desktop.smoke.database import stopped  # noqa: PLC0415  (see above)

    with steps.step(Step.END) as facts:
        backend = running_app.backend
        try:
            if window.queue is not None:
                window.queue.cancel_all()
            window.close()
            async with asyncio.timeout(_END_S):
                await running
        finally:
            if backend is not None:
                await asyncio.to_thread(backend.close)  # done already, unless the app hangs
        if backend is not None:
            facts["stopped"] = await asyncio.to_thread(stopped, backend.options.folder)
            demand(facts["stopped"], "the server still runs, or left its pid file")


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _errors_logged(steps: Steps) -> Iterator[None]:
    """Bugs that the window reports are logged, as is what asyncio finds lying about."""
    seen: list[str] = []

    class Listener(logging.Handler):
        """Collects what is an error."""

        def emit(self, record: logging.LogRecord) -> None:
            seen.append(logging.Formatter().format(record))

    listener = Listener(logging.ERROR)
    logging.getLogger().addHandler(listener)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(listener)
        with steps.step(Step.NO_BUGS):
            demand(not seen, "\n".join(seen))
