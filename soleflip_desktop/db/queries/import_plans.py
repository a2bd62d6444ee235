"""Import plans as JSON: frozen into their batch, read back for a run, a redo and provenance."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from soleflip_desktop.domain.import_plan import ImportPlan

if TYPE_CHECKING:
    from pydantic import TypeAdapter


@cache
def _adapter() -> TypeAdapter[ImportPlan]:
    from pydantic import TypeAdapter  # noqa: PLC0415  (the window starts without it)

    return TypeAdapter(ImportPlan)


def plan_to_json(plan: ImportPlan) -> dict[str, Any]:
    document: dict[str, Any] = _adapter().dump_python(plan, mode="json")
    return document


def plan_from_json(document: dict[str, Any]) -> ImportPlan:
    """Raises pydantic.ValidationError for a document that no version of the app wrote."""
    known = {name: value for name, value in document.items() if name != "path"}
    return _adapter().validate_python(known)
