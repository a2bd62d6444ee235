"""Runs the real app and ends it, or keeps it from beginning, in an unusual way.

    python tests/e2e/drive_ends.py DATA WAY SHOTS

WAY: "log-out" is the system's request to quit; "at once" closes the window while the database is
being made; "second start" asks another process to open a file meanwhile; "blocked" expects that the
data folder cannot be used. Prints what was seen as one JSON object.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QLabel

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from e2e.drive_window import answer_first_run, until
from soleflip_desktop import app
from soleflip_desktop.db.embedded import EmbeddedServer
from soleflip_desktop.settings.paths import DataFolder
from soleflip_desktop.ui.main_window import MainWindow

KNOCK = "import sys; from soleflip_desktop.starting import begin; begin(sys.argv[1:]); sys.exit(9)"


class Ending:
    """The ways; `seen` is what they found."""

    def __init__(self, running: app.App, window: MainWindow, data: str) -> None:
        self.running, self.window, self.data = running, window, data
        self.seen: dict[str, Any] = {}

    async def log_out(self) -> None:
        await answer_first_run(self.window)
        await until(lambda: self.window.pages, "the pages")
        application = QApplication.instance()
        assert application is not None
        QCoreApplication.postEvent(application, QEvent(QEvent.Type.Quit))

    async def at_once(self) -> None:
        await until(lambda: self.window.desktop.first_run is not None, "the first questions")
        self.window.close()
        self.seen["other_exit"] = await self.knock()

    async def second_start(self) -> None:
        await until(lambda: self.window.desktop.first_run is not None, "the first questions")
        self.seen["other_exit"] = await self.knock()
        self.seen["had_pages"] = bool(self.window.pages)
        await answer_first_run(self.window)
        await until(lambda: self.window.pages, "the pages")
        await until(self.texts, "word of the file")
        self.seen["said"] = self.texts()
        self.window.close()

    def texts(self) -> list[str]:
        known = self.window.known
        assert known is not None
        return [
            label.text()
            for label in known.imports.findChildren(QLabel)
            if label.isVisible() and "missing.csv" in label.text()
        ]

    async def knock(self) -> int:
        """The exit code of another start: 0 where a window took its file, else 9."""
        command = [sys.executable, "-c", KNOCK, "--data", self.data, "--open", "missing.csv"]
        return (
            await asyncio.to_thread(subprocess.run, command, check=False, timeout=60)
        ).returncode

    async def blocked(self) -> None:
        await until(self.running.ready.is_set, "the start to be given up")
        labels = self.window.findChildren(QLabel)
        self.seen["said"] = "\n".join(each.text() for each in labels if each.isVisible())
        self.window.close()


def main() -> None:
    data, way, _shots = sys.argv[1:4]
    answer: dict[str, Any] = {}

    class DrivenApp(app.App):
        async def run(self) -> None:
            ending = Ending(self, self._window, data)

            async def drive() -> None:
                try:
                    await getattr(ending, way.replace("-", "_").replace(" ", "_"))()
                except BaseException as error:
                    answer["error"] = repr(error)
                    self._window.close()
                    raise

            driver = asyncio.get_running_loop().create_task(drive())
            await super().run()
            await driver
            answer.update(ending.seen)

    folder = DataFolder(Path(data))
    if way == "blocked":
        folder.owner_lock.mkdir(parents=True)
    app.App = DrivenApp  # type: ignore[misc]
    answer["exit"] = app.main(["--data", data])
    if way != "blocked":
        answer["server"] = EmbeddedServer(folder).status().running
    print(json.dumps(answer, ensure_ascii=False))


if __name__ == "__main__":
    main()
