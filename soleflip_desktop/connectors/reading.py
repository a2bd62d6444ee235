"""Answers of marketplaces as they are sent: amounts, instants, words, and records one by one."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError

from soleflip_desktop.domain.marketplace import BadRecord, Raw, RemoteEntity
from soleflip_desktop.domain.money import round_cents

T = TypeVar("T")

#: What an amount's column holds before its point: numeric(14, 2).
_MOST_DIGITS = 12
_SHOWN_LETTERS = 60


def amount_of(value: Any) -> Decimal | None:
    """Cents, half-up as they are stored; None for null and empty. Raises ValueError."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ValueError("an amount is a number, or a text with one")  # noqa: TRY004  (pydantic)
    try:
        amount = Decimal(value.strip() if isinstance(value, str) else value)
    except InvalidOperation:
        raise ValueError("this is no number and no amount") from None
    sane = amount.is_finite() and -_MOST_DIGITS < amount.adjusted() < _MOST_DIGITS
    if amount and not sane:
        raise ValueError("this is no amount that anything costs")
    return round_cents(amount) if amount else Decimal("0.00")


def _utc(moment: datetime) -> datetime:
    """Without a zone it is UTC. Raises ValueError at the very ends of time."""
    try:
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except OverflowError:
        raise ValueError("no calendar has this moment") from None


#: A price may not be missing, an amount may.
Price = Annotated[Decimal, BeforeValidator(amount_of)]
Amount = Annotated[Decimal | None, BeforeValidator(amount_of)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Instant = Annotated[datetime, AfterValidator(_utc)]
#: A text that may be missing.
Word = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]


@dataclass(frozen=True, slots=True)
class Records:
    """Records of one kind. `key` names the field with a record's id; `kept` is what is stored."""

    marketplace: str
    entity: RemoteEntity
    key: str
    kept: Callable[[Mapping[str, Any]], Raw]

    def read_all(
        self, rows: Sequence[Any], read: Callable[[Mapping[str, Any]], T]
    ) -> tuple[tuple[T, ...], tuple[BadRecord, ...]]:
        """One bad record never costs its page. `read` raises ValidationError."""
        good, bad = [], []
        for row in rows:
            try:
                good.append(read(row if isinstance(row, Mapping) else {}))
            except ValidationError as error:
                bad.append(self.bad(row, _sent(error)))
        return tuple(good), tuple(bad)

    def bad(self, row: Any, sent: str) -> BadRecord:
        """`sent` says what came instead of a record, such as “soon” as amount."""
        raw = self.kept(row) if isinstance(row, Mapping) else {}
        text = json.dumps(row, sort_keys=True, default=str)
        number = str(raw.get(self.key) or f"unnamed-{zlib.crc32(text.encode()):08x}")
        message = (
            f"{self.marketplace} sent {sent} of {self.entity} {number}, which cannot be read. "
            f"Look at it at {self.marketplace}; read it again when it is right there."
        )
        return BadRecord(self.entity, number, message, raw)


def readable(rows: Sequence[Any], read: Callable[[Mapping[str, Any]], T]) -> tuple[T, ...]:
    """Of a list in which a bad record may be left out: search hits, sizes, prices."""
    found = []
    for row in rows:
        try:
            found.append(read(row if isinstance(row, Mapping) else {}))
        except ValidationError:
            continue
    return tuple(found)


def _sent(error: ValidationError) -> str:
    """The first field that cannot be read. What has the wrong kind may be a whole address."""
    first = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in first["loc"]) or "the whole"
    given = first["input"]
    shown = isinstance(given, str | int | Decimal) and not first["type"].endswith("_type")
    value = f"“{str(given)[:_SHOWN_LETTERS]}”" if shown else "nothing usable"
    return f"{value} as {field}"
