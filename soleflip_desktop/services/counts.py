"""What a scanned code is, and counts of what lies somewhere."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.models import StockCount
from soleflip_desktop.db.queries import counts, steps
from soleflip_desktop.domain.changes import Change, Domain
from soleflip_desktop.domain.counting import CountHead, CountLine, ScanHit, ScanKind
from soleflip_desktop.domain.errors import NotFoundError, UserError
from soleflip_desktop.domain.steps import KeptRecord, StepReport
from soleflip_desktop.domain.unit_codes import CodeOwner, clean_code, parse_ean, parse_own_code

CHANGED = Change.of(Domain.INVENTORY)
_MOST_CHARACTERS = 200


class CountsService:
    """Codes and counts. A count is open until it is finished, however often the app restarts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def resolve(self, code: str) -> ScanHit:
        """The code of a place's own label comes first, then our codes, then EAN and UPC."""
        return await self._database.read(_resolve, code)

    async def place_id(self, path: str) -> int:
        """The place of that path or code. Raises NotFoundError for one that is not there."""
        return await self._database.read(_place_id, path)

    async def counts(self) -> list[CountHead]:
        """The newest 200, newest first."""
        return await self._database.read(counts.heads)

    async def start(self, location_id: int | None) -> CountHead:
        """Goes on with the open count of that place, if there is one.

        Raises NotFoundError for a place that is gone.
        """
        return await self._database.write(CHANGED, _start, location_id)

    async def scan(self, count_id: int, code: str) -> CountLine:
        """Records a scan; says what the sheet says of it now.

        An EAN stands for a unit of that product that was not scanned yet. Raises UserError for the
        code of a place, for an empty one, and where the count is finished or gone.
        """
        return await self._database.write(CHANGED, _scan, count_id, code)

    async def take_back(self, count_id: int) -> None:
        """Removes the last scan. Raises UserError where there is none."""
        await self._database.write(CHANGED, _take_back, count_id)

    async def sheet(self, count_id: int) -> list[CountLine]:
        """Every expected or scanned unit and every unknown code, as things are booked now.

        Raises NotFoundError for a count that is gone.
        """
        return await self._database.read(_sheet, count_id)

    async def finish(self, count_id: int, *, move_found: bool) -> StepReport:
        """Closes the count; with `move_found` units booked elsewhere are moved to its place."""
        return await self._database.write(CHANGED, _finish, count_id, move_found=move_found)


def _resolve(session: Session, code: str) -> ScanHit:
    text = code.strip()
    place = counts.place_of_code(session, text) if text else None
    own = None if place else parse_own_code(text)
    if own is not None and own.owner is CodeOwner.PLACE:
        place = counts.place(session, own.number)
    if place is not None:
        return ScanHit(ScanKind.LOCATION, text, place.title, (place.id,))
    if own is not None and own.owner is CodeOwner.UNIT:
        unit = counts.unit(session, own.number)
        if unit is not None:
            return ScanHit(ScanKind.UNIT, text, unit.title, (unit.id,))
    ean = parse_ean(text)
    product = None if ean is None else counts.product_of_ean(session, ean)
    if product is not None:
        return ScanHit(ScanKind.PRODUCT, text, product.title, product.ids)
    return ScanHit(ScanKind.UNKNOWN, text, "")


def _place_id(session: Session, path: str) -> int:
    found = counts.place_of_path(session, path) or counts.place_of_code(session, path)
    if found is None:
        raise NotFoundError(
            f"There is no place “{path}”. Write its whole path, like “Room / Shelf”, or its code."
        )
    return found.id


def _start(session: Session, location_id: int | None) -> CountHead:
    if location_id is not None and counts.place(session, location_id) is None:
        raise NotFoundError("This place is no longer there; choose another one to count.")
    count_id = counts.open_count(session, location_id)
    if count_id is None:
        count_id = counts.add_count(session, location_id)
    return counts.heads(session, count_id)[0]


def _scan(session: Session, count_id: int, code: str) -> CountLine:
    _open(session, count_id)
    shown = "".join(char for char in code.strip() if char.isprintable())[:_MOST_CHARACTERS]
    if not shown:
        raise UserError("Nothing was scanned: the code is empty. Scan the label again.")
    hit = _resolve(session, shown)
    if hit.kind is ScanKind.LOCATION:
        raise UserError(
            f"{hit.title} is a place, not a unit. Scan the units that lie there, or start a count "
            "of that place."
        )
    item_id = hit.ids[0] if hit.kind is ScanKind.UNIT else None
    if hit.kind is ScanKind.PRODUCT:
        item_id = counts.missed_unit(session, count_id, clean_code(shown))
    counts.add_scan(session, count_id, shown, item_id)
    line = None if item_id is None else counts.line(session, count_id, item_id)
    return line or counts.unknown_line(session, count_id, shown)


def _sheet(session: Session, count_id: int) -> list[CountLine]:
    if not counts.heads(session, count_id):
        raise NotFoundError(f"Count {count_id} is no longer there; start another one.")
    return counts.sheet(session, count_id)


def _take_back(session: Session, count_id: int) -> None:
    _open(session, count_id)
    if not counts.remove_last_scan(session, count_id):
        raise UserError("Nothing was scanned yet, so there is nothing to take back.")


def _finish(session: Session, count_id: int, *, move_found: bool) -> StepReport:
    count = _open(session, count_id)
    count.finished_at = datetime.now(UTC)
    session.flush()
    if not move_found or count.location_id is None:
        return StepReport(None, 0)
    place = counts.place(session, count.location_id)
    run = steps.begin(session)
    moved = counts.move_found(session, count_id)
    units = "1 unit" if len(moved) == 1 else f"{len(moved)} units"
    title = f"Move {units} found by a count to {place.title if place else 'its place'}"
    kept = tuple(_kept(session, count_id))
    return StepReport(steps.finish(session, run, title), len(moved), kept)


def _kept(session: Session, count_id: int) -> list[KeptRecord]:
    return [
        KeptRecord(line.item_id, f"{line.product}, {line.size} is booked as not in stock")
        for line in counts.gone(session, count_id)
        if line.item_id is not None
    ]


def _open(session: Session, count_id: int) -> StockCount:
    """Raises NotFoundError, or UserError for a count that is finished."""
    count = counts.lock_count(session, count_id)
    if count is None:
        raise NotFoundError(f"Count {count_id} is no longer there; start another one.")
    if count.finished_at is not None:
        raise UserError(f"Count {count_id} is finished; start another one to go on scanning.")
    return count
