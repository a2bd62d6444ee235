"""Imports: batches, their rows and what was found wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from soleflip_desktop.domain.import_fields import Target
from soleflip_desktop.domain.import_plan import ImportPlan, PlanChoices


class BatchStatus(StrEnum):
    """What became of an import. A draft was checked and waits; an undone one can be redone."""

    DRAFT = "draft"
    RUNNING = "running"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    UNDONE = "undone"


class RecordState(StrEnum):
    """Why a row is kept one by one: it did not go in, or it went in with a remark."""

    REJECTED = "rejected"
    CONFLICT = "conflict"
    WARNING = "warning"


class ChangedEntity(StrEnum):
    """What an import can make or change, and an undo takes back."""

    BRAND = "brand"
    CATEGORY = "category"
    SIZE = "size"
    PRODUCT = "product"
    VARIANT = "variant"
    IDENTIFIER = "identifier"
    SUPPLIER = "supplier"
    ACCOUNT = "account"
    LOCATION = "location"
    ITEM = "item"
    ORDER = "order"
    PAYOUT = "payout"
    PRICE = "price"


class RowClass(StrEnum):
    """What a row means for the database. Every row of a file has exactly one.

    Unchanged: stored with the same values. Duplicate: it stood in this file before. Conflict:
    it cannot be told which record it is about, or the record does not allow the change. Skipped:
    left out by the user, by the import mode, or because such rows are not records.
    """

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    CONFLICT = "conflict"
    SKIPPED = "skipped"


#: The last column of saved rejected rows; it says why, and is no column of their layout.
ERROR_COLUMN = "Error"
#: Issues that a result carries; the rejected rows themselves are all kept in the database.
ISSUE_LIMIT = 10_000
#: Remarks stored of one kind: every unitemised charge is a line of its order anyway.
REMARK_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class RowIssue:
    """One finding about one cell. `row` counts records of data from 1, the header not included.

    Row 0 stands for the file as a whole.
    """

    row: int
    column: str
    value: str
    code: str
    message: str


@dataclass(slots=True)
class CurrencyTotals:
    """Sums over rows, in major units: gross + charges + residual = payout.

    Charges are the itemised lines with their signs; `payout` sums the rows that name one. `cost`
    is what the rows' units were bought for.
    """

    gross: Decimal = Decimal(0)
    charges: Decimal = Decimal(0)
    payout: Decimal = Decimal(0)
    residual: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)

    @property
    def names_payouts(self) -> bool:
        """False for a source without payouts, such as the contest's: then only gross is known."""
        return any((self.charges, self.payout, self.residual))


@dataclass(slots=True)
class ImportResult:
    """What one run did, or for a draft what it would do.

    `rows` = imported + changed + duplicates + rejected + conflicts + skipped, always; `unchanged`
    is the part of the duplicates that the database holds already, the rest stood twice in the
    file. `totals` are of the rows that were written, `file_totals` of all readable ones. `issues`
    say why rows were rejected or are in conflict, `remarks` what to look at in rows that went in;
    both hold at most the first ISSUE_LIMIT, the counts hold all. `format` is the profile's key.
    """

    batch_id: int | None
    file: str
    format: str
    title: str = ""
    target: Target = Target.SALES
    rows: int = 0
    imported: int = 0
    changed: int = 0
    unchanged: int = 0
    duplicates: int = 0
    rejected: int = 0
    conflicts: int = 0
    skipped: int = 0
    warnings: int = 0
    totals: dict[str, CurrencyTotals] = field(default_factory=dict)
    file_totals: dict[str, CurrencyTotals] = field(default_factory=dict)
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
    format: str
    title: str
    target: Target
    status: BatchStatus
    started_at: datetime
    finished_at: datetime | None
    rows: int
    imported: int
    changed: int
    duplicates: int
    rejected: int
    conflicts: int
    warnings: int
    error: str | None


class ImportAction(StrEnum):
    """What to do with a file or a batch.

    Import: read the file and write it. Check: read it and keep a draft with its review. Run: write
    a draft. Redo: write an undone batch again, from its stored rows.
    """

    IMPORT = "import"
    CHECK = "check"
    RUN = "run"
    REDO = "redo"


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What to import and how. Without a `plan`, `choices` and the file itself make one.

    `batch_id` is the draft to run, the draft that a check replaces, or the batch to redo.
    """

    path: str = ""
    plan: ImportPlan | None = None
    choices: PlanChoices = field(default_factory=PlanChoices)
    action: ImportAction = ImportAction.IMPORT
    batch_id: int | None = None
    dry_run: bool = False

    @property
    def of_stored_rows(self) -> bool:
        """A draft's or an undone batch's own rows are written; no file is read."""
        return self.action in {ImportAction.RUN, ImportAction.REDO}


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell of a stored record that a row changes. Values as text; None is "nothing"."""

    entity: str
    entity_id: int | None
    field: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One row of a draft or of a finished batch, as the review step and the result show it."""

    row: int
    row_class: RowClass
    cells: tuple[str, ...]
    changes: tuple[CellChange, ...] = ()
    issues: tuple[RowIssue, ...] = ()


@dataclass(frozen=True, slots=True)
class IssueGroup:
    """All issues with one remedy: same column, same code. `rows` are the first few."""

    column: str
    code: str
    message: str
    count: int
    values: tuple[tuple[str, int], ...]
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A row that an undo leaves as it is, and why."""

    row: int
    entity: str
    entity_id: int
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class UndoReport:
    """What an undo did, or would do. `reverted` rows were taken back; `kept` ones were not.

    `removed` counts deleted records by entity, `restored` records that got their old values back.
    """

    batch_id: int
    file: str
    reverted: int
    kept: tuple[KeptRow, ...]
    removed: dict[str, int] = field(default_factory=dict)
    restored: dict[str, int] = field(default_factory=dict)
    dry_run: bool = False
