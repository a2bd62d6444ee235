"""Step 1: what the file is, and how its bytes become rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFrame, QVBoxLayout

from soleflip_desktop.domain.import_plan import PlanChoices
from soleflip_desktop.domain.import_sketch import Candidate, FileSketch
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.labels import label
from soleflip_desktop.ui.integration.wizard.choice_table import Choice
from soleflip_desktop.ui.integration.wizard.draft import LIKELY, ImportDraft, Step, open_questions
from soleflip_desktop.ui.integration.wizard.records_table import RecordsTable
from soleflip_desktop.ui.integration.wizard.step_pane import (
    StepPane,
    combo,
    fill_combo,
    labelled,
    row_of,
)
from soleflip_desktop.ui.integration.wizard.words import (
    DELIMITER_WORDS,
    ENCODING_WORDS,
    TARGET_WORDS,
    confidence_words,
)

PREVIEW_ROWS = 20
_HEADER_ROWS = 20
_UNREADABLE = (
    "If it is a text file in an encoding that cannot be told for certain, choose the encoding: the "
    "first rows appear as soon as they can be read."
)


class FileStep(StepPane):
    """Shows the sketch; each override looks at the file again.

    Signals:
        look_again(PlanChoices): read the beginning once more, like this.
    """

    look_again = Signal(object)

    def __init__(self, kit: UiKit) -> None:
        super().__init__(kit, "", "")
        self.confidence = label("", "muted", wrap=True)
        self.question = label("", "warning", wrap=True)
        self.facts = label("", "muted", wrap=True)
        self.profile = combo("Kind of file")
        self.profile.setMinimumWidth(320)
        self.profile.setPlaceholderText("Please choose")
        self.encoding = combo("Encoding")
        self.encoding.setPlaceholderText("Please choose")
        self.delimiter = combo("Separator", [Choice(*pair) for pair in DELIMITER_WORDS.items()])
        self.delimiter.setPlaceholderText("As it is found")
        self.header_row = combo("Row of the headers", _header_rows())
        self.sheet = combo("Sheet")
        self.preview = RecordsTable(kit, "First rows of the file", self)
        self.preview_title = label("", "section")
        self._build()

    def fill(self, draft: ImportDraft) -> None:
        sketch = draft.sketch
        for widget in self._of_sketch:
            widget.setVisible(sketch is not None)
        self.first_focus = self.encoding if sketch is None else self.profile
        if sketch is None:
            self._show_unreadable(draft)
            return
        self.confidence.setText(_confidence(sketch))
        asked = open_questions(draft, Step.FILE)
        self.title.setText("What kind of file is this?" if asked else _headline(draft, sketch))
        self.question.setText("\n".join(question.message for question in asked))
        self.question.setVisible(bool(asked))
        self._show_facts(sketch)
        chosen = None if asked else _key(draft)
        fill_combo(self.profile, self._profiles(draft, sketch), chosen)
        dialect = sketch.dialect
        self._offer_encodings(dialect.encoding)
        self.delimiter.setCurrentIndex(self.delimiter.findData(dialect.delimiter))
        self.header_row.setCurrentIndex(self.header_row.findData(str(dialect.header_row)))
        fill_combo(self.sheet, [Choice(each, each) for each in sketch.sheets], dialect.sheet)
        self._spreadsheet.setVisible(bool(sketch.sheets))
        self._text_file.setVisible(not sketch.sheets)
        rows = sketch.rows[:PREVIEW_ROWS]
        self.preview_title.setText(f"The first {len(rows)} rows")
        self.preview.show_records(sketch.header, rows)

    def _show_unreadable(self, draft: ImportDraft) -> None:
        """Only what decides how bytes become text can be chosen."""
        self.title.setText(f"{Path(draft.path).name} cannot be read as it is")
        self.confidence.setText(_UNREADABLE)
        self.question.hide()
        self._offer_encodings(draft.choices.encoding)
        self.delimiter.setCurrentIndex(self.delimiter.findData(draft.choices.delimiter))
        self._spreadsheet.hide()
        self._text_file.show()

    def _offer_encodings(self, current: str | None) -> None:
        names = dict.fromkeys((*([current] if current else []), *ENCODING_WORDS))
        choices = [Choice(name, ENCODING_WORDS.get(name, name)) for name in names]
        fill_combo(self.encoding, choices, current)

    def _show_facts(self, sketch: FileSketch) -> None:
        formatter = self.kit.formatter
        facts = [sketch.name, formatter.size(sketch.size)]
        if sketch.row_estimate is not None:
            facts.append(f"about {formatter.count(sketch.row_estimate)} rows")
        facts.append(f"{len(sketch.header)} columns")
        reason = f"\n{sketch.dialect_reason}" if sketch.dialect_reason else ""
        self.facts.setText(" · ".join(facts) + reason)

    def _profiles(self, draft: ImportDraft, sketch: FileSketch) -> Sequence[Choice]:
        """The candidates, best first, then every other kind of file."""
        found = [
            Choice(each.profile, f"{each.title} — {confidence_words(each)}")
            for each in sketch.candidates
        ]
        named = {choice.value for choice in found}
        others = [
            Choice(profile.key, f"{profile.title} ({TARGET_WORDS[profile.target]})")
            for profile in draft.profiles.values()
            if profile.key not in named
        ]
        return [*found, *others]

    def _build(self) -> None:
        self.body.addWidget(self.confidence)
        self.body.addWidget(self.question)
        card = QFrame(self)
        card.setProperty("role", "card")
        inner = QVBoxLayout(card)
        inner.setContentsMargins(16, 12, 16, 12)
        inner.setSpacing(10)
        inner.addWidget(self.facts)
        self._text_file, self._spreadsheet = QFrame(self), QFrame(self)
        kind, headers = QFrame(self), QFrame(self)
        text = row_of(labelled("&Encoding", self.encoding), labelled("&Separator", self.delimiter))
        for frame, layout in (
            (kind, row_of(labelled("&Kind of file", self.profile))),
            (self._text_file, text),
            (self._spreadsheet, row_of(labelled("&Sheet", self.sheet))),
            (headers, row_of(labelled("Headers &in", self.header_row))),
        ):
            layout.setContentsMargins(0, 0, 0, 0)
            frame.setLayout(layout)
        inner.addLayout(row_of(kind, self._text_file, self._spreadsheet, headers))
        self._of_sketch = (self.facts, kind, headers, self.preview_title, self.preview)
        self.body.addWidget(card)
        self.body.addSpacing(4)
        self.body.addWidget(self.preview_title)
        self.body.addWidget(self.preview, 1)
        self.body.addStretch(0)
        self._connect(self.profile, "profile")
        self._connect(self.encoding, "encoding")
        self._connect(self.delimiter, "delimiter")
        self._connect(self.sheet, "sheet")
        self.header_row.activated.connect(self._on_header_row)

    def _connect(self, box: QComboBox, name: str) -> None:
        box.activated.connect(lambda _at: self._choose(name, box.currentData()))

    def _on_header_row(self) -> None:
        self._choose("header_row", int(self.header_row.currentData()))

    def _choose(self, name: str, value: object) -> None:
        if self.draft is not None:
            choices: PlanChoices = replace(self.draft.choices, **{name: value})  # type: ignore[arg-type]
            self.look_again.emit(choices)


def _header_rows() -> Sequence[Choice]:
    return [Choice(str(row), f"Row {row + 1}") for row in range(_HEADER_ROWS)]


def _headline(draft: ImportDraft, sketch: FileSketch) -> str:
    best = _chosen(draft, sketch)
    if best is None:
        title = "" if draft.profile is None else draft.profile.title
        return f"{sketch.name} is read as: {title}" if title else "What kind of file is this?"
    return f"This looks like {_article(best.title)} ({best.found} of {best.columns} columns)"


def _chosen(draft: ImportDraft, sketch: FileSketch) -> Candidate | None:
    key = _key(draft)
    return next((each for each in sketch.candidates if each.profile == key), None)


def _key(draft: ImportDraft) -> str | None:
    return draft.choices.profile or (None if draft.plan is None else draft.plan.profile)


def _confidence(sketch: FileSketch) -> str:
    if not sketch.candidates:
        return "No known layout has these columns. Choose what the rows are."
    best = sketch.candidates[0]
    text = f"{confidence_words(best)}: {best.title}"
    if best.missing:
        return f"{text}. Missing: {', '.join(best.missing)}."
    others = [each.title for each in sketch.candidates[1:] if each.confidence >= LIKELY]
    if sketch.certain or not others:
        return f"{text}."
    return f"{text}. Also possible: {', '.join(others)}."


def _article(title: str) -> str:
    """Like "an eBay orders report"; "Purchases" are many already."""
    if title.endswith("s"):
        return title
    return f"{'an' if title[:1].casefold() in 'aeiou' else 'a'} {title}"
