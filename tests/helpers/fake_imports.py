"""An import history without a database."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.import_plan import ImportPlan
from soleflip_desktop.domain.integration import (
    BatchRow,
    BatchStatus,
    ImportResult,
    IssueGroup,
    KeptRow,
    ReviewRow,
    RowClass,
    UndoReport,
)


class FakeImports:
    """An import history in a list."""

    def __init__(self, batches: Sequence[BatchRow] = ()) -> None:
        self.rows = list(batches)
        self.results: dict[int, ImportResult] = {}
        self.saved: list[tuple[int, Path]] = []
        self.error: UserError | None = None
        self.review: list[ReviewRow] = []
        self.groups: list[IssueGroup] = []
        self.plans: dict[int, ImportPlan] = {}
        self.paths: dict[int, str] = {}
        self.discarded: list[int] = []
        self.undone: list[int] = []

    async def batches(self) -> list[BatchRow]:
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        return list(self.rows)

    async def result(self, batch_id: int) -> ImportResult:
        await asyncio.sleep(0)
        return self.results[batch_id]

    async def save_rejected(self, batch_id: int, path: Path) -> int:
        await asyncio.sleep(0)
        self.saved.append((batch_id, path))
        return 3

    async def review_rows(
        self, batch_id: int, row_class: RowClass | None, offset: int, limit: int
    ) -> list[ReviewRow]:
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        rows = [row for row in self.review if row_class in {None, row.row_class}]
        return rows[offset : offset + limit]

    async def issue_groups(self, batch_id: int) -> list[IssueGroup]:
        await asyncio.sleep(0)
        return list(self.groups)

    async def plan(self, batch_id: int) -> ImportPlan:
        await asyncio.sleep(0)
        return self.plans[batch_id]

    async def draft_path(self, batch_id: int) -> str:
        await asyncio.sleep(0)
        return self.paths[batch_id]

    async def discard(self, batch_id: int) -> None:
        await asyncio.sleep(0)
        self.discarded.append(batch_id)
        self.rows = [row for row in self.rows if row.id != batch_id]

    async def undo_preview(self, batch_id: int) -> UndoReport:
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        return undo_report(batch_id, dry_run=True)

    async def undo(self, batch_id: int) -> UndoReport:
        await asyncio.sleep(0)
        self.undone.append(batch_id)
        self.results[batch_id] = replace(self.results[batch_id], status=BatchStatus.UNDONE)
        return undo_report(batch_id, dry_run=False)


def undo_report(batch_id: int, *, dry_run: bool) -> UndoReport:
    kept = (
        KeptRow(3, "item", 13, "Yeezy Slide Onyx, US 8W", "Its cost was edited on 22 Nov 2026."),
        KeptRow(9, "item", 19, "Nike Dunk Low Panda, US 9", "It was sold on 23 Nov 2026."),
    )
    removed, restored = {"item": 1098, "order": 1098}, {"item": 40}
    return UndoReport(batch_id, "stockx-sales.csv", 1098, kept, removed, restored, dry_run)
