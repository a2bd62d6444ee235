"""What a person changes about a plan: each function answers with a new plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from soleflip_desktop.domain.import_fields import FIELDS, Kind
from soleflip_desktop.domain.import_plan import (
    DateOrder,
    ImportPlan,
    MappedColumn,
    NumberStyle,
    Profile,
)

NUMBER_KINDS = frozenset({Kind.AMOUNT, Kind.PERCENT, Kind.COUNT})
DATE_KINDS = frozenset({Kind.DAY, Kind.INSTANT})
WORD_KINDS = frozenset({Kind.CHOICE, Kind.NAME})


def fields_of_source(plan: ImportPlan, source: int) -> tuple[str, ...]:
    """The fields that a column of the file fills; mostly one."""
    return tuple(column.field for column in plan.columns if column.source == source)


def with_source(
    plan: ImportPlan, source: int, field: str | None, profile: Profile | None = None
) -> ImportPlan:
    """The column at `source` fills `field` from now on, or nothing.

    Another column of the same field stays: which of the two is meant is for a person to say.
    """
    if field is not None and fields_of_source(plan, source) == (field,):
        return plan
    kept = [
        column
        for column in plan.columns
        if column.source != source and not (column.field == field and column.source is None)
    ]
    if field is not None:
        kept.append(_mapped(field, source, profile))
    return replace(plan, columns=tuple(kept))


def with_constant(
    plan: ImportPlan, field: str, value: str | None, profile: Profile | None = None
) -> ImportPlan:
    """One value for all rows of a field without a column; None takes it away again."""
    kept = [
        column for column in plan.columns if not (column.field == field and column.source is None)
    ]
    if value is not None:
        kept.append(replace(_mapped(field, None, profile), constant=value))
    return replace(plan, columns=tuple(kept))


def with_number(plan: ImportPlan, field: str, style: NumberStyle) -> ImportPlan:
    return _changed(plan, field, lambda column: replace(column, number=style))


def with_dates(plan: ImportPlan, field: str, order: DateOrder) -> ImportPlan:
    return _changed(plan, field, lambda column: replace(column, dates=order))


def with_value(plan: ImportPlan, field: str, word: str, ours: str | None) -> ImportPlan:
    """A word of the file means `ours` in this field; None forgets what it meant."""

    def change(column: MappedColumn) -> MappedColumn:
        values = {name: value for name, value in column.values.items() if name != word}
        if ours is not None:
            values[word] = ours
        return replace(column, values=values)

    return _changed(plan, field, change)


def with_edit(plan: ImportPlan, row: int, cells: Sequence[str]) -> ImportPlan:
    """The whole record `row` as it shall be read."""
    return replace(plan, edits={**plan.edits, row: tuple(cells)})


def with_rows_skipped(plan: ImportPlan, rows: Sequence[int], *, skipped: bool) -> ImportPlan:
    wanted = set(plan.skipped_rows)
    wanted = wanted | set(rows) if skipped else wanted - set(rows)
    return replace(plan, skipped_rows=tuple(sorted(wanted)))


def with_cell_skipped(plan: ImportPlan, row: int, field: str, *, skipped: bool) -> ImportPlan:
    wanted = set(plan.skipped_cells) - {(row, field)}
    if skipped:
        wanted.add((row, field))
    return replace(plan, skipped_cells=tuple(sorted(wanted)))


def field_of_header(plan: ImportPlan, name: str) -> str | None:
    """The field that an issue or a question is about; `name` is a header or a field."""
    for column in plan.columns:
        header = None if column.source is None else plan.header[column.source]
        if name in {column.field, header}:
            return column.field
    return None


def meaning(plan: ImportPlan, field: str, word: str) -> str | None:
    """What a word of the file means in this field as things stand, None where nobody knows."""
    column = plan.column(field)
    folded = word.strip().casefold()
    values: Mapping[str, str] = {} if column is None else column.values
    if word in values:
        return values[word]
    for name, ours in values.items():
        if name.casefold() == folded:
            return ours
    choices = FIELDS[plan.target][field].choices
    if choices is None:
        return word
    spelled = folded.replace(" ", "_").replace("-", "_")
    return next((choice.value for choice in choices if choice.value == spelled), None)


def carried(new: ImportPlan, old: ImportPlan | None) -> ImportPlan:
    """A newly proposed plan with the decisions of the one before, where they still fit."""
    if old is None or old.target is not new.target:
        return new
    new = replace(new, identity=old.identity, mode=old.mode)
    if old.header == new.header:
        same = replace(new, columns=old.columns, currency=old.currency, zone=old.zone)
        return replace(same, edits=old.edits, skipped_rows=old.skipped_rows)
    return replace(new, columns=tuple(_carry(column, new, old) for column in new.columns))


def _carry(column: MappedColumn, new: ImportPlan, old: ImportPlan) -> MappedColumn:
    before = old.column(column.field)
    if before is None or old.header_of(column.field) != new.header_of(column.field):
        return column
    return replace(
        column,
        number=before.number or column.number,
        dates=before.dates or column.dates,
        values={**column.values, **before.values},
    )


def _mapped(field: str, source: int | None, profile: Profile | None) -> MappedColumn:
    columns = () if profile is None else profile.columns
    known = next((column for column in columns if column.field == field), None)
    if known is None:
        return MappedColumn(field, source)
    return MappedColumn(
        field,
        source,
        required=known.required,
        number=known.number,
        dates=known.dates,
        negate=known.negate,
        values=known.values,
    )


def _changed(
    plan: ImportPlan, field: str, change: Callable[[MappedColumn], MappedColumn]
) -> ImportPlan:
    columns = tuple(change(column) if column.field == field else column for column in plan.columns)
    return replace(plan, columns=columns)
