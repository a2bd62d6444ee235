"""The doors of the workbench without a database: what goes in is kept and can be looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from helpers.fake_services import FakeItems
from helpers.fake_views import FakeViews
from soleflip_desktop.domain.attachments import AttachmentRow
from soleflip_desktop.domain.counting import CountHead, CountLine, CountMark, ScanHit, ScanKind
from soleflip_desktop.domain.edit_text import EditStyle, show_value
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.inventory import ITEM_TRANSITIONS, ItemRow, ItemStatus
from soleflip_desktop.domain.labels import LabelFormat, LabelOptions, LabelsWritten
from soleflip_desktop.domain.locations import SEPARATOR, LocationRow
from soleflip_desktop.domain.steps import (
    FieldChange,
    HistoryEntry,
    KeptRecord,
    StepHead,
    StepReport,
    UndoState,
)
from soleflip_desktop.domain.unit_fields import (
    UNIT_FIELDS_BY_NAME,
    CellEdit,
    ProductChoice,
    UnitDraft,
    UnitValue,
)
from soleflip_desktop.services.grid import FieldValue
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.doors import Workbench
from soleflip_desktop.ui.inventory.page import InventoryPage

_START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
_ACTOR = "Jane"


@dataclass
class _Done:
    """A step with the rows as they were and as they became; None: there was or is none."""

    head: StepHead
    before: dict[int, ItemRow | None]
    after: dict[int, ItemRow | None]


class FakeSteps:
    """Undo and redo over a dictionary of units."""

    def __init__(self, rows: dict[int, ItemRow]) -> None:
        self.rows = rows
        self.calls: list[tuple[str, Any]] = []
        self.done: list[_Done] = []
        self.on_change: Callable[[], None] = lambda: None

    def record(self, title: str, after: Mapping[int, ItemRow | None]) -> StepHead:
        """Puts the rows in place, as one step."""
        number = len(self.done) + 1
        head = StepHead(number, title, _ACTOR, _START + timedelta(minutes=number))
        self.done = [step for step in self.done if not step.head.undone]
        before = {row_id: self.rows.get(row_id) for row_id in after}
        self.done.append(_Done(head, before, dict(after)))
        self._put(after)
        return head

    async def state(self) -> UndoState:
        done = [step.head for step in self.done if not step.head.undone]
        undone = [step.head for step in self.done if step.head.undone]
        return UndoState(done[-1] if done else None, undone[0] if undone else None)

    async def undo(self) -> StepReport:
        self.calls.append(("undo", None))
        return self._turn((await self.state()).undo, undone=True)

    async def redo(self) -> StepReport:
        self.calls.append(("redo", None))
        return self._turn((await self.state()).redo, undone=False)

    async def steps(self, limit: int = 100) -> list[StepHead]:
        return [step.head for step in reversed(self.done)][:limit]

    def _turn(self, head: StepHead | None, *, undone: bool) -> StepReport:
        if head is None:
            raise UserError("There is nothing to undo." if undone else "There is nothing to redo.")
        step = next(each for each in self.done if each.head == head)
        step.head = replace(head, undone=undone)
        self._put(step.before if undone else step.after)
        return StepReport(step.head, len(step.before))

    def _put(self, rows: Mapping[int, ItemRow | None]) -> None:
        for row_id, row in rows.items():
            if row is None:
                self.rows.pop(row_id, None)
            else:
                self.rows[row_id] = row
        self.on_change()


class FakeUnits:
    """Units in a dictionary, which may be that of a FakeItems grid."""

    def __init__(self, rows: dict[int, ItemRow], steps: FakeSteps) -> None:
        self.rows, self._steps = rows, steps
        self.calls: list[tuple[str, Any]] = []
        self.refused: dict[tuple[int, str], str] = {}  # cells that the "database" does not take
        self.entries: dict[int, list[HistoryEntry]] = {}

    async def edit(self, edits: Sequence[CellEdit]) -> StepReport:
        self.calls.append(("edit", list(edits)))
        after: dict[int, ItemRow | None] = {}
        kept = []
        for edit in edits:
            row = after.get(edit.item_id) or self.rows.get(edit.item_id)
            reason = self._refusal(row, edit)
            if row is None or reason is not None:
                kept.append(KeptRecord(edit.item_id, reason or ""))
            else:
                after[edit.item_id] = _with(row, edit.field, edit.value)
        return self._report(f"Edit {_units(len(after))}", after, tuple(kept))

    async def set_fields(
        self, ids: Sequence[int], values: Mapping[str, UnitValue | None]
    ) -> StepReport:
        self.calls.append(("set_fields", (list(ids), dict(values))))
        after: dict[int, ItemRow | None] = {}
        kept = []
        for row_id in ids:
            row = self.rows[row_id]
            wanted = values.get("status", row.status)
            if wanted != row.status and wanted not in ITEM_TRANSITIONS[row.status]:
                kept.append(KeptRecord(row_id, f"It cannot go from {row.status} to {wanted}."))
                continue
            for name, value in values.items():
                row = _with(row, name, value)
            after[row_id] = row
        titles = ", ".join(UNIT_FIELDS_BY_NAME[name].title.lower() for name in values)
        return self._report(f"Set {titles} of {_units(len(after))}", after, tuple(kept))

    async def old_values(
        self, ids: Sequence[int], fields: Sequence[str]
    ) -> dict[str, list[FieldValue]]:
        self.calls.append(("old_values", (list(ids), list(fields))))
        found = {}
        for name in fields:
            texts = Counter(
                show_value(UNIT_FIELDS_BY_NAME[name], getattr(self.rows[row_id], name), EditStyle())
                for row_id in ids
            )
            found[name] = [FieldValue(text, rows) for text, rows in texts.most_common(20)]
        return found

    async def add(self, draft: UnitDraft) -> StepReport:
        self.calls.append(("add", draft))
        template = replace(
            _EMPTY_ROW,
            product=draft.product or "Known product",
            brand=draft.brand,
            style_code=draft.style_code,
            category=draft.category,
            status=draft.status,
        )
        for name, value in draft.values:
            template = _with(template, name, value)
        return self._create(template, draft.sizes, "Add")

    async def clone(self, item_id: int, sizes: Sequence[tuple[str, int]]) -> StepReport:
        self.calls.append(("clone", (item_id, list(sizes))))
        return self._create(self.rows[item_id], sizes, "Clone")

    async def delete(self, ids: Sequence[int]) -> StepReport:
        self.calls.append(("delete", list(ids)))
        sold = {row_id for row_id in ids if self.rows[row_id].sold_at is not None}
        kept = tuple(KeptRecord(row_id, "It was sold.") for row_id in ids if row_id in sold)
        gone: dict[int, ItemRow | None] = {row_id: None for row_id in ids if row_id not in sold}
        return self._report(f"Delete {_units(len(gone))}", gone, kept)

    async def history(self, item_id: int) -> list[HistoryEntry]:
        self.calls.append(("history", item_id))
        return self.entries.get(item_id, [])

    async def products(self, search: str) -> list[ProductChoice]:
        self.calls.append(("products", search))
        words = search.casefold().split()
        known = {(row.product, row.brand, row.style_code) for row in self.rows.values()}
        ordered = sorted(known, key=lambda each: each[0])
        return [
            ProductChoice(number, name, brand, style, self._sizes(name))
            for number, (name, brand, style) in enumerate(ordered, 1)
            if all(word in f"{name} {brand} {style}".casefold() for word in words)
        ][:50]

    async def suppliers(self) -> list[str]:
        return sorted({row.supplier for row in self.rows.values() if row.supplier})

    async def tags(self) -> list[str]:
        return sorted({tag for row in self.rows.values() for tag in row.tags})

    def _sizes(self, product: str) -> tuple[str, ...]:
        rows = self.rows.values()
        return tuple(sorted({row.size for row in rows if row.product == product}))

    def _refusal(self, row: ItemRow | None, edit: CellEdit) -> str | None:
        if row is None:
            return "The unit is not there any more."
        if (edit.item_id, edit.field) in self.refused:
            return self.refused[edit.item_id, edit.field]
        stored = getattr(row, edit.field)
        if (stored or None) != edit.was:
            return f"{UNIT_FIELDS_BY_NAME[edit.field].title} is {stored} by now."
        return None

    def _create(self, template: ItemRow, sizes: Sequence[tuple[str, int]], verb: str) -> StepReport:
        wanted = [size for size, count in sizes for _ in range(count)]
        first = max(self.rows, default=0) + 1
        made: dict[int, ItemRow | None] = {
            number: replace(template, id=number, size=size)
            for number, size in enumerate(wanted, first)
        }
        return replace(self._report(f"{verb} {_units(len(made))}", made, ()), created=tuple(made))

    def _report(
        self, title: str, after: Mapping[int, ItemRow | None], kept: tuple[KeptRecord, ...]
    ) -> StepReport:
        return StepReport(self._steps.record(title, after) if after else None, len(after), kept)


class FakeLocations:
    """A tree of places."""

    def __init__(self, *paths: str) -> None:
        self.by_id: dict[int, LocationRow] = {}
        self.calls: list[tuple[str, Any]] = []
        for path in paths:
            above, _, name = path.rpartition(SEPARATOR)
            parent = next((row.id for row in self.by_id.values() if row.path == above), None)
            self._put(len(self.by_id) + 1, name, parent, None)

    async def locations(self) -> list[LocationRow]:
        return sorted(self.by_id.values(), key=lambda row: row.path)

    async def add(self, name: str, parent_id: int | None, code: str | None = None) -> StepReport:
        self.calls.append(("add", (name, parent_id, code)))
        number = max(self.by_id, default=0) + 1
        self._put(number, name, parent_id, code)
        return StepReport(_head(f"Add place {name}"), 1, created=(number,))

    async def change(
        self, location_id: int, name: str, parent_id: int | None, code: str | None
    ) -> StepReport:
        self.calls.append(("change", (location_id, name, parent_id, code)))
        above = parent_id
        while above is not None:
            if above == location_id:
                raise UserError(f"{name} cannot lie within itself. Choose another place.")
            above = self.by_id[above].parent_id
        self._put(location_id, name, parent_id, code)
        return StepReport(_head(f"Change place {name}"), 1)

    async def remove(self, location_id: int) -> StepReport:
        self.calls.append(("remove", location_id))
        row = self.by_id[location_id]
        below = any(each.parent_id == location_id for each in self.by_id.values())
        if row.units or below:
            raise UserError(f"{row.path} is not empty. Move what lies there first.")
        del self.by_id[location_id]
        return StepReport(_head(f"Remove place {row.name}"), 1)

    def _put(self, number: int, name: str, parent_id: int | None, code: str | None) -> None:
        if not name:
            raise UserError("A place needs a name.")
        path = name if parent_id is None else f"{self.by_id[parent_id].path}{SEPARATOR}{name}"
        if any(row.path == path and row.id != number for row in self.by_id.values()):
            raise UserError(f"There is a place {path} already. Choose another name.")
        units = self.by_id[number].units if number in self.by_id else 0
        self.by_id[number] = LocationRow(number, parent_id, name, path, code, units)
        for row in list(self.by_id.values()):
            if row.parent_id == number:
                self._put(row.id, row.name, number, row.code)


class FakeAttachments:
    """Files of units in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.by_id: dict[int, AttachmentRow] = {}
        self.calls: list[tuple[str, Any]] = []

    async def attachments(self, item_id: int) -> list[AttachmentRow]:
        self.calls.append(("attachments", item_id))
        return [row for row in self.by_id.values() if row.item_id == item_id]

    async def attach(self, item_id: int, paths: Sequence[Path]) -> StepReport:
        self.calls.append(("attach", (item_id, list(paths))))
        for path in paths:
            self._keep(item_id, path.name, path.read_bytes())
        return StepReport(_head(f"Attach {len(paths)} files"), len(paths))

    async def attach_bytes(self, item_id: int, name: str, content: bytes) -> StepReport:
        self.calls.append(("attach_bytes", (item_id, name)))
        self._keep(item_id, name, content)
        return StepReport(_head(f"Attach {name}"), 1)

    async def detach(self, attachment_ids: Sequence[int]) -> StepReport:
        self.calls.append(("detach", list(attachment_ids)))
        for number in attachment_ids:
            del self.by_id[number]
        return StepReport(_head(f"Remove {len(attachment_ids)} files"), len(attachment_ids))

    def path(self, attachment: AttachmentRow) -> Path:
        return self.folder / attachment.sha256

    def _keep(self, item_id: int, name: str, content: bytes) -> None:
        digest = sha256(content).hexdigest()
        (self.folder / digest).write_bytes(content)
        kinds = {".png": "image/png", ".jpg": "image/jpeg", ".pdf": "application/pdf"}
        kind = kinds.get(Path(name).suffix.casefold(), "application/octet-stream")
        number = max(self.by_id, default=0) + 1
        self.by_id[number] = AttachmentRow(
            number, item_id, digest, name, kind, len(content), _START
        )


@dataclass
class FakeCounts:
    """One count at a time of units known by their codes."""

    units: dict[str, CountLine] = field(default_factory=dict)
    places: dict[str, ScanHit] = field(default_factory=dict)
    heads: list[CountHead] = field(default_factory=list)
    scans: dict[int, list[str]] = field(default_factory=dict)
    calls: list[tuple[str, Any]] = field(default_factory=list)

    async def resolve(self, code: str) -> ScanHit:
        self.calls.append(("resolve", code))
        line = self.units.get(code)
        if line is not None and line.item_id is not None:
            return ScanHit(ScanKind.UNIT, code, f"{line.product}, {line.size}", (line.item_id,))
        return self.places.get(code, ScanHit(ScanKind.UNKNOWN, code, code))

    async def counts(self) -> list[CountHead]:
        return list(reversed(self.heads))

    async def start(self, location_id: int | None) -> CountHead:
        self.calls.append(("start", location_id))
        for head in self.heads:
            if head.finished_at is None and head.location_id == location_id:
                return head
        place = next((hit for hit in self.places.values() if location_id in hit.ids), None)
        title = None if place is None else place.title
        expected = sum(title in {None, line.location} for line in self.units.values())
        number = len(self.heads) + 1
        head = CountHead(number, location_id, title, _ACTOR, _START, None, expected, 0)
        self.heads.append(head)
        self.scans[number] = []
        return head

    async def scan(self, count_id: int, code: str) -> CountLine:
        self.calls.append(("scan", (count_id, code)))
        self.scans[count_id].append(code)
        return self._line(count_id, code)

    async def take_back(self, count_id: int) -> None:
        self.calls.append(("take_back", count_id))
        self.scans[count_id].pop()

    async def sheet(self, count_id: int) -> list[CountLine]:
        place = self.heads[count_id - 1].location
        expected = [code for code, line in self.units.items() if place in {None, line.location}]
        return [
            self._line(count_id, code) for code in dict.fromkeys((*expected, *self.scans[count_id]))
        ]

    async def finish(self, count_id: int, *, move_found: bool) -> StepReport:
        self.calls.append(("finish", (count_id, move_found)))
        lines = await self.sheet(count_id)
        moved = sum(line.mark is CountMark.ELSEWHERE for line in lines) if move_found else 0
        self.heads[count_id - 1] = replace(self.heads[count_id - 1], finished_at=_START)
        return StepReport(_head(f"Move {_units(moved)}") if moved else None, moved)

    def _line(self, count_id: int, code: str) -> CountLine:
        scans = self.scans[count_id].count(code)
        line = self.units.get(code)
        if line is None:
            return CountLine(CountMark.UNKNOWN, None, code, "", "", None, scans)
        place = self.heads[count_id - 1].location
        mark = CountMark.MISSING if scans == 0 else CountMark.FOUND
        if place not in {None, line.location}:
            mark = CountMark.ELSEWHERE
        elif scans > 1:
            mark = CountMark.TWICE
        return replace(line, mark=mark, scans=scans)


class FakeLabels:
    """Records what was to be printed and writes an empty file."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, list[int], LabelFormat, LabelOptions]] = []

    async def write_labels(
        self,
        ids: Sequence[int],
        form: LabelFormat,
        options: LabelOptions,
        path: Path,
        progress: Callable[[int, int], None] | None = None,
    ) -> LabelsWritten:
        return self._write("units", ids, form, options, path)

    async def write_place_labels(
        self,
        ids: Sequence[int],
        form: LabelFormat,
        options: LabelOptions,
        path: Path,
        progress: Callable[[int, int], None] | None = None,
    ) -> LabelsWritten:
        return self._write("places", ids, form, options, path)

    def _write(
        self, kind: str, ids: Sequence[int], form: LabelFormat, options: LabelOptions, path: Path
    ) -> LabelsWritten:
        self.calls.append((kind, list(ids), form, options))
        path.write_bytes(b"%PDF-")
        return LabelsWritten(len(ids), 1)


@dataclass
class FakeDoors:
    """All fakes over one dictionary of units."""

    units: FakeUnits
    steps: FakeSteps
    locations: FakeLocations
    views: FakeViews
    attachments: FakeAttachments
    counts: FakeCounts
    labels: FakeLabels

    @classmethod
    def over(cls, rows: dict[int, ItemRow], folder: Path) -> FakeDoors:
        steps = FakeSteps(rows)
        places = FakeLocations(
            "Cellar", "Cellar / Shelf 1", "Cellar / Shelf 2", "Office", "Office / Box A"
        )
        return cls(
            FakeUnits(rows, steps),
            steps,
            places,
            FakeViews(),
            FakeAttachments(folder),
            FakeCounts(),
            FakeLabels(),
        )

    @property
    def workbench(self) -> Workbench:
        return Workbench(
            self.units,
            self.steps,
            self.locations,
            self.views,
            self.attachments,
            self.counts,
            self.labels,
        )


def inventory_page(items: FakeItems, kit: UiKit, *, sample: bool = False) -> InventoryPage:
    """The page over these units; nothing of its tests touches a file."""
    doors = FakeDoors.over(items.by_id, Path("no-folder"))
    return InventoryPage(items, doors.workbench, kit, sample=sample)


def moved(at: datetime, old: str, new: str) -> HistoryEntry:
    """What history says of a unit that was carried elsewhere."""
    return HistoryEntry(at, _ACTOR, "item.changed", (FieldChange("location", old, new),))


def _with(row: ItemRow, name: str, value: UnitValue | None) -> ItemRow:
    stored: object = () if name == "tags" and value is None else value
    changes: dict[str, Any] = {name: stored}
    return replace(row, **changes)


def _head(title: str) -> StepHead:
    return StepHead(1, title, _ACTOR, _START)


def _units(number: int) -> str:
    return "1 unit" if number == 1 else f"{number} units"


_EMPTY_ROW = ItemRow(
    id=0,
    product="",
    brand=None,
    style_code=None,
    category="sneakers",
    size="",
    status=ItemStatus.AVAILABLE,
    cost=None,
    cost_currency=None,
    gross=None,
    gross_currency=None,
    payout=None,
    payout_currency=None,
    profit=None,
    acquired_at=None,
    sold_at=None,
    platform=None,
    batch_id=None,
    import_row=None,
)
