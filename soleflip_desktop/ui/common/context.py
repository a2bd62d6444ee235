"""What pages are given: the means of the GUI (UiKit) and the doors to the data (UiContext)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QSettings

from soleflip_desktop.domain.changes import ChangeBus

# Only the annotations name these: the window opens without them.
if TYPE_CHECKING:
    from soleflip_desktop.domain.import_plan import ImportPlan
    from soleflip_desktop.domain.integration import (
        BatchRow,
        ImportResult,
        IssueGroup,
        ReviewRow,
        RowClass,
        UndoReport,
    )
    from soleflip_desktop.domain.inventory import ItemDetail, ItemRow
    from soleflip_desktop.domain.preferences import BooksState
    from soleflip_desktop.domain.transactions import OrderDetail, OrderRow
    from soleflip_desktop.sync.import_desk import ImportDesk
    from soleflip_desktop.sync.import_runner import ImportRunner
    from soleflip_desktop.ui.common.detail_source import DetailSource
    from soleflip_desktop.ui.common.doors import Workbench
    from soleflip_desktop.ui.common.formatting import Formatter
    from soleflip_desktop.ui.common.icons import IconSet
    from soleflip_desktop.ui.common.notifier import Notifier
    from soleflip_desktop.ui.common.sync_doors import SyncDesk
    from soleflip_desktop.ui.common.tasks import TaskRunner
    from soleflip_desktop.ui.common.theme import Theme


class ImportsSource(Protocol):
    """The import history, and the drafts that wait for a review."""

    async def batches(self) -> Sequence[BatchRow]:
        """Newest first."""

    async def result(self, batch_id: int) -> ImportResult:
        """What that import did; the list of issues may be capped."""

    async def save_rejected(self, batch_id: int, path: Path) -> int:
        """Writes the rejected rows to a file; says how many."""

    async def review_rows(
        self, batch_id: int, row_class: RowClass | None, offset: int, limit: int
    ) -> Sequence[ReviewRow]:
        """Rows of a draft or a finished import, by row number; of one class or of all."""

    async def issue_groups(self, batch_id: int) -> Sequence[IssueGroup]:
        """What keeps rows out, grouped by remedy, the most frequent first. Not the warnings."""

    async def plan(self, batch_id: int) -> ImportPlan:
        """The plan that the batch was read with."""

    async def draft_path(self, batch_id: int) -> str:
        """Where the file of a draft lay when it was checked."""

    async def discard(self, batch_id: int) -> None:
        """Deletes a draft. Raises UserError where the batch is none (any more)."""

    async def undo_preview(self, batch_id: int) -> UndoReport:
        """What `undo` would do now."""

    async def undo(self, batch_id: int) -> UndoReport:
        """Takes an import back, but for the rows that were changed since. Raises UserError."""


class PreferencesSource(Protocol):
    """What all desktops of a database share of their preferences."""

    async def base_currency(self) -> str | None:
        """A code like EUR; None until somebody has chosen one."""

    async def set_base_currency(self, code: str) -> str:
        """Returns the code as it is kept. Raises UserError."""

    async def state(self) -> BooksState:
        """Whether anybody has worked with the database yet."""


@dataclass(frozen=True, slots=True)
class UiContext:
    """Everything behind the pages, handed to MainWindow.attach once the database is up."""

    inventory: DetailSource[ItemRow, ItemDetail]
    orders: DetailSource[OrderRow, OrderDetail]
    workbench: Workbench
    imports: ImportsSource
    desk: ImportDesk
    runner: ImportRunner
    sync: SyncDesk
    changes: ChangeBus
    data_folder: str
    server: str
    sample_file: Path | None = None


@dataclass(slots=True)
class BaseCurrency:
    """The currency to suggest, as this window knows it; None until somebody has chosen one."""

    code: str | None = None

    def before(self, codes: Iterable[str]) -> tuple[str, ...]:
        """The codes in their order, the base currency before all others."""
        from soleflip_desktop.domain.currencies import with_first  # noqa: PLC0415  (as above)

        return with_first(codes, self.code)


@dataclass(frozen=True, slots=True)
class UiKit:
    """The means every page shares."""

    settings: QSettings
    theme: Theme
    icons: IconSet
    formatter: Formatter
    tasks: TaskRunner
    notifier: Notifier
    base_currency: BaseCurrency = field(default_factory=BaseCurrency)
