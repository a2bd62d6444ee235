"""What is new in the version that runs."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.form_dialog import FormDialog
from soleflip_desktop.ui.system.updates.door import UpdateDoor
from soleflip_desktop.ui.system.updates.notes_view import NotesView

_NOTHING = "This copy brings no list of its changes."


class NewsDialog(FormDialog):
    """Shown with open(). `after`: the version that ran before the update."""

    def __init__(
        self, door: UpdateDoor, kit: UiKit, parent: QWidget, *, after: str | None = None
    ) -> None:
        title = f"What is new in {door.version}"
        super().__init__(kit, title, parent)
        self._door, self._after = door, after
        self.headline.setProperty("role", "step_title")
        self.headline.setText(title if after is None else f"{title} (was {after})")
        self.notes = NotesView(title, self)
        self.body.addWidget(self.notes, 1)
        self.close_button = self.add_closing_button("&Close")
        self.close_button.setDefault(True)
        self.resize(640, 480)
        self.load(self._load())

    async def _load(self) -> None:
        self.notes.show_notes(await self._door.news(self._after) or _NOTHING)
