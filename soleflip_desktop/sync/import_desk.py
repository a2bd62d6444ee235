"""Everything about a file before its import: look at it, propose a plan, scan, save the plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from soleflip_desktop.domain.import_fields import Target
from soleflip_desktop.domain.import_plan import ImportPlan, PlanChoices, Profile
from soleflip_desktop.domain.import_sketch import FileScan, FileSketch, Question


class ImportDesk(Protocol):
    """Prepares imports. Nothing here writes to the records; reads run off the caller's thread."""

    async def sketch(self, path: str, choices: PlanChoices) -> FileSketch:
        """The beginning of the file; well under a second. Raises FileImportError."""

    async def propose(
        self, sketch: FileSketch, choices: PlanChoices
    ) -> tuple[ImportPlan, tuple[Question, ...]]:
        """A plan by the chosen profile or the best candidate, and what is still open."""

    async def suggest(self, sketch: FileSketch, target: Target) -> Mapping[int, tuple[str, ...]]:
        """For columns of the file the fields that they may hold, best first."""

    async def scan(
        self, path: str, plan: ImportPlan, choices: PlanChoices
    ) -> tuple[FileScan, ImportPlan, tuple[Question, ...]]:
        """Looks at all values; the plan with what they decide, and what they leave open.

        Cancelled with its task. Raises FileImportError.
        """

    async def profiles(self) -> Sequence[Profile]:
        """The shipped ones, then the saved ones by title."""

    async def save_profile(self, title: str, plan: ImportPlan) -> Profile:
        """Keeps the plan's decisions under a name, for all desktops of this database."""

    async def delete_profile(self, key: str) -> None:
        """Raises UserError for a shipped one."""

    async def share_profile(self, key: str, path: Path) -> None:
        """Writes a profile to a file that another installation can read."""

    async def read_profile(self, path: Path) -> Profile:
        """A shared profile, without keeping it. Raises UserError for a file that is none."""

    async def add_profile(self, path: Path) -> Profile:
        """Reads a shared profile and keeps it. Raises UserError for a file that is none."""

    async def write_template(self, key: str, path: Path, *, example: bool) -> None:
        """Writes a profile's empty template, or its example that imports as it is."""
