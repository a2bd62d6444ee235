"""What the window shows until the database is up, and if it does not come up."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from soleflip_desktop.domain.preferences import StartStage
from soleflip_desktop.ui.common.icons import IconSet

_WIDTH = 520
_ICON_SIZE = 48
STAGE_WORDS = {
    StartStage.MAKING: "making the database",
    StartStage.STARTING: "starting the database",
    StartStage.TABLES: "setting up the tables",
}
_STARTING, _PREPARING = "Starting the database…", "Preparing the database, once…"


class StartingPage(QWidget):
    """Says that the database is being started, or why it could not be.

    Signals:
        retry_requested: "Try again".
    """

    retry_requested = Signal()

    def __init__(self, icons: IconSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._first = False
        picture = QLabel(self)
        icons.follow_label(picture, "database", _ICON_SIZE, "faint")
        self._title = QLabel(self)
        self._title.setProperty("role", "title")
        self._text = QLabel(self)
        self._text.setProperty("role", "muted")
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setFixedWidth(_WIDTH)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._bar = QProgressBar(self)
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(_WIDTH // 2)
        self._bar.setAccessibleName("Starting")
        self.retry = QPushButton("&Try again", self)
        self.retry.setProperty("role", "primary")
        self.retry.clicked.connect(self._on_retry_clicked)
        layout = QVBoxLayout(self)
        layout.setSpacing(14)
        layout.addStretch(2)
        for widget in (picture, self._title, self._text, self._bar, self.retry):
            layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        for label in (self._title, self._text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addStretch(3)
        self.show_progress(_STARTING)

    @property
    def text(self) -> str:
        return f"{self._title.text()}\n{self._text.text()}"

    def show_progress(self, title: str, detail: str = "") -> None:
        self._say(title, detail, failed=False)

    def show_stage(self, stage: StartStage) -> None:
        """What is being done now; the first start says that it is done just once."""
        self._first = self._first or stage is StartStage.MAKING
        words = STAGE_WORDS[stage]
        detail = f"{words[0].upper()}{words[1:]}"
        self.show_progress(_PREPARING if self._first else _STARTING, detail)

    def show_advice(self, title: str, text: str) -> None:
        """What has to be done outside the app before it can start; trying again would not help."""
        self._say(title, text, failed=True)
        self.retry.hide()

    def show_error(self, text: str) -> None:
        self._say("The database could not be started", text, failed=True)
        self.retry.setFocus(Qt.FocusReason.OtherFocusReason)

    def _say(self, title: str, text: str, *, failed: bool) -> None:
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        # A centred item of a box layout is not given the height its wrapped text needs.
        self._text.setFixedHeight(max(0, self._text.heightForWidth(_WIDTH)))
        self._bar.setVisible(not failed)
        self.retry.setVisible(failed)

    def _on_retry_clicked(self) -> None:
        self.show_progress(_STARTING)
        self.retry_requested.emit()
