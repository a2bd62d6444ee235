"""The last scan, large enough to be read from the shelf, and a field for codes that are typed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from soleflip_desktop.domain.counting import CountLine, CountMark
from soleflip_desktop.ui.common.columns import Tone
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.labels import label, set_role
from soleflip_desktop.ui.inventory.counts.sheet_model import MARK_TONES, MARK_WORDS

_BAR_WIDTH, _FIELD_WIDTH = 8, 230
_SAID = {
    CountMark.MISSING: "Not scanned yet",
    CountMark.FOUND: "It lies where it should.",
    CountMark.TWICE: "It was scanned before: put it aside, or undo the scan.",
    CountMark.ELSEWHERE: "It is booked at another place. Finishing the count can move it here.",
    CountMark.GONE: "It lies here, though it is booked as not in stock. Look what became of it.",
    CountMark.UNKNOWN: "Nobody knows this code. Look at the label and scan it again.",
}


class ScanPanel(QFrame):
    """Says what the last scan was, by word, sign and colour.

    Signals:
        entered(str): a code was typed and confirmed with Enter.
    """

    entered = Signal(str)

    def __init__(self, kit: UiKit, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._theme = kit.theme
        self._tone = Tone.MUTED
        self.word = label("Ready to scan", "figure")
        self.title = label("", "section", wrap=True)
        self.sentence = label("Scan a unit's label, or type its code.", "muted", wrap=True)
        self.field = QLineEdit(self)
        self.field.setPlaceholderText("Type a code, then Enter")
        self.field.setAccessibleName("Code")
        self.field.setFixedWidth(_FIELD_WIDTH)
        self.field.returnPressed.connect(self._on_entered)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        for widget in (self.word, self.title, self.sentence):
            texts.addWidget(widget)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(24, 14, 16, 14)
        layout.addLayout(texts, 1)
        layout.addWidget(self.field, 0, Qt.AlignmentFlag.AlignTop)
        kit.theme.changed.connect(self.update)

    def wait(self) -> None:
        self._say(Tone.MUTED, "Ready to scan", "", "Scan a unit's label, or type its code.")

    def show_line(self, line: CountLine) -> None:
        what = ", ".join(part for part in (line.product, line.size) if part) or line.code
        place = f"  ·  booked at {line.location}" if line.location else ""
        self._say(MARK_TONES[line.mark], MARK_WORDS[line.mark], f"{what}{place}", _SAID[line.mark])

    def show_error(self, error: object) -> None:
        self._say(Tone.BAD, "! Not counted", "", str(error))

    def paintEvent(self, event: QPaintEvent) -> None:
        """A broad bar in the colour of the result, for whoever stands two metres away."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.fillRect(0, 0, _BAR_WIDTH, self.height(), self._theme.tone_color(self._tone))
        painter.end()

    def _say(self, tone: Tone, word: str, title: str, sentence: str) -> None:
        self._tone = tone
        self.word.setText(word)
        self.title.setText(title)
        self.title.setVisible(bool(title))
        self.sentence.setText(sentence)
        set_role(self.word, "bad_figure" if tone is Tone.BAD else "figure")
        self.setAccessibleDescription(f"{word}. {title}. {sentence}")
        self.update()

    def _on_entered(self) -> None:
        code = self.field.text().strip()
        self.field.clear()
        if code:
            self.entered.emit(code)
