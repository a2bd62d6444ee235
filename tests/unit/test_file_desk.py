"""The desk that prepares imports: the head of a file at once, all of it in a child."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from soleflip_desktop.domain.errors import FileImportError
from soleflip_desktop.domain.import_plan import DateOrder, ImportPlan, PlanChoices
from soleflip_desktop.domain.import_sketch import FileSketch, QuestionKind
from soleflip_desktop.services.profiles import Document, SavedProfiles
from soleflip_desktop.sync import file_desk
from soleflip_desktop.sync.child import ChildRun
from soleflip_desktop.sync.file_desk import FileDesk
from soleflip_desktop.sync.profile_book import ProfileBook

CHOICES = PlanChoices(profile="purchases", currency="EUR")


class NoneSaved(SavedProfiles):
    def __init__(self) -> None:
        pass

    async def all(self) -> list[Document]:
        return []


@pytest.fixture
def desk() -> FileDesk:
    return FileDesk(ProfileBook(NoneSaved()))


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[ChildRun[Any, Any]]:
    """The children that the desk has started."""
    started: list[ChildRun[Any, Any]] = []

    class Seen(ChildRun[Any, Any]):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            started.append(self)

    monkeypatch.setattr(file_desk, "ChildRun", Seen)
    return started


def write(path: Path, rows: int, day: str = "03/04/24") -> Path:
    line = f"Dunk;9;Shop;PO-1;{day};80,50\n"
    path.write_text("Product;Size;Supplier;Order No.;Buy date;Cost\n" + line * rows, "utf-8")
    return path


async def prepared(desk: FileDesk, path: Path) -> tuple[FileSketch, ImportPlan]:
    sketch = await desk.sketch(str(path), CHOICES)
    plan, questions = await desk.propose(sketch, CHOICES)
    assert questions == ()
    return sketch, plan


def test_a_scan_decides_what_the_values_tell_and_asks_the_rest(
    desk: FileDesk, tmp_path: Path
) -> None:
    async def ask(path: Path) -> Any:
        _, plan = await prepared(desk, path)
        return await desk.scan(str(path), plan, CHOICES)

    scan, _, questions = asyncio.run(ask(write(tmp_path / "p.csv", 3)))
    assert [(q.kind, q.subject) for q in questions] == [(QuestionKind.DATES, "acquired_at")]
    assert scan.rows == 3
    _, plan, questions = asyncio.run(ask(write(tmp_path / "p.csv", 3, "30/04/2024")))
    column = plan.column("acquired_at")
    assert questions == ()
    assert column is not None
    assert column.dates is DateOrder.DMY


def test_a_file_that_is_gone_is_told_by_the_child(desk: FileDesk, tmp_path: Path) -> None:
    async def ask() -> None:
        path = write(tmp_path / "p.csv", 3)
        _, plan = await prepared(desk, path)
        path.unlink()
        await desk.scan(str(path), plan, CHOICES)

    with pytest.raises(FileImportError, match=r"p\.csv"):
        asyncio.run(ask())


def test_a_scan_ends_with_its_task(
    desk: FileDesk, runs: list[ChildRun[Any, Any]], tmp_path: Path
) -> None:
    """Going back in the wizard must not leave a child that reads on."""

    async def give_up() -> None:
        path = write(tmp_path / "p.csv", 400_000)
        _, plan = await prepared(desk, path)
        task = asyncio.create_task(desk.scan(str(path), plan, CHOICES))
        while not (runs and runs[0]._process.pid):
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(give_up())
    (run,) = runs
    run._process.join(30)
    assert run._process.exitcode is not None


def test_the_desk_suggests_fields_for_columns(desk: FileDesk, tmp_path: Path) -> None:
    async def suggestions() -> Mapping[int, tuple[str, ...]]:
        sketch, plan = await prepared(desk, write(tmp_path / "a.csv", 3))
        return await desk.suggest(sketch, plan.target)

    found = asyncio.run(suggestions())
    assert [found[place][0] for place in range(4)] == [
        "name",
        "size",
        "supplier",
        "purchase_order_number",
    ]
