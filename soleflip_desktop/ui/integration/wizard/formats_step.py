"""Step 3: how numbers and dates are read, with the evidence for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import available_timezones

from PySide6.QtWidgets import QComboBox

from soleflip_desktop.domain.currencies import USUAL_CURRENCIES
from soleflip_desktop.domain.import_fields import Kind
from soleflip_desktop.domain.import_plan import DateOrder, ImportPlan, NumberStyle
from soleflip_desktop.domain.import_sketch import ColumnEvidence, QuestionKind
from soleflip_desktop.ui.common.columns import Column, Tone, text_column
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.labels import label
from soleflip_desktop.ui.integration.wizard.choice_table import Choice, ChoiceModel, ChoiceTable
from soleflip_desktop.ui.integration.wizard.draft import (
    ImportDraft,
    Step,
    answered,
    fields,
    open_questions,
)
from soleflip_desktop.ui.integration.wizard.plan_edits import (
    DATE_KINDS,
    NUMBER_KINDS,
    with_dates,
    with_number,
)
from soleflip_desktop.ui.integration.wizard.step_pane import (
    StepPane,
    combo,
    fill_combo,
    labelled,
    row_of,
)
from soleflip_desktop.ui.integration.wizard.words import DATE_WORDS, NUMBER_WORDS

_HINT = (
    "Decided from all values of each column. Where they allow two readings, only you know which "
    "one is right."
)
_CHOOSE = "Please choose"


@dataclass(frozen=True, slots=True)
class FormatLine:
    """One column of numbers or dates; `style` is the value of its style, "" while it is open."""

    field: str
    header: str
    dates: bool
    style: str
    evidence: ColumnEvidence


class FormatsStep(StepPane):
    """A table of styles, and what holds for the whole file: currency and time zone."""

    def __init__(self, kit: UiKit) -> None:
        super().__init__(kit, "How are numbers and dates written?", _HINT)
        self.question = label("", "warning", wrap=True)
        self.model = ChoiceModel(_columns(), _choices, lambda line: line.style, self)
        self.table = ChoiceTable(
            self.model, kit.theme, self, "Number and date formats", wide="evidence"
        )
        self.first_focus = self.table
        self.model.chosen.connect(self._on_chosen)
        self.currency = combo("Currency of amounts", free=True)
        zones = [Choice(name, name) for name in sorted(available_timezones())]
        self.zone = combo("Time zone", zones, free=True)
        self.zone.setMinimumWidth(220)
        for box in (self.currency, self.zone):
            box.activated.connect(self._on_file_wide)
            if (edit := box.lineEdit()) is not None:
                edit.editingFinished.connect(self._on_file_wide)
        self.body.addWidget(self.question)
        self.body.addWidget(self.table, 1)
        self.detail = label("", "muted", wrap=True)
        self.body.addWidget(self.detail)
        self.table.selectionModel().currentRowChanged.connect(lambda *_rows: self._explain())
        self.body.addLayout(
            row_of(
                labelled("C&urrency of amounts that name none", self.currency),
                labelled("Time &zone of times without one", self.zone),
            )
        )

    def fill(self, draft: ImportDraft) -> None:
        plan = draft.plan
        if plan is None:
            return
        asked = open_questions(draft, Step.FORMATS)
        self.question.setText("\n".join(question.message for question in asked))
        self.question.setVisible(bool(asked))
        self.table.set_rows(_lines(draft, plan))
        if not self.table.currentIndex().isValid() and self.model.rowCount():
            self.table.setCurrentIndex(self.model.index(0, self.model.choice_column))
        self._explain()
        offered = self.kit.base_currency.before(USUAL_CURRENCIES)  # first, but never chosen unasked
        fill_combo(self.currency, [Choice(code, code) for code in offered], plan.currency or "")
        _show(self.zone, plan.zone)

    def _explain(self) -> None:
        """The whole evidence of the line under the cursor; the table may cut it off."""
        row = self.table.currentIndex().row()
        line = self.model.row(row) if 0 <= row < self.model.rowCount() else None
        parts = () if line is None else (f"{line.header}:", line.evidence.sentence, _example(line))
        self.detail.setText(" ".join(part for part in parts if part))

    def _on_chosen(self, row: int, style: str) -> None:
        draft = self.draft
        if draft is None or draft.plan is None or not style:
            return
        line = self.model.row(row)
        if line.dates:
            plan = with_dates(draft.plan, line.field, DateOrder(style))
            kind = QuestionKind.DATES
        else:
            plan = with_number(draft.plan, line.field, NumberStyle(style))
            kind = QuestionKind.NUMBER
        self.decide(answered(replace(draft, plan=plan), kind, line.field, line.header))

    def _on_file_wide(self) -> None:
        draft = self.draft
        if draft is None or draft.plan is None:
            return
        currency = self.currency.currentText().strip().upper() or None
        zone = self.zone.currentText().strip()
        if self.zone.findData(zone) < 0:  # no zone that there is
            zone = draft.plan.zone
            _show(self.zone, zone)
        plan = replace(draft.plan, currency=currency, zone=zone)
        if plan != draft.plan:
            choices = replace(draft.choices, currency=currency, zone=zone)
            self.decide(replace(draft, plan=plan, choices=choices))


def _show(box: QComboBox, value: str) -> None:
    box.setCurrentIndex(box.findData(value))
    box.setEditText(value)


def _lines(draft: ImportDraft, plan: ImportPlan) -> list[FormatLine]:
    """The open ones first: they are what keeps the import."""
    scan, known = draft.scan, fields(draft)
    evidence = {} if scan is None else scan.evidence
    lines = []
    for column in plan.columns:
        kind = known[column.field].kind if column.field in known else Kind.TEXT
        if column.source is None or kind not in NUMBER_KINDS | DATE_KINDS:
            continue
        header, dates = plan.header[column.source], kind in DATE_KINDS
        style = column.dates if dates else column.number
        found = evidence.get(column.field) or ColumnEvidence(column.field, header, 0, {}, {})
        if kind is Kind.COUNT and style is None and not found.ambiguous:
            continue  # whole numbers are read the same in any style
        lines.append(FormatLine(column.field, header, dates, style or "", found))
    return sorted(lines, key=lambda line: bool(line.style))


def _choices(line: FormatLine) -> Sequence[Choice]:
    words = DATE_WORDS.items() if line.dates else NUMBER_WORDS.items()
    return [
        Choice(style.value, f"{text}   {_reading(line, style.value)}".rstrip())
        for style, text in words
    ]


def _reading(line: FormatLine, style: str) -> str:
    """Like "→ 4 March 2025": what the example is, read in a style."""
    reading = line.evidence.readings.get(style, "")
    return f"→ {reading}" if reading else ""


def _example(line: FormatLine) -> str:
    """Before and after; while it is open, all readings there are."""
    example, readings = line.evidence.example, line.evidence.readings
    if not example:
        return ""
    if line.style:
        return f"{example} {_reading(line, line.style)}".rstrip()
    return f"{example} → {' or '.join(readings.values())}" if readings else example


def _style_text(line: FormatLine) -> str:
    if not line.style:
        return _CHOOSE
    return (
        DATE_WORDS[DateOrder(line.style)] if line.dates else NUMBER_WORDS[NumberStyle(line.style)]
    )


def _columns() -> tuple[Column[FormatLine], ...]:
    def tone(line: FormatLine) -> Tone:
        return Tone.PLAIN if line.style else Tone.WARNING

    return (
        text_column("header", "Column", lambda line: line.header, width=140, sortable=False),
        text_column(
            "evidence", "Why", lambda line: line.evidence.sentence, width=330, sortable=False
        ),
        text_column("example", "Example", _example, width=240, sortable=False),
        Column("choice", "Written as", _style_text, _style_text, width=230, tone=tone),
    )
