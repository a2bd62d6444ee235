"""The first moments of a start: something to look at.

In the way of the first paint stands only what is imported here and by the window itself: no event
loop, no server, no pages (performance.md E). A test says what must not be. Launching the server
even before Qt is imported was measured too: it delays the paint and does not hasten the rows, as
the server is up long before its driver is imported.
"""

from __future__ import annotations

import argparse
import gc
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from soleflip_desktop import __version__
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.resources import resource_path
from soleflip_desktop.settings.file_lock import FileLock
from soleflip_desktop.settings.log_file import log_to
from soleflip_desktop.settings.options import Options
from soleflip_desktop.settings.paths import DataFolder
from soleflip_desktop.settings.start_marks import mark

if TYPE_CHECKING:
    from soleflip_desktop.ui.common.application import DesktopApplication
    from soleflip_desktop.ui.common.first_paint import FirstPaint
    from soleflip_desktop.ui.main_window import MainWindow

#: A window that opens minimised or on a locked screen is not painted for hours.
LONGEST_MS = 1000


@dataclass(frozen=True, slots=True)
class Start:
    """What stands when the window is painted; `App` goes on with it."""

    options: Options
    application: DesktopApplication
    window: MainWindow
    #: The lock of the data folder; None with a shared database, or where another window has it.
    owner: FileLock | None
    _log_file: logging.Handler = field(repr=False)

    def close(self) -> None:
        logging.getLogger().removeHandler(self._log_file)
        self._log_file.close()


def begin(argv: Sequence[str]) -> Start:
    """Paints the window, or hands over to the one that has the data folder and ends the process.

    Leaves the garbage collector off: imports, which leave no garbage, take a quarter less time so.
    `App` switches it on again.
    """
    mark("main")
    gc.disable()
    # Of numpy, which would start a thread a core for matrices that we do not have.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    arguments = _parse(argv)
    options = Options.of(arguments.data, arguments.database)
    problem, owner = "", None
    try:
        options.folder.create()
        owner = None if options.url else _own(options.folder, arguments.open)
    except (UserError, OSError) as error:
        problem = str(error)
    log_file = log_to(options.folder)
    application, window = open_window(options.folder)
    if problem and options.url:  # else the server, which needs the folder, says it
        window.notifier.error(problem)
    window.desktop.open_files([str(path.absolute()) for path in arguments.open])
    return Start(options, application, window, owner, log_file)


def _own(folder: DataFolder, files: Sequence[Path]) -> FileLock | None:
    """The lock of the folder's window; None where a window that does not answer has it."""
    owner = FileLock(folder.owner_lock)
    if owner.try_acquire():
        return owner
    if _handed_over(folder, files):
        sys.exit(0)
    # The other one may have been about to end; if not, the server says what is the matter.
    return owner if owner.try_acquire() else None


def open_window(folder: DataFolder) -> tuple[DesktopApplication, MainWindow]:
    """Qt, and the window with its starting page, which is painted when this returns."""
    from PySide6.QtCore import QSettings  # noqa: PLC0415  (after the garbage collector is off)
    from PySide6.QtGui import QIcon  # noqa: PLC0415

    from soleflip_desktop.ui.common.first_paint import FirstPaint  # noqa: PLC0415
    from soleflip_desktop.ui.common.formatting import Formatter, system_locale  # noqa: PLC0415
    from soleflip_desktop.ui.common.region import apply_region, stored_region  # noqa: PLC0415
    from soleflip_desktop.ui.common.theme import Theme  # noqa: PLC0415
    from soleflip_desktop.ui.main_window import MainWindow  # noqa: PLC0415

    application = _application()
    settings = QSettings(str(folder.root / "window.ini"), QSettings.Format.IniFormat)
    region = stored_region(settings) or system_locale()
    apply_region(application, region)
    window = MainWindow(settings, Theme(application), Formatter(region), __version__)
    application.files_opened.connect(window.desktop.open_files)
    _show(window, FirstPaint(window))
    application.setWindowIcon(QIcon(str(resource_path("icons/app.svg"))))
    return application, window


def _application() -> DesktopApplication:
    from soleflip_desktop.ui.common.application import DesktopApplication  # noqa: PLC0415

    application = DesktopApplication.instance()
    if not isinstance(application, DesktopApplication):
        application = DesktopApplication([sys.argv[0]])
        application.setApplicationName("SoleFlip Desktop")
        application.setApplicationVersion(__version__)
        application.setDesktopFileName("io.github.soleflip.desktop")
        application.setQuitOnLastWindowClosed(False)  # closing a dialog must not end coroutines
    return application


def _handed_over(folder: DataFolder, files: Sequence[Path]) -> bool:
    """To the window that has the folder; it comes to the front."""
    from soleflip_desktop.ui.common.single_instance import hand_over  # noqa: PLC0415

    _application()
    return hand_over(folder.root, [str(path) for path in files])


def _show(window: MainWindow, paint: FirstPaint) -> None:
    """Lets Qt work until the window is painted, or seems not to be for a while."""
    from PySide6.QtCore import QEventLoop, QTimer  # noqa: PLC0415  (as above)

    waiting = QEventLoop()
    enough = QTimer(waiting, interval=LONGEST_MS, singleShot=True)
    enough.timeout.connect(waiting.quit)
    paint.painted.connect(waiting.quit)
    window.show()
    mark("window shown")
    enough.start()
    waiting.exec()


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="soleflip-desktop")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--database")
    parser.add_argument("--open", action="append", default=[], type=Path, metavar="FILE")
    return parser.parse_args(argv)
