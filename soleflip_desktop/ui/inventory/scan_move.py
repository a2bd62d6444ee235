"""Scan to move: a place, then the units that are to lie there, booked as one step."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from soleflip_desktop.domain.counting import ScanHit, ScanKind
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.doors import UnitsSource
from soleflip_desktop.ui.common.labels import label


class MovePanel(QFrame):
    """Collects scanned units for a scanned place. Hidden until `start`; in sight it takes all hits.

    Signals:
        finished: the panel was closed; nothing is collected any more.
    """

    finished = Signal()

    def __init__(self, units: UnitsSource, kit: UiKit, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "message")
        self._units, self._kit = units, kit
        self._place: str | None = None
        self._ids: dict[int, str] = {}
        self.headline = label("", "section")
        self.last = label("", "muted", wrap=True)
        self.move_units = QPushButton("&Move", self)
        self.move_units.setProperty("role", "primary")
        self.undo = QPushButton("&Remove last", self)
        self.close_panel = QPushButton("&Close", self)
        self.move_units.clicked.connect(self._on_move)
        self.undo.clicked.connect(self._on_undo)
        self.close_panel.clicked.connect(self._on_close)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(20, 10, 16, 10)
        layout.addWidget(self.headline)
        layout.addWidget(self.last, 1)
        for button in (self.move_units, self.undo, self.close_panel):
            layout.addWidget(button)
        self.hide()

    @property
    def collected(self) -> tuple[int, ...]:
        return tuple(self._ids)

    def start(self) -> None:
        self._place = None
        self._ids.clear()
        self._tell("")
        self.show()
        self.close_panel.setFocus(Qt.FocusReason.OtherFocusReason)

    def take(self, hit: ScanHit) -> None:
        """A place, before any unit; then units. Anything else is said and left out."""
        if hit.kind is ScanKind.LOCATION:
            self._place = hit.title
            self._tell("")
        elif hit.kind is ScanKind.UNIT and hit.ids[0] in self._ids:
            self._tell(f"! {hit.title} was scanned already")
        elif hit.kind is ScanKind.UNIT:
            self._ids[hit.ids[0]] = hit.title
            self._tell(f"✓ {hit.title}")
        elif hit.kind is ScanKind.PRODUCT:
            self._tell(f"! {hit.title}: an EAN names no single unit; scan the unit's own label")
        else:
            self._tell(f"? Nobody knows the code {hit.code}")

    def _tell(self, last: str) -> None:
        count = len(self._ids)
        units = "1 unit" if count == 1 else f"{self._kit.formatter.count(count)} units"
        if self._place is None:
            self.headline.setText("Scan the label of a place" if not count else f"{units}: where?")
        else:
            self.headline.setText(f"{units} to {self._place}")
        self.last.setText(last)
        self.move_units.setText(f"&Move {units}")
        self.move_units.setEnabled(bool(count) and self._place is not None)
        self.undo.setEnabled(bool(count))

    def _on_undo(self) -> None:
        _, title = self._ids.popitem()
        self._tell(f"Removed: {title}")

    def _on_close(self) -> None:
        self.hide()
        self.finished.emit()

    def _on_move(self) -> None:
        if self._place is not None and self._ids:
            self.move_units.setEnabled(False)
            self._kit.tasks.start(self._move(self._place, tuple(self._ids)))

    async def _move(self, place: str, ids: tuple[int, ...]) -> None:
        try:
            report = await self._units.set_fields(ids, {"location": place})
        finally:
            self._tell("")
        for item_id in ids:
            self._ids.pop(item_id, None)
        kept = f", {len(report.kept)} left as they were" if report.kept else ""
        self._tell(f"✓ {self._kit.formatter.count(report.changed)} moved to {place}{kept}")
