"""A plan for a file without anybody to ask: what is open is an error that says how to answer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from soleflip_desktop.connectors.files.planning import DATES, propose, settle
from soleflip_desktop.connectors.files.scan import scan_file
from soleflip_desktop.connectors.files.sketch import sketch_file
from soleflip_desktop.domain.cancellation import CancelToken
from soleflip_desktop.domain.errors import FileImportError
from soleflip_desktop.domain.import_fields import FIELDS, Kind
from soleflip_desktop.domain.import_plan import ImportPlan, PlanChoices, Profile
from soleflip_desktop.domain.import_sketch import Question


def plan_file(
    path: Path, profiles: Sequence[Profile], choices: PlanChoices, token: CancelToken
) -> ImportPlan:
    """Looks at the file, and at all of its values where they have to decide.

    Raises FileImportError for a file that is not readable, or with the questions that are open.
    """
    sketch = sketch_file(path, profiles, choices)
    plan, questions = propose(sketch, profiles, choices)
    if not questions and needs_scan(plan):
        plan, questions = settle(plan, scan_file(path, plan, token), choices)
    if questions:
        raise FileImportError(_asked(sketch.name, questions))
    return plan


def needs_scan(plan: ImportPlan) -> bool:
    """Whether the values have to say how they are written, or which words they use."""
    return any(_is_open(plan, column.field) for column in plan.columns)


def _is_open(plan: ImportPlan, name: str) -> bool:
    column = plan.column(name)
    if column is None or column.source is None:
        return False
    kind = FIELDS[plan.target][name].kind
    undated = kind in DATES and column.dates is None
    return undated or (kind is Kind.AMOUNT and column.number is None) or kind is Kind.CHOICE


def _asked(name: str, questions: Sequence[Question]) -> str:
    """One sentence a question; a single one stands alone, as most do."""
    told = [f"{q.message} {q.remedy and f'({q.remedy})'}".strip() for q in questions]
    first = told[0] if told[0].startswith(name) else f"{name}: {told[0]}"
    return "\n".join([first, *told[1:]])
