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
from PySide6.QtWidgets import QApplication, QLabel

from soleflip_desktop import app
from soleflip_desktop.ui.main_window import MainWindow

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


async def use(window: MainWindow, file: str, shots: Path | None) -> dict[str, Any]:
    facts: dict[str, Any] = {"theme": os.environ.get("SOLEFLIP_THEME", "")}

    def shoot(name: str) -> None:
        if shots is not None:
            window.grab().save(str(shots / f"{name}-{facts['theme']}.png"))

    shoot("starting")
    await until(lambda: window.pages, "the database")
    inventory, orders, imports = window.pages
    await asyncio.sleep(0.5)
    shoot("first-run")
    facts["first_run"] = [
        label.text() for label in inventory.findChildren(QLabel) if label.isVisible()
    ]
    beat = Heartbeat()
    if file == "sample":
        window.import_sample()
    else:
        window.import_files([file])
    await until(lambda: window.queue.running, "the import to start")
    await asyncio.sleep(1.0)
    shoot("import-running")
    await until(lambda: not window.queue.running, "the import", 300)
    await asyncio.sleep(0.3)
    shoot("import-result")
    facts["result"] = [label.text() for label in imports.findChildren(QLabel) if label.isVisible()]
    facts["longest_gap_ms_during_import"] = beat.longest
    for number, (name, page) in enumerate((("inventory", inventory), ("orders", orders))):
        window.go_to(number)
        await until(lambda page=page: " sale" in page.totals, f"the {name}")
        await asyncio.sleep(0.5)
        if name == "orders":
            page.view.selectRow(0)
            await until(lambda page=page: page.pane.detail is not None, "the details of an order")
            await asyncio.sleep(0.3)
        shoot(name)
        facts[name] = page.totals
    orders.search.setText("samba")
    await until(lambda: " of " in orders.header.count_text, "a search")
    await asyncio.sleep(0.3)
    shoot("orders-search")
    facts["search"] = orders.header.count_text
    window.close()
    return facts


def main() -> None:
    data, file, folder = sys.argv[1:4]
    shots = Path(folder) if folder else None
    answer: dict[str, Any] = {}

    class DrivenApp(app.App):
        async def run(self) -> None:
            window: MainWindow = self._window
            window.resize(1480, 900)

            async def drive() -> None:
                try:
                    answer.update(await use(window, file, shots))
                except BaseException as error:
                    answer["error"] = repr(error)
                    window.close()
                    raise

            driver = asyncio.get_running_loop().create_task(drive())
            await super().run()
            await driver

    app.App = DrivenApp  # type: ignore[misc]
    answer["exit"] = app.main(["--data", data])
    QApplication.instance()
    print(json.dumps(answer, ensure_ascii=False))


if __name__ == "__main__":
    main()
