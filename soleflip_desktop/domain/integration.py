"""Imports: batches, their rows and what was found wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class FileFormat(StrEnum):
    """A file layout that the importer knows by its columns."""

    STOCKX_SALES = "stockx-sales"
    CONTEST_2019 = "contest-2019"


class BatchStatus(StrEnum):
    """What became of an import."""

    RUNNING = "running"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


class RecordState(StrEnum):
    """Why a row is kept one by one: it did not go in, or it went in with a remark."""

    REJECTED = "rejected"
    WARNING = "warning"


#: Issues that a result carries; the rejected rows themselves are all kept in the database.
ISSUE_LIMIT = 10_000
#: Remarks stored of one kind: every unitemised charge is a line of its order anyway.
REMARK_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class RowIssue:
    """One finding about one cell. `row` counts records of data from 1, the header not included."""

    row: int
    column: str
    value: str
    code: str
    message: str


@dataclass(slots=True)
class CurrencyTotals:
    """Sums over the imported rows, in major units: gross + charges + residual = payout.

    Charges are the itemised lines with their signs; `payout` sums the rows that name one.
    """

    gross: Decimal = Decimal(0)
    charges: Decimal = Decimal(0)
    payout: Decimal = Decimal(0)
    residual: Decimal = Decimal(0)

    @property
    def names_payouts(self) -> bool:
        """False for a source without payouts, such as the contest's: then only gross is known."""
        return any((self.charges, self.payout, self.residual))


@dataclass(slots=True)
class ImportResult:
    """What one run did. `rows` = imported + duplicates + rejected, always.

    `issues` say why rows were rejected, `remarks` what to look at in rows that went in; both hold
    at most the first ISSUE_LIMIT, the counts hold all.
    """

    batch_id: int | None
    file: str
    format: FileFormat
    rows: int = 0
    imported: int = 0
    duplicates: int = 0
    rejected: int = 0
    warnings: int = 0
    totals: dict[str, CurrencyTotals] = field(default_factory=dict)
    issues: list[RowIssue] = field(default_factory=list)
    remarks: list[RowIssue] = field(default_factory=list)
    status: BatchStatus = BatchStatus.COMPLETED
    dry_run: bool = False
    seconds: float = 0.0


class ImportPhase(StrEnum):
    """What the importer is doing, in the order it does it."""

    READING = "reading"
    MATCHING = "matching"
    WRITING = "writing"
    INDEXING = "indexing"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """A sign of life: bytes and rows read so far, of how many bytes."""

    phase: ImportPhase
    bytes_done: int
    bytes_total: int
    rows: int
    rejected: int
    seconds: float


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One line of the import history."""

    id: int
    file: str
    format: FileFormat
    status: BatchStatus
    started_at: datetime
    finished_at: datetime | None
    rows: int
    imported: int
    duplicates: int
    rejected: int
    warnings: int
    error: str | None


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What to import and how. `file_format` None means: recognise it."""

    path: str
    file_format: FileFormat | None = None
    encoding: str | None = None
    dry_run: bool = False
