"""The doors from the workbench to the data: what pages ask of the services, as protocols.

Every method may be called from the Qt loop. Whatever writes raises UserError with a sentence for
people where nothing could be done, and tells in its report what it left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from soleflip_desktop.domain.attachments import AttachmentRow
from soleflip_desktop.domain.counting import CountHead, CountLine, ScanHit
from soleflip_desktop.domain.labels import LabelFormat, LabelOptions, LabelsWritten
from soleflip_desktop.domain.locations import LocationRow
from soleflip_desktop.domain.saved_views import SavedViewRow, ViewState
from soleflip_desktop.domain.steps import HistoryEntry, StepHead, StepReport, UndoState
from soleflip_desktop.domain.unit_fields import CellEdit, ProductChoice, UnitDraft, UnitValue
from soleflip_desktop.services.grid import FieldValue


class UnitsSource(Protocol):
    """Adding, changing and deleting units. Each call that writes is one step that can be undone."""

    async def edit(self, edits: Sequence[CellEdit]) -> StepReport:
        """Applies staged cells. An edit whose `was` is not stored any more is kept out."""

    async def set_fields(
        self, ids: Sequence[int], values: Mapping[str, UnitValue | None]
    ) -> StepReport:
        """The same values for all units; None empties a field. Units that cannot take it stay."""

    async def old_values(
        self, ids: Sequence[int], fields: Sequence[str]
    ) -> dict[str, list[FieldValue]]:
        """For each field the distinct stored values as text with counts, the most frequent first.

        At most 20 a field; "" is empty.
        """

    async def add(self, draft: UnitDraft) -> StepReport:
        """`created` of the report holds the new units."""

    async def clone(self, item_id: int, sizes: Sequence[tuple[str, int]]) -> StepReport:
        """Units like this one (but for listings, sale, notes), so many of each size."""

    async def delete(self, ids: Sequence[int]) -> StepReport:
        """Units with a sale or an open listing are kept, with the reason."""

    async def history(self, item_id: int) -> list[HistoryEntry]:
        """Newest first."""

    async def products(self, search: str) -> list[ProductChoice]:
        """At most 50, the best matches of name, brand or style code first."""

    async def suppliers(self) -> list[str]: ...

    async def tags(self) -> list[str]: ...


class StepsSource(Protocol):
    """Undo and redo of what the person at this desktop did; survives a restart."""

    async def state(self) -> UndoState: ...

    async def undo(self) -> StepReport:
        """Takes the last step back, but for records that were changed since."""

    async def redo(self) -> StepReport: ...

    async def steps(self, limit: int = 100) -> list[StepHead]:
        """Newest first, of everybody."""


class LocationsSource(Protocol):
    """The tree of places. Each call that writes is a step that can be undone."""

    async def locations(self) -> list[LocationRow]:
        """By path."""

    async def add(self, name: str, parent_id: int | None, code: str | None = None) -> StepReport:
        """Raises UserError for an empty or taken name."""

    async def change(
        self, location_id: int, name: str, parent_id: int | None, code: str | None
    ) -> StepReport:
        """Renames, moves, or gives another code. Raises UserError for a place within itself."""

    async def remove(self, location_id: int) -> StepReport:
        """Raises UserError where units or other places still lie there."""


class ViewsSource(Protocol):
    """Saved views of one table, mine and everybody's."""

    async def views(self, table_key: str) -> list[SavedViewRow]:
        """By name; mine first."""

    async def save(
        self, table_key: str, name: str, state: ViewState, *, shared: bool
    ) -> SavedViewRow:
        """Replaces mine (or the shared one) of that name."""

    async def rename(self, view_id: int, name: str) -> None:
        """Raises UserError for a name that another view has."""

    async def delete(self, view_id: int) -> None: ...

    async def set_default(self, table_key: str, view_id: int | None) -> None:
        """The view with which the table opens for me; None: the table's own."""


class AttachmentsSource(Protocol):
    """Photos and documents of units; the files lie in the data folder."""

    async def attachments(self, item_id: int) -> list[AttachmentRow]: ...

    async def attach(self, item_id: int, paths: Sequence[Path]) -> StepReport:
        """Copies the files. Raises UserError for one that cannot be read or is over 50 MB."""

    async def attach_bytes(self, item_id: int, name: str, content: bytes) -> StepReport: ...

    async def detach(self, attachment_ids: Sequence[int]) -> StepReport: ...

    def path(self, attachment: AttachmentRow) -> Path:
        """Where the file should lie; it may be missing on another desktop of a team."""


class CountsSource(Protocol):
    """Scanning: what a code is, and counts of what lies somewhere."""

    async def resolve(self, code: str) -> ScanHit: ...

    async def counts(self) -> list[CountHead]:
        """Newest first."""

    async def start(self, location_id: int | None) -> CountHead:
        """Goes on with the open count of that place, if there is one."""

    async def scan(self, count_id: int, code: str) -> CountLine:
        """Records a scan; says what the sheet says of it now."""

    async def take_back(self, count_id: int) -> None:
        """Removes the last scan."""

    async def sheet(self, count_id: int) -> list[CountLine]:
        """Every expected or scanned unit and every unknown code."""

    async def finish(self, count_id: int, *, move_found: bool) -> StepReport:
        """Closes the count; with `move_found` units booked elsewhere are moved to its place."""


class LabelsSource(Protocol):
    """Labels as PDF. `progress` is told (labels drawn, labels in all) on the Qt loop."""

    async def write_labels(
        self,
        ids: Sequence[int],
        form: LabelFormat,
        options: LabelOptions,
        path: Path,
        progress: Callable[[int, int], None] | None = None,
    ) -> LabelsWritten:
        """Labels of units, in that order. Raises UserError; cancelling leaves no file."""

    async def write_place_labels(
        self,
        ids: Sequence[int],
        form: LabelFormat,
        options: LabelOptions,
        path: Path,
        progress: Callable[[int, int], None] | None = None,
    ) -> LabelsWritten:
        """Labels of places."""


@dataclass(frozen=True, slots=True)
class Workbench:
    """All doors of the workbench."""

    units: UnitsSource
    steps: StepsSource
    locations: LocationsSource
    views: ViewsSource
    attachments: AttachmentsSource
    counts: CountsSource
    labels: LabelsSource
