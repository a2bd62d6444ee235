"""Imports as the window runs them: in a child process that reports, obeys and may die."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from helpers.stockx_report import Report
from soleflip_desktop.bootstrap import import_in_child
from soleflip_desktop.db.engine import Database
from soleflip_desktop.domain.changes import Change, ChangeBus
from soleflip_desktop.domain.errors import FileImportError, UserError
from soleflip_desktop.domain.grid_query import GridQuery, SortKey
from soleflip_desktop.domain.integration import (
    BatchStatus,
    ImportPhase,
    ImportProgress,
    ImportRequest,
    ImportResult,
)
from soleflip_desktop.services.integration import IntegrationService
from soleflip_desktop.services.transactions import TransactionsService
from soleflip_desktop.sync.process_runner import AFTER_IMPORT, ProcessImportRunner

pytestmark = pytest.mark.db


class Heard:
    """A runner, and what it says while it works."""

    def __init__(self, database: Database) -> None:
        self.changes: list[Change] = []
        self.progress: list[ImportProgress] = []
        bus = ChangeBus()
        bus.subscribe(self.changes.append)
        self.runner = ProcessImportRunner(database.url, bus, import_in_child)

    async def run(self, path: Path, cancel_in: ImportPhase | None = None) -> ImportResult:
        run = self.runner.start(ImportRequest(str(path)), self.progress.append)
        while cancel_in is not None and not any(p.phase is cancel_in for p in self.progress):
            await asyncio.sleep(0.005)
        if cancel_in is not None:
            run.cancel()
        return await run.wait()


def sales(database: Database) -> int:
    service = TransactionsService(database)
    return len(asyncio.run(service.grid.view(GridQuery((SortKey("sold_at"),)))).ids)


def test_a_file_goes_in_and_the_way_is_told(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    oracle = Report(2_000, products=100).write(path)
    heard = Heard(database)
    result = asyncio.run(heard.run(path))
    assert result.status is BatchStatus.COMPLETED
    assert result.imported == oracle.imported == sales(database)
    assert heard.changes == [AFTER_IMPORT]
    done = [progress.bytes_done for progress in heard.progress]
    assert done == sorted(done)


def test_cancelling_leaves_nothing(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    Report(60_000, products=500).write(path)
    heard = Heard(database)

    result = asyncio.run(heard.run(path, ImportPhase.READING))
    assert result.status is BatchStatus.CANCELLED
    assert sales(database) == 0
    batches = asyncio.run(IntegrationService(database).batches())
    assert [batch.status for batch in batches] == [BatchStatus.CANCELLED]


def test_a_file_that_is_nothing_raises_what_the_child_said(
    database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "wrong.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(FileImportError, match=r"wrong\.csv"):
        asyncio.run(Heard(database).run(path))


def test_a_child_that_is_killed_is_told_and_leaves_nothing(
    database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "report.csv"
    Report(60_000, products=500).write(path)
    heard = Heard(database)

    async def killed() -> ImportResult:
        run = heard.runner.start(ImportRequest(str(path)), heard.progress.append)
        while not heard.progress:
            await asyncio.sleep(0.005)
        run._process.kill()
        return await run.wait()

    with pytest.raises(UserError, match="ended from outside"):
        asyncio.run(killed())
    assert sales(database) == 0
    assert asyncio.run(IntegrationService(database).close_interrupted()) == 1
