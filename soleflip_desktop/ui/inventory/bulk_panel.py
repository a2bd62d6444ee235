"""Bulk edit: every field starts as "Leave unchanged"; what is set is set for all units at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from enum import StrEnum

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QWidget,
)

from soleflip_desktop.domain.edit_text import EditStyle, EditTextError, choice_words, parse_value
from soleflip_desktop.domain.steps import StepReport
from soleflip_desktop.domain.unit_fields import UNIT_FIELDS, UnitField, UnitValue, ValueKind
from soleflip_desktop.services.grid import FieldValue
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.doors import Workbench
from soleflip_desktop.ui.common.form_dialog import FormDialog
from soleflip_desktop.ui.common.formatting import BLANK, Formatter
from soleflip_desktop.ui.common.labels import label
from soleflip_desktop.ui.inventory.field_editor import FieldEditor, load_suggestions

_OLD_SHOWN = 3
_WIDTH, _HEIGHT = 820, 620


class Treatment(StrEnum):
    """What happens to a field."""

    LEAVE = "Leave unchanged"
    SET = "Set to"
    EMPTY = "Set to empty"


class BulkField:
    """One line: the field, what happens to it, the editor, and what stands there now."""

    def __init__(self, field: UnitField, grid: QGridLayout, changed: Callable[[], None]) -> None:
        self.field = field
        self.treatment = QComboBox()
        self.treatment.setAccessibleName(f"What to do with {field.title}")
        self.treatment.addItems([each for each in Treatment if self._possible(each)])
        self.editor = FieldEditor(field, {})
        self._stack = QStackedWidget()
        self._stack.addWidget(QWidget())
        self._stack.addWidget(self.editor)
        self.old = label("…", "muted", wrap=True)
        at, top = grid.rowCount(), Qt.AlignmentFlag.AlignVCenter
        grid.addWidget(QLabel(field.title), at, 0, top)
        grid.addWidget(self.treatment, at, 1, top)
        grid.addWidget(self._stack, at, 2, top)
        grid.addWidget(self.old, at, 3, top)
        self.treatment.currentTextChanged.connect(self._on_treatment)
        self.treatment.currentTextChanged.connect(changed)
        self.editor.edited.connect(changed)

    @property
    def chosen(self) -> Treatment:
        return Treatment(self.treatment.currentText())

    def value(self, style: EditStyle) -> UnitValue | None:
        """Raises EditTextError, also for "Set to" without a value: emptying is said on purpose."""
        if self.chosen is Treatment.EMPTY:
            return None
        value = parse_value(self.field, self.editor.text, style)
        if value is None:
            raise EditTextError(
                f"{self.field.title} has no value yet: enter one, or choose “Set to empty”."
            )
        return value

    def show_old(self, values: Sequence[FieldValue], kit: UiKit) -> None:
        """Like "Shelf 1 (12), — (3), 4 others"."""
        named = [
            f"{_worded(self.field, each.text, kit.formatter)} ({kit.formatter.count(each.rows)})"
            for each in values[:_OLD_SHOWN]
        ]
        more = len(values) - _OLD_SHOWN
        if more > 0:
            named.append(f"{more} other{'' if more == 1 else 's'}")
        self.old.setText(", ".join(named))

    def _possible(self, treatment: Treatment) -> bool:
        return treatment is not Treatment.EMPTY or self.field.clearable

    def _on_treatment(self) -> None:
        self._stack.setCurrentIndex(int(self.chosen is Treatment.SET))
        if self.chosen is Treatment.SET:
            self.editor.setFocus(Qt.FocusReason.OtherFocusReason)


class BulkPanel(FormDialog):
    """For the selected units; `done` is told what came of it."""

    def __init__(
        self,
        ids: Sequence[int],
        doors: Workbench,
        style: EditStyle,
        kit: UiKit,
        *,
        done: Callable[[StepReport], None],
        parent: QWidget,
    ) -> None:
        super().__init__(kit, "Bulk edit", parent)
        self._ids, self._doors, self._style, self._done = list(ids), doors, style, done
        self.headline.setText(f"Edit {self._units}")
        body = QWidget()
        grid = QGridLayout(body)
        grid.setHorizontalSpacing(12)
        grid.setColumnStretch(2, 2)
        grid.setColumnStretch(3, 3)
        for at, title in enumerate(("Field", "", "New value", "Now (units)")):
            grid.addWidget(label(title, "muted"), 0, at)
        self.fields = [BulkField(field, grid, self._refresh) for field in UNIT_FIELDS]
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setWidget(body)
        self.summary = label("", "total", wrap=True)
        self.body.addWidget(area, 1)
        self.body.addWidget(self.summary)
        self.apply = QPushButton("&Apply", self)
        self.apply.clicked.connect(self._apply)
        self.add_closing_button("&Cancel")
        self.add_button(self.apply, primary=True)
        self.resize(_WIDTH, _HEIGHT)
        self._refresh()
        self.load(self._load())

    def line(self, name: str) -> BulkField:
        return next(each for each in self.fields if each.field.name == name)

    @property
    def _units(self) -> str:
        count = self.kit.formatter.count(len(self._ids))
        return f"{count} unit{'' if len(self._ids) == 1 else 's'}"

    async def _load(self) -> None:
        suggestions = await load_suggestions(self._doors, self.kit.base_currency)
        for each in self.fields:
            each.editor.suggest(suggestions)
        names = [each.field.name for each in self.fields]
        old = await self._doors.units.old_values(self._ids, names)
        for each in self.fields:
            each.show_old(old.get(each.field.name, ()), self.kit)

    def _refresh(self) -> None:
        """The line that says what Apply would do, or what is missing for it."""
        parts, problem = [], ""
        for each in self.fields:
            if each.chosen is Treatment.LEAVE:
                continue
            try:
                value = each.value(self._style)
            except EditTextError as error:
                problem = problem or str(error)
                continue
            shown = "empty" if value is None else f"“{each.editor.text.strip()}”"
            parts.append(f"{each.field.title} to {shown}")
        self.say_problem(problem)
        self.apply.setEnabled(bool(parts) and not problem)
        self.summary.setText(
            f"Apply sets {', '.join(parts)} for {self._units}."
            if parts
            else "Nothing is changed yet: every field is left as it is."
        )

    def _apply(self) -> None:
        values = {
            each.field.name: each.value(self._style)
            for each in self.fields
            if each.chosen is not Treatment.LEAVE
        }
        self.write(self._set(values))

    async def _set(self, values: dict[str, UnitValue | None]) -> None:
        report = await self._doors.units.set_fields(self._ids, values)
        self._done(report)
        self.accept()


def _worded(field: UnitField, text: str, formatter: Formatter) -> str:
    """A stored text as people read it: choices in words, days in their form, empty as a dash."""
    if field.choices is not None and text in set(field.choices):
        return choice_words(field.choices(text))
    if text and field.kind is ValueKind.MOMENT:
        return formatter.day(datetime.fromisoformat(text))
    if text and field.kind is ValueKind.DAY:
        return formatter.calendar_day(date.fromisoformat(text))
    return text or BLANK
