"""Where an import stands in the wizard: what is known of the file and what was decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from soleflip_desktop.domain.import_fields import FIELDS, ImportField, Kind, Target
from soleflip_desktop.domain.import_plan import Identity, ImportPlan, PlanChoices, Profile
from soleflip_desktop.domain.import_sketch import FileScan, FileSketch, Question, QuestionKind
from soleflip_desktop.domain.integration import ImportResult
from soleflip_desktop.ui.integration.wizard.plan_edits import field_of_header, meaning


class Step(StrEnum):
    """The steps, in their order."""

    FILE = "file"
    COLUMNS = "columns"
    FORMATS = "formats"
    VALUES = "values"
    MATCHING = "matching"
    CHECK = "check"
    REVIEW = "review"


STEPS = tuple(Step)
_STEP_OF = {
    QuestionKind.PROFILE: Step.FILE,
    QuestionKind.ENCODING: Step.FILE,
    QuestionKind.COLUMN: Step.COLUMNS,
    QuestionKind.NUMBER: Step.FORMATS,
    QuestionKind.DATES: Step.FORMATS,
    QuestionKind.CURRENCY: Step.FORMATS,
    QuestionKind.VALUE: Step.VALUES,
}

#: A layout is taken for the right one from here on, and with such a lead on the next one.
LIKELY, _LEAD = 0.5, 0.1

Asked = tuple[QuestionKind, str]


@dataclass(frozen=True, slots=True)
class ImportDraft:
    """One file on its way. `proposed` is the plan before anybody touched it.

    `scanned` is the reading (see `reading`) that `scan` was made with, `checked` the plan that
    `result` was made with. `suggestions` are fields by column, best first. A draft that was
    reopened has no sketch where its file is gone, and `unreadable` says why the beginning of a
    file could not be read with the choices so far.
    """

    path: str
    choices: PlanChoices = field(default_factory=PlanChoices)
    sketch: FileSketch | None = None
    plan: ImportPlan | None = None
    proposed: ImportPlan | None = None
    questions: tuple[Question, ...] = ()
    answered: frozenset[Asked] = frozenset()
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    scan: FileScan | None = None
    scanned: tuple[object, ...] | None = None
    result: ImportResult | None = None
    checked: ImportPlan | None = None
    visited: frozenset[Step] = frozenset()
    unreadable: str = ""
    suggestions: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    @property
    def batch_id(self) -> int | None:
        return None if self.result is None else self.result.batch_id

    @property
    def profile(self) -> Profile | None:
        return None if self.plan is None else self.profiles.get(self.plan.profile)

    @property
    def certain(self) -> bool:
        """The file needs no question: it can be imported as it is."""
        sketch = self.sketch
        return sketch is not None and sketch.certain and not self.questions and not problems(self)

    @property
    def untouched(self) -> bool:
        """Nobody decided anything that the file and the choices do not say themselves."""
        return self.plan is not None and self.plan == self.proposed

    @property
    def needs_scan(self) -> bool:
        return self.plan is not None and self.scanned != reading(self.plan)

    @property
    def needs_check(self) -> bool:
        return self.result is None or self.checked != self.plan

    @property
    def only_ticks_changed(self) -> bool:
        """The check still says what is what; only some rows or cells were ticked or unticked."""
        plan, checked = self.plan, self.checked
        if plan is None or checked is None:
            return False
        ticks = (plan.skipped_rows, plan.skipped_cells)
        return replace(checked, skipped_rows=ticks[0], skipped_cells=ticks[1]) == plan


def reading(plan: ImportPlan) -> tuple[object, ...]:
    """What a scan depends on: the same reading finds the same values in the same columns."""
    columns = sorted((column.field, column.source or 0) for column in plan.columns)
    return (plan.dialect, plan.target, tuple(columns))


def fields(draft: ImportDraft) -> Mapping[str, ImportField]:
    """Our fields that rows of this file can fill."""
    return {} if draft.plan is None else FIELDS[draft.plan.target]


def suggested(draft: ImportDraft, place: int) -> tuple[str, ...]:
    """Fields that a column of the file may hold and that nothing fills yet, best first."""
    filled = set() if draft.plan is None else {column.field for column in draft.plan.columns}
    free = fields(draft).keys() - filled
    return tuple(name for name in draft.suggestions.get(place, ()) if name in free)


def required_fields(draft: ImportDraft) -> frozenset[str]:
    profile, plan = draft.profile, draft.plan
    named = () if profile is None else profile.columns
    mapped = () if plan is None else plan.columns
    by_profile = {column.field for column in named if column.required}
    return frozenset(by_profile | {column.field for column in mapped if column.required})


def problems(draft: ImportDraft) -> tuple[str, ...]:
    """Why the columns cannot be read like this, each as a sentence with its remedy."""
    plan = draft.plan
    if plan is None:
        return ()
    known = fields(draft)
    filled = Counter(column.field for column in plan.columns)
    found = []
    for name in (name for name, count in filled.items() if count > 1):
        headers = [
            f"“{plan.header[column.source]}”"
            for column in plan.columns
            if column.field == name and column.source is not None
        ]
        title = known[name].title
        found.append(f"{title} is filled by {_listed(headers)}. Choose one of them.")
    missing = [known[name].title for name in required_fields(draft) - filled.keys()]
    if missing:
        found.append(f"{_listed(sorted(missing))} must be filled: choose a column or a value.")
    if not plan.columns:
        found.append("No column is chosen yet: choose at least one.")
    return tuple(found)


def open_questions(draft: ImportDraft, step: Step | None = None) -> tuple[Question, ...]:
    """What still keeps the file from being imported, in one step or in all."""
    return tuple(
        question
        for question in draft.questions
        if (step is None or _STEP_OF[question.kind] is step) and _is_open(draft, question)
    )


def answered(draft: ImportDraft, kind: QuestionKind, *subjects: str) -> ImportDraft:
    """The person has decided; a question says its subject by header or by field."""
    return replace(draft, answered=draft.answered | {(kind, subject) for subject in subjects})


def unknown_words(draft: ImportDraft) -> tuple[tuple[str, str], ...]:
    """(field, word) of all words that have no meaning of ours yet. Names are free, never here."""
    plan, scan = draft.plan, draft.scan
    if plan is None or scan is None:
        return ()
    known = fields(draft)
    return tuple(
        (name, word)
        for name, words in scan.words.items()
        if name in known and known[name].kind is Kind.CHOICE
        for word, _count in words
        if meaning(plan, name, word) is None
    )


def blocked(draft: ImportDraft, step: Step) -> str:
    """Why Next does not go on from this step, or nothing."""
    if draft.unreadable and step is Step.FILE:
        return draft.unreadable
    if draft.plan is None:
        return "Choose what kind of file this is." if step is Step.FILE else ""
    if step is Step.COLUMNS and (found := problems(draft)):
        return found[0]
    asked = open_questions(draft, step)
    return "" if step is Step.VALUES or not asked else asked[0].message


def needs_person(draft: ImportDraft, step: Step) -> bool:
    """Whether Next stops at this step. One that was confirmed once is passed over."""
    unconfirmed = step not in draft.visited
    uncertain = draft.sketch is not None and not draft.sketch.certain
    match step:
        case Step.COLUMNS:
            return bool(blocked(draft, step)) or (uncertain and unconfirmed)
        case Step.FORMATS:
            return bool(blocked(draft, step)) or (_had_questions(draft, step) and unconfirmed)
        case Step.VALUES:
            asked = bool(unknown_words(draft)) or _had_questions(draft, step)
            return asked and unconfirmed
        case Step.MATCHING:
            return uncertain and unconfirmed
        case _:
            return True


def next_step(draft: ImportDraft, step: Step) -> Step:
    """The next one with something to decide; the last two always have."""
    later = STEPS[STEPS.index(step) + 1 :]
    return next((each for each in later if needs_person(draft, each)), step)


def blocking_step(draft: ImportDraft) -> Step | None:
    """The first step that keeps the file from being checked."""
    return next((step for step in STEPS if blocked(draft, step)), None)


def reachable(draft: ImportDraft, step: Step) -> bool:
    """Whether the step list leads there now (a scan or a check may run on the way)."""
    if step is Step.REVIEW:
        return draft.result is not None and (not draft.needs_check or draft.only_ticks_changed)
    if step is Step.CHECK:
        return draft.plan is not None and blocking_step(draft) is None
    if step is Step.FILE:
        return draft.sketch is not None
    if draft.sketch is None or draft.plan is None:
        return False
    return step is Step.COLUMNS or not blocked(draft, Step.COLUMNS)


def has_leader(draft: ImportDraft) -> bool:
    """One layout is clearly the likeliest: then going on says yes to it."""
    candidates = () if draft.sketch is None else draft.sketch.candidates
    if not candidates or candidates[0].confidence < LIKELY:
        return False
    return len(candidates) == 1 or candidates[0].confidence - candidates[1].confidence >= _LEAD


def confirmed(draft: ImportDraft, step: Step) -> ImportDraft:
    """The draft after the person went on from a step: what it showed is as they want it."""
    draft = replace(draft, visited=draft.visited | {step})
    if step is Step.FILE and draft.plan is not None and draft.choices.profile is None:
        choices = replace(draft.choices, profile=draft.plan.profile)
        return replace(draft, choices=choices)
    return draft


def importable(draft: ImportDraft) -> bool:
    """It can be imported without a review: a person has seen the columns, or need not."""
    seen = draft.sketch is not None and draft.sketch.certain
    return (seen or Step.COLUMNS in draft.visited) and blocking_step(draft) is None


def rows_to_write(draft: ImportDraft) -> int:
    """How many rows an import writes: those of the check, less what was unticked since."""
    if draft.result is None or draft.plan is None or draft.checked is None:
        return 0
    now, then = set(draft.plan.skipped_rows), set(draft.checked.skipped_rows)
    rows = draft.result.imported + draft.result.changed
    return max(0, rows - len(now - then) + len(then - now))


def identities(plan: ImportPlan) -> tuple[tuple[Identity, str], ...]:
    """The ways to find a record that suit the target, each with what it lacks, or nothing."""
    filled = {column.field for column in plan.columns}
    offered: dict[Target, tuple[tuple[Identity, tuple[str, ...]], ...]] = {
        Target.SALES: (
            (Identity.NUMBER, ("external_id",)),
            (Identity.ID, ("order_id",)),
            (Identity.CONTENT, ()),
        ),
        Target.ITEMS: (
            (Identity.ID, ("item_id",)),
            (Identity.PURCHASE, ("purchase_order_number", "style", "size")),
            (Identity.NUMBER, ("external_id",)),
            (Identity.CONTENT, ()),
        ),
        Target.PRODUCTS: (
            (Identity.ID, ("product_id",)),
            (Identity.STYLE, ("style",)),
            (Identity.NAME, ("name",)),
        ),
        Target.SUPPLIERS: ((Identity.ID, ("supplier_id",)), (Identity.NAME, ("supplier",))),
        Target.PRICES: ((Identity.OFFER, ()),),
    }
    titles = FIELDS[plan.target]
    return tuple(
        (identity, _listed([titles[name].title for name in needed if name not in filled]))
        for identity, needed in offered[plan.target]
    )


def _had_questions(draft: ImportDraft, step: Step) -> bool:
    return any(_STEP_OF[question.kind] is step for question in draft.questions)


def _is_open(draft: ImportDraft, question: Question) -> bool:
    if (question.kind, question.subject) in draft.answered:
        return False
    plan, choices = draft.plan, draft.choices
    if question.kind is QuestionKind.CURRENCY:
        return plan is None or plan.currency is None
    if question.kind in {QuestionKind.NUMBER, QuestionKind.DATES}:
        name = None if plan is None else field_of_header(plan, question.subject)
        column = None if plan is None or name is None else plan.column(name)
        if column is None or column.source is None:
            return False  # the column in question is not imported any more
        return (column.number if question.kind is QuestionKind.NUMBER else column.dates) is None
    if question.kind is QuestionKind.PROFILE:
        return choices.profile is None and not has_leader(draft)
    return question.kind is not QuestionKind.ENCODING or choices.encoding is None


def _listed(words: Sequence[str]) -> str:
    """“A, B and C”."""
    if len(words) <= 1:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
