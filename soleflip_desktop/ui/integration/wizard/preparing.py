"""The way of a draft through the import desk: look, propose, scan. Each answers a new draft."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from soleflip_desktop.domain.errors import FileImportError, UserError
from soleflip_desktop.domain.import_plan import PlanChoices
from soleflip_desktop.domain.import_sketch import QuestionKind
from soleflip_desktop.domain.integration import IssueGroup, ReviewRow, RowClass, RowIssue
from soleflip_desktop.sync.import_desk import ImportDesk
from soleflip_desktop.ui.integration.wizard.draft import STEPS, ImportDraft, Step, reading
from soleflip_desktop.ui.integration.wizard.plan_edits import carried

if TYPE_CHECKING:
    from soleflip_desktop.ui.common.context import ImportsSource  # its module needs Qt

_ROWS_PER_CALL = 1_000
_VALUES = 20
#: What a scan asks anew, with all values before it.
_OF_ALL_VALUES = frozenset({QuestionKind.NUMBER, QuestionKind.DATES, QuestionKind.VALUE})


async def opened(desk: ImportDesk, path: str) -> ImportDraft:
    """A draft of a file that nobody has decided anything about."""
    return await sketched(desk, ImportDraft(path), PlanChoices())


async def sketched(desk: ImportDesk, draft: ImportDraft, choices: PlanChoices) -> ImportDraft:
    """The draft after another look at the file; decisions that still fit stay.

    Raises FileImportError where the earlier look was the better one. Without any, the draft says
    why the file is unreadable like this: another encoding may be all that it takes.
    """
    profiles = {profile.key: profile for profile in await desk.profiles()}
    try:
        sketch = await desk.sketch(draft.path, choices)
    except FileImportError as error:
        if draft.sketch is not None:
            raise
        return replace(draft, choices=choices, unreadable=str(error))
    draft = replace(draft, choices=choices, sketch=sketch, profiles=profiles, unreadable="")
    if choices.profile is None and not sketch.candidates:
        return replace(draft, plan=None, proposed=None, questions=(), scan=None, scanned=None)
    return await proposed(desk, draft)


async def proposed(desk: ImportDesk, draft: ImportDraft) -> ImportDraft:
    """The draft with the plan for its choices."""
    if draft.sketch is None:
        return draft
    plan, questions = await desk.propose(draft.sketch, draft.choices)
    suggestions = await desk.suggest(draft.sketch, plan.target)
    kept = draft.plan if draft.plan is not None and draft.plan.profile == plan.profile else None
    if kept is not None and draft.untouched:
        kept = None
    return replace(
        draft,
        plan=carried(plan, kept),
        proposed=plan,
        questions=questions,
        suggestions=suggestions,
        scan=None,
        scanned=None,
    )


async def scanned(desk: ImportDesk, draft: ImportDraft) -> ImportDraft:
    """The draft with what all values of the file say; where that is known already, as it is."""
    if draft.plan is None or draft.sketch is None or not draft.needs_scan:
        return draft
    scan, plan, found = await desk.scan(draft.path, draft.plan, draft.choices)
    untouched = draft.untouched
    earlier = tuple(each for each in draft.questions if each.kind not in _OF_ALL_VALUES)
    return replace(
        draft,
        scan=scan,
        plan=plan,
        proposed=plan if untouched else draft.proposed,
        questions=(*earlier, *found),
        scanned=reading(plan),
    )


async def reopened(desk: ImportDesk, source: ImportsSource, batch_id: int) -> ImportDraft:
    """A draft that was kept, as it was when its check ended.

    Its file is looked at again so that all steps can be gone back to; where it is gone or has
    become another one, the draft can still be reviewed and run from its stored rows.
    """
    plan, result, path, profiles = await asyncio.gather(
        source.plan(batch_id), source.result(batch_id), source.draft_path(batch_id), desk.profiles()
    )
    draft = ImportDraft(
        path,
        plan=plan,
        profiles={profile.key: profile for profile in profiles},
        result=result,
        checked=plan,
        visited=frozenset(STEPS) - {Step.REVIEW},
    )
    dialect = plan.dialect
    choices = PlanChoices(
        profile=plan.profile,
        encoding=dialect.encoding,
        delimiter=dialect.delimiter,
        sheet=dialect.sheet,
        header_row=dialect.header_row,
    )
    try:
        sketch = await desk.sketch(path, choices)
    except UserError:
        return draft
    if sketch.header != plan.header:
        return draft
    suggestions = await desk.suggest(sketch, plan.target)
    return replace(draft, choices=choices, sketch=sketch, suggestions=suggestions)


async def rows_of_group(
    source: ImportsSource, batch_id: int, group: IssueGroup
) -> tuple[ReviewRow, ...]:
    """All rows that a group of issues keeps out; the group itself names but the first few."""
    found: dict[int, ReviewRow] = {}
    for row_class in (RowClass.REJECTED, RowClass.CONFLICT):
        offset, page = 0, _ROWS_PER_CALL
        while page == _ROWS_PER_CALL and len(found) < group.count:
            rows = await source.review_rows(batch_id, row_class, offset, _ROWS_PER_CALL)
            found.update((row.row, row) for row in rows if _concerns(row, group))
            offset, page = offset + len(rows), len(rows)
    return tuple(found[row] for row in sorted(found))


def _concerns(row: ReviewRow, group: IssueGroup) -> bool:
    return any((issue.column, issue.code) == (group.column, group.code) for issue in row.issues)


def grouped(issues: Sequence[RowIssue]) -> tuple[IssueGroup, ...]:
    """Remarks of a result, grouped by what they say about which column."""
    groups: dict[tuple[str, str], list[RowIssue]] = {}
    for issue in issues:
        groups.setdefault((issue.column, issue.code), []).append(issue)
    made = [
        IssueGroup(
            column,
            code,
            found[0].message,
            len(found),
            tuple(Counter(issue.value for issue in found).most_common(_VALUES)),
            tuple(issue.row for issue in found[:_VALUES]),
        )
        for (column, code), found in groups.items()
    ]
    return tuple(sorted(made, key=lambda group: -group.count))
