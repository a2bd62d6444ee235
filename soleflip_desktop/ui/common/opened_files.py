"""Files that come from outside: the command line, another start, the desktop, a drop."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from soleflip_desktop.domain.file_kinds import is_profile
from soleflip_desktop.domain.import_plan import Profile
from soleflip_desktop.sync.import_desk import ImportDesk
from soleflip_desktop.ui.common.context import UiKit


class OpenedFiles(QObject):
    """Adds import profiles; everything else goes to the page of imports.

    Signals:
        importable(list): paths to import as if they had been chosen.
    """

    importable = Signal(list)

    def __init__(self, desk: ImportDesk, kit: UiKit, window: QWidget) -> None:
        super().__init__(window)
        self._desk, self._kit, self._window = desk, kit, window

    def open(self, paths: Sequence[str]) -> None:
        others = [path for path in paths if not is_profile(path)]
        for path in paths:
            if is_profile(path):
                self._kit.tasks.start(self._add(Path(path)))
        if others:
            self.importable.emit(others)

    async def _add(self, path: Path) -> None:
        """Raises UserError for a file that is no profile."""
        profile = await self._desk.read_profile(path)
        known = {each.key: each for each in await self._desk.profiles()}
        same = known.get(profile.key)
        if same == profile:
            self._kit.notifier.info(f"The import profile {profile.title} is there already.")
        elif same is None or same.builtin:  # the desk says why a shipped one stays
            await self._keep(path)
        else:
            self._ask_to_replace(path, same)

    async def _keep(self, path: Path) -> None:
        profile = await self._desk.add_profile(path)
        self._kit.notifier.success(
            f"Added the import profile {profile.title}. It reads files like it from now on."
        )

    def _ask_to_replace(self, path: Path, same: Profile) -> None:
        box = QMessageBox(self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.Question)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setWindowTitle("Replace an import profile")
        box.setText(f"There is an import profile {same.title} already. Replace it?")
        box.setInformativeText(
            f"{path.name} reads files in another way. Imports that are done stay as they are."
        )
        replace = box.addButton("&Replace", QMessageBox.ButtonRole.AcceptRole)
        keep = box.addButton("&Keep the old one", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.setEscapeButton(keep)
        replace.clicked.connect(lambda: self._kit.tasks.start(self._keep(path)))
        box.open()
