"""Several files at once: those that need no question go in directly, the others one by one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.integration import ImportRequest
from soleflip_desktop.sync.import_desk import ImportDesk
from soleflip_desktop.ui.integration.import_queue import ImportOutcome
from soleflip_desktop.ui.integration.wizard.preparing import opened


class Arrivals(QObject):
    """Looks at each file and says where it belongs.

    Signals:
        certain(ImportRequest): can be imported as it is.
        doubtful(str): the path of a file for the wizard.
        unreadable(ImportOutcome): cannot be imported; the outcome says why.
    """

    certain = Signal(object)
    doubtful = Signal(str)
    unreadable = Signal(object)

    def __init__(self, desk: ImportDesk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk

    async def sort(self, paths: Sequence[str]) -> None:
        for path in paths:
            try:
                draft = await opened(self._desk, path)
            except UserError as error:
                self.unreadable.emit(ImportOutcome(path, error=str(error)))
                continue
            if draft.unreadable:
                self.unreadable.emit(ImportOutcome(path, error=draft.unreadable))
            elif draft.certain:
                self.certain.emit(ImportRequest(path, choices=draft.choices))
            else:
                self.doubtful.emit(path)
