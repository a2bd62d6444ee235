"""The columns of rows under review: number, class, what is about them, and the file's cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from soleflip_desktop.domain.import_plan import ImportPlan
from soleflip_desktop.domain.integration import CellChange, ReviewRow
from soleflip_desktop.ui.common.columns import Column, Tone, number_column, text_column
from soleflip_desktop.ui.common.field_words import NOTHING, field_title
from soleflip_desktop.ui.common.formatting import Formatter
from soleflip_desktop.ui.integration.wizard.words import CLASS_TONES, CLASS_WORDS


def row_columns(plan: ImportPlan, formatter: Formatter) -> tuple[Column[ReviewRow], ...]:
    """The narrow column of the tick boxes stands first."""
    fields = {column.source: column.field for column in plan.columns if column.source is not None}
    cells = (
        _cell_column(place, title, fields.get(place)) for place, title in enumerate(plan.header)
    )
    tick: Column[ReviewRow] = Column("tick", "", _no_text, _no_text, width=38)
    return (tick, number_of_row(formatter), _class_column(), _about(), *cells)


def number_of_row(formatter: Formatter) -> Column[ReviewRow]:
    return number_column("row", "Row", lambda row: row.row, formatter, width=64)


def change_text(change: CellChange) -> str:
    """Like "Cost: 90.00 → 95.00"."""
    return f"{field_title(change.field)}: {change.old or NOTHING} → {change.new or NOTHING}"


def about(row: ReviewRow) -> str:
    """What a row changes, or what is wrong with it."""
    said = [f"{issue.column}: {issue.message}" for issue in row.issues]
    return "; ".join([*said, *map(change_text, row.changes)])


def editable_columns(
    plan: ImportPlan, formatter: Formatter, edits: Callable[[], Mapping[int, tuple[str, ...]]]
) -> tuple[Column[ReviewRow], ...]:
    """The number, and the cells as they are with the edits; a bad one says what is wrong."""

    def column(place: int, title: str) -> Column[ReviewRow]:
        def text(row: ReviewRow) -> str:
            return cell(edits().get(row.row, row.cells), place)

        def tone(row: ReviewRow) -> Tone:
            if text(row) != cell(row.cells, place):
                return Tone.INFO
            return Tone.BAD if any(issue.column == title for issue in row.issues) else Tone.PLAIN

        def tooltip(row: ReviewRow) -> str:
            said = [issue.message for issue in row.issues if issue.column == title]
            return "\n".join([text(row), *said])

        return Column(f"c{place}", title, text, text, width=140, tooltip=tooltip, tone=tone)

    cells = (column(place, title) for place, title in enumerate(plan.header))
    return (number_of_row(formatter), *cells)


def cell(cells: tuple[str, ...], place: int) -> str:
    """A ragged row has fewer cells than the header."""
    return cells[place] if place < len(cells) else ""


def _cell_column(place: int, title: str, field: str | None) -> Column[ReviewRow]:
    def change(row: ReviewRow) -> CellChange | None:
        return next((each for each in row.changes if each.field == field), None)

    def text(row: ReviewRow) -> str:
        found = change(row)
        shown = cell(row.cells, place)
        return shown if found is None else f"{found.old or NOTHING} → {found.new or NOTHING}"

    def tone(row: ReviewRow) -> Tone:
        if change(row) is not None:
            return Tone.INFO
        return Tone.BAD if any(issue.column == title for issue in row.issues) else Tone.PLAIN

    return Column(f"c{place}", title, text, text, width=140, tooltip=text, tone=tone)


def _class_column() -> Column[ReviewRow]:
    def words(row: ReviewRow) -> str:
        return CLASS_WORDS[row.row_class]

    return Column(
        "class",
        "What",
        words,
        words,
        width=104,
        tone=lambda row: CLASS_TONES[row.row_class],
        pill=True,
    )


def _about() -> Column[ReviewRow]:
    return text_column("about", "What about it", about, width=300, sortable=False)


def _no_text(_row: ReviewRow) -> str:
    return " "
