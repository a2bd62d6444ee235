"""Step 4: what the file's words mean, once per distinct word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from soleflip_desktop.domain.import_fields import Kind
from soleflip_desktop.domain.import_plan import ImportPlan
from soleflip_desktop.domain.import_sketch import QuestionKind
from soleflip_desktop.ui.common.columns import Column, Tone, number_column, text_column
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.field_words import spoken
from soleflip_desktop.ui.common.labels import label
from soleflip_desktop.ui.integration.wizard.choice_table import Choice, ChoiceModel, ChoiceTable
from soleflip_desktop.ui.integration.wizard.draft import (
    ImportDraft,
    Step,
    answered,
    fields,
    open_questions,
    unknown_words,
)
from soleflip_desktop.ui.integration.wizard.plan_edits import WORD_KINDS, meaning, with_value
from soleflip_desktop.ui.integration.wizard.step_pane import StepPane

_HINT = (
    "Each different word is decided once, for all its rows. Names, such as suppliers, are taken "
    "as they are unless you give them another one; unknown names become new records."
)
_UNKNOWN = "Not known: its rows are rejected"


@dataclass(frozen=True, slots=True)
class WordLine:
    """One distinct word of a field: how often it stands there and what it means."""

    field: str
    title: str
    word: str
    count: int
    free: bool
    ours: str | None
    choices: tuple[Choice, ...]


class ValuesStep(StepPane):
    """A table of words, those without a meaning first."""

    def __init__(self, kit: UiKit) -> None:
        super().__init__(kit, "What do these words mean?", _HINT)
        self.open = label("", "warning", wrap=True)
        self.model = ChoiceModel(
            _columns(kit),
            lambda line: line.choices,
            lambda line: line.ours or "",
            self,
            free=lambda line: line.free,
        )
        self.table = ChoiceTable(self.model, kit.theme, self, "Words of the file", wide="word")
        self.model.chosen.connect(self._on_chosen)
        self.none = label("No column of this file holds words to translate.", "muted")
        self.body.addWidget(self.open)
        self.body.addWidget(self.none)
        self.body.addWidget(self.table, 1)

    def fill(self, draft: ImportDraft) -> None:
        if draft.plan is None:
            return
        lines = _lines(draft, draft.plan)
        self.table.set_rows(lines)
        self.none.setVisible(not lines)
        self.table.setVisible(bool(lines))
        unknown = len(unknown_words(draft))
        known = fields(draft)
        asked = [
            question.message
            for question in open_questions(draft, Step.VALUES)
            if question.subject not in known or known[question.subject].kind is not Kind.CHOICE
        ]
        if unknown:
            words = "1 word has" if unknown == 1 else f"{unknown} words have"
            asked.insert(0, f"{words} no meaning yet; their rows would be rejected.")
        self.open.setText("\n".join(asked))
        self.open.setVisible(bool(asked))

    def _on_chosen(self, row: int, ours: str) -> None:
        draft, line = self.draft, self.model.row(row)
        if draft is None or draft.plan is None:
            return
        same = ours == line.word and line.free
        plan = with_value(draft.plan, line.field, line.word, None if same or not ours else ours)
        header = plan.header_of(line.field)
        self.decide(answered(replace(draft, plan=plan), QuestionKind.VALUE, line.field, header))


def _lines(draft: ImportDraft, plan: ImportPlan) -> list[WordLine]:
    scan, known = draft.scan, fields(draft)
    if scan is None:
        return []
    lines = []
    for name, words in scan.words.items():
        if name not in known or known[name].kind not in WORD_KINDS or plan.column(name) is None:
            continue
        free = known[name].kind is Kind.NAME
        shared = () if free else _closed(draft, name)
        for word, count in words:
            choices = _named(draft, name, word) if free else shared
            ours = meaning(plan, name, word)
            title = known[name].title
            lines.append(WordLine(name, title, word, count, free, ours, tuple(choices)))
    return sorted(lines, key=lambda line: line.ours is not None)


def _closed(draft: ImportDraft, name: str) -> tuple[Choice, ...]:
    choices = fields(draft)[name].choices
    return (
        () if choices is None else tuple(Choice(each.value, spoken(each.value)) for each in choices)
    )


def _named(draft: ImportDraft, name: str, word: str) -> Sequence[Choice]:
    """The name itself, what the question offers, and the other names of the file."""
    header = name if draft.plan is None else draft.plan.header_of(name)
    offered = [
        option
        for question in draft.questions
        if question.kind is QuestionKind.VALUE and question.subject in {name, header}
        for option in question.options
    ]
    others = () if draft.scan is None else (other for other, _count in draft.scan.words[name])
    names = dict.fromkeys([*offered, *others])
    names.pop(word, None)
    return [Choice(word, f"{word} (as it is)"), *(Choice(each, each) for each in names)]


def _text(line: WordLine) -> str:
    if line.ours is None:
        return _UNKNOWN
    if line.free:
        return f"{line.word} (as it is)" if line.ours == line.word else line.ours
    return spoken(line.ours)


def _tone(line: WordLine) -> Tone:
    return Tone.WARNING if line.ours is None else Tone.PLAIN


def _columns(kit: UiKit) -> tuple[Column[WordLine], ...]:
    return (
        text_column("field", "Field", lambda line: line.title, width=150, sortable=False),
        text_column("word", "In the file", lambda line: line.word, width=280, sortable=False),
        number_column("count", "Rows", lambda line: line.count, kit.formatter, width=80),
        Column("choice", "Means", _text, _text, width=280, tone=_tone),
    )
