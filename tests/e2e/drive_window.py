"""Runs the real app with a user inside it: opens, imports, looks at every page, closes.

    python tests/e2e/drive_window.py DATA FILE SHOTS [light|dark]

Prints one JSON object of what a user would have seen. FILE may be "sample". SHOTS is a folder for
pictures of the pages, "" for none.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QElapsedTimer, QTimer
from PySide6.QtWidgets import QLabel, QWidget

from soleflip_desktop import app
from soleflip_desktop.domain.preferences import Begin
from soleflip_desktop.ui.integration.page import ImportsPage
from soleflip_desktop.ui.inventory.page import InventoryPage
from soleflip_desktop.ui.main_window import MainWindow
from soleflip_desktop.ui.transactions.page import OrdersPage

BEAT_MS = 5


class Heartbeat:
    """The longest time the GUI thread was away, in milliseconds."""

    def __init__(self) -> None:
        self.longest = 0
        self._since = QElapsedTimer()
        self._timer = QTimer(interval=BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._since.start()
        self._timer.start()

    def _beat(self) -> None:
        self.longest = max(self.longest, int(self._since.restart()))


async def until(done: Callable[[], Any], what: str, limit_s: float = 60) -> None:
    end = time.monotonic() + limit_s
    while not done():
        if time.monotonic() > end:
            raise TimeoutError(what)
        await asyncio.sleep(0.02)


async def answer_first_run(window: MainWindow) -> None:
    """As somebody who wants to look around: it may be answered before the database is up."""
    first = window.desktop
    await until(lambda: first.first_run is not None or window.pages, "the first start's questions")
    if first.first_run is not None and (page := first.first_run.page) is not None:
        await until(lambda: page.form.filled, "the list of regions")
        page.tiles[Begin.EMPTY].click()


class Visit:
    """A user's way through the window, and what was seen on it."""

    def __init__(self, window: MainWindow, shots: Path | None) -> None:
        self.window = window
        self.shots = shots
        self.theme = os.environ.get("SOLEFLIP_THEME", "")
        self.seen: dict[str, Any] = {}

    def shoot(self, name: str) -> None:
        if self.shots is not None:
            self.window.grab().save(str(self.shots / f"{name}-{self.theme}.png"))

    def texts(self, page: QWidget) -> list[str]:
        return [label.text() for label in page.findChildren(QLabel) if label.isVisible()]

    async def go(self, file: str) -> None:
        self.shoot("starting")
        await until(lambda: self.window.pages, "the database")
        self.seen["base_currency"] = self.window.kit.base_currency.code
        await asyncio.sleep(0.5)
        self.shoot("first-run")
        self.seen["first_run"] = self.texts(self.window.pages[0])
        await self.bring_in(file)
        for number, name in enumerate(("inventory", "orders")):
            await self.look_at(number, name)
        await self.search("samba")
        self.window.close()

    async def bring_in(self, file: str) -> None:
        beat = Heartbeat()
        if file == "sample":
            self.window.import_sample()
        else:
            self.window.import_files([file])
            wizard = self.imports.wizard
            await until(wizard.buttons.import_now.isEnabled, "the file to be recognised")
            await asyncio.sleep(0.3)
            self.shoot("import-recognised")
            wizard.buttons.import_now.click()
        queue = self.window.queue
        assert queue is not None
        await until(lambda: queue.running, "the import to start")
        await asyncio.sleep(1.0)
        self.shoot("import-running")
        await until(lambda: not queue.running, "the import", 300)
        await asyncio.sleep(0.3)
        self.shoot("import-result")
        self.seen["result"] = self.texts(self.window.pages[2])
        self.seen["longest_gap_ms_during_import"] = beat.longest

    @property
    def imports(self) -> ImportsPage:
        page = self.window.pages[2]
        assert isinstance(page, ImportsPage)
        return page

    async def look_at(self, number: int, name: str) -> None:
        self.window.go_to(number)
        page = self.window.pages[number]
        assert isinstance(page, InventoryPage | OrdersPage)
        await until(lambda: " sale" in page.totals, f"the {name}")
        await asyncio.sleep(0.5)
        page.view.selectRow(0)
        await until(lambda: page.pane.detail is not None, f"the details of one of the {name}")
        await asyncio.sleep(0.3)
        self.shoot(name)
        self.seen[name] = page.totals

    async def search(self, words: str) -> None:
        page = self.window.pages[1]
        assert isinstance(page, OrdersPage)
        page.search.setText(words)
        await until(lambda: " of " in page.header.count_text, "a search")
        await asyncio.sleep(0.3)
        self.shoot("orders-search")
        self.seen["search"] = page.header.count_text


def main(visitor: type[Visit] = Visit) -> None:
    """Runs the app with the visitor inside."""
    data, file, folder = sys.argv[1:4]
    shots = Path(folder) if folder else None
    answer: dict[str, Any] = {}

    class DrivenApp(app.App):
        async def run(self) -> None:
            window: MainWindow = self._window
            window.resize(1480, 900)

            async def drive() -> None:
                visit = visitor(window, shots)
                try:
                    await answer_first_run(window)
                    await visit.go(file)
                except BaseException as error:
                    answer["error"] = repr(error)
                    window.close()
                    raise
                answer.update(visit.seen)

            driver = asyncio.get_running_loop().create_task(drive())
            await super().run()
            await driver

    app.App = DrivenApp  # type: ignore[misc]
    answer["exit"] = app.main(["--data", data])
    print(json.dumps(answer, ensure_ascii=False))


if __name__ == "__main__":
    main()
