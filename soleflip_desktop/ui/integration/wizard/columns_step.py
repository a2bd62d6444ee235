"""Step 2: which column of the file fills which of our fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton

from soleflip_desktop.domain.import_fields import ImportField
from soleflip_desktop.domain.import_plan import ImportPlan
from soleflip_desktop.domain.import_sketch import ColumnSketch, QuestionKind
from soleflip_desktop.ui.common.columns import Align, Column, Tone, text_column
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.labels import clear_layout, label
from soleflip_desktop.ui.integration.wizard.choice_table import Choice, ChoiceModel, ChoiceTable
from soleflip_desktop.ui.integration.wizard.draft import (
    ImportDraft,
    Step,
    answered,
    fields,
    open_questions,
    problems,
    required_fields,
    suggested,
)
from soleflip_desktop.ui.integration.wizard.plan_edits import (
    fields_of_source,
    with_constant,
    with_source,
)
from soleflip_desktop.ui.integration.wizard.step_pane import (
    StepPane,
    combo,
    fill_combo,
    labelled,
    row_of,
)

NOT_IMPORTED = "Not imported"
_HINT = "Each column of the file goes to one field of SoleFlip. A star marks what must be filled."


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """One line of the table: a column of the file and where it goes, or may go."""

    place: int
    header: str
    samples: str
    filled: str
    field: str
    title: str
    doubled: bool
    suggested: tuple[str, ...] = ()
    hint: str = NOT_IMPORTED


class ColumnsStep(StepPane):
    """A table of all columns; those that go nowhere are listed as such."""

    def __init__(self, kit: UiKit) -> None:
        super().__init__(kit, "Where does each column go?", _HINT)
        self.summary = label("", "muted", wrap=True)
        self.problems = label("", "bad", wrap=True)
        self.model = ChoiceModel(_columns(), self._choices_of, lambda line: line.field, self)
        self.table = ChoiceTable(self.model, kit.theme, self, "Columns of the file", wide="samples")
        self.first_focus = self.table
        self.model.chosen.connect(self._on_chosen)
        self._choices: list[Choice] = []
        self.constant_field = combo("Field without a column")
        self.constant_field.setMinimumWidth(220)
        self.constant_value = QLineEdit(self)
        self.constant_value.setAccessibleName("Value for all rows")
        self.constant_value.setMinimumWidth(240)
        self.constant_value.setPlaceholderText("The same value for all rows")
        self.set_constant = QPushButton("S&et for all rows", self)
        self.constants = QHBoxLayout()
        self._build()

    def fill(self, draft: ImportDraft) -> None:
        plan, sketch = draft.plan, draft.sketch
        if plan is None or sketch is None:
            return
        known, required = fields(draft), required_fields(draft)
        self._choices = [
            Choice("", NOT_IMPORTED),
            *(Choice(each.name, _title(each, required)) for each in _sorted(known, required)),
        ]
        lines = [_line(draft, plan, place, each) for place, each in enumerate(sketch.columns)]
        self.table.set_rows(lines)
        unused = sum(not line.field for line in lines)
        used = len(lines) - unused
        rest = f"; {unused} {'stays' if unused == 1 else 'stay'} out" if unused else ""
        self.summary.setText(f"{used} of {len(lines)} columns are imported{rest}.")
        asked = [question.message for question in open_questions(draft, Step.COLUMNS)]
        self.problems.setText("\n".join([*problems(draft), *asked]))
        self.problems.setVisible(bool(self.problems.text()))
        self._fill_constants(draft, plan)

    def _choices_of(self, line: ColumnLine) -> list[Choice]:
        """What the column may hold stands first."""
        nothing, *rest = self._choices
        likely = [choice for name in line.suggested for choice in rest if choice.value == name]
        return [nothing, *likely, *(choice for choice in rest if choice not in likely)]

    def _fill_constants(self, draft: ImportDraft, plan: ImportPlan) -> None:
        known, required = fields(draft), required_fields(draft)
        filled = {column.field for column in plan.columns if column.source is not None}
        free = [each for each in _sorted(known, required) if each.name not in filled]
        chosen = self.constant_field.currentData()
        choices = [Choice(each.name, _title(each, required)) for each in free]
        fill_combo(self.constant_field, choices, chosen or (free[0].name if free else None))
        clear_layout(self.constants)
        for column in plan.columns:
            if column.source is None and column.constant is not None:
                title = known[column.field].title
                button = QPushButton(f"{title}: {column.constant}   ✕", self)
                button.setProperty("role", "chip")
                button.setAccessibleName(f"Remove {title}: {column.constant}")
                button.clicked.connect(lambda _=False, name=column.field: self._remove(name))
                self.constants.addWidget(button)
        self.constants.addStretch(1)

    def _on_chosen(self, row: int, field: str) -> None:
        draft = self.draft
        if draft is None or draft.plan is None or draft.sketch is None:
            return
        line = self.model.row(row)
        plan = with_source(draft.plan, line.place, field or None, draft.profile)
        draft = answered(replace(draft, plan=plan), QuestionKind.COLUMN, line.header, field)
        self.decide(draft)

    def _on_set(self) -> None:
        draft, name = self.draft, self.constant_field.currentData()
        value = self.constant_value.text().strip()
        if draft is None or draft.plan is None or name is None or not value:
            return
        plan = with_constant(draft.plan, name, value, draft.profile)
        self.constant_value.clear()
        self.decide(answered(replace(draft, plan=plan), QuestionKind.COLUMN, name))

    def _remove(self, name: str) -> None:
        if self.draft is not None and self.draft.plan is not None:
            plan = with_constant(self.draft.plan, name, None)
            self.decide(replace(self.draft, plan=plan))

    def _build(self) -> None:
        self.set_constant.clicked.connect(self._on_set)
        self.constant_value.returnPressed.connect(self._on_set)
        self.body.addWidget(self.summary)
        self.body.addWidget(self.problems)
        self.body.addWidget(self.table, 1)
        row = row_of(
            labelled("Field &without a column", self.constant_field),
            labelled("V&alue for all rows", self.constant_value),
        )
        row.insertWidget(2, self.set_constant, 0, Qt.AlignmentFlag.AlignBottom)
        self.body.addLayout(row)
        self.body.addLayout(self.constants)


def _line(draft: ImportDraft, plan: ImportPlan, place: int, column: ColumnSketch) -> ColumnLine:
    known = fields(draft)
    names = [name for name in fields_of_source(plan, place) if name in known]
    filled = [each.field for each in plan.columns]
    likely = () if names else suggested(draft, place)
    cells = column.filled + column.blank + column.placeholder
    return ColumnLine(
        place,
        column.header,
        " · ".join(column.samples),
        f"{100 * column.filled // cells} %" if cells else "",
        names[0] if names else "",
        ", ".join(_title(known[name], required_fields(draft)) for name in names),
        any(filled.count(name) > 1 for name in names),
        likely,
        f"{NOT_IMPORTED} ({known[likely[0]].title}?)" if likely else NOT_IMPORTED,
    )


def _tone(line: ColumnLine) -> Tone:
    if line.doubled:
        return Tone.BAD
    return Tone.PLAIN if line.field else Tone.MUTED


def _columns() -> tuple[Column[ColumnLine], ...]:
    def target(line: ColumnLine) -> str:
        return line.title or line.hint

    return (
        text_column("header", "Column", lambda line: line.header, width=210, sortable=False),
        text_column("samples", "Samples", lambda line: line.samples, width=300, sortable=False),
        Column(
            "filled",
            "Filled",
            lambda line: line.filled,
            lambda line: line.filled,
            align=Align.RIGHT,
            width=70,
        ),
        Column("choice", "Goes to", target, target, width=230, tone=_tone),
    )


def _title(field: ImportField, required: frozenset[str]) -> str:
    return f"{field.title} *" if field.name in required else field.title


def _sorted(known: Mapping[str, ImportField], required: frozenset[str]) -> list[ImportField]:
    """What must be filled first, then as the fields are listed."""
    return sorted(known.values(), key=lambda field: field.name not in required)
