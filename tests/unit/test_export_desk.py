"""Exports and copies on their way through a child process: whole, refused, cancelled, killed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from soleflip_desktop.domain.exporting import ExportColumn, TableFormat, TextStyle
from soleflip_desktop.domain.grid_query import FieldKind
from soleflip_desktop.domain.money import Money
from soleflip_desktop.services.grid import Group
from soleflip_desktop.sync import export_desk
from soleflip_desktop.sync.document_child import ChildDocument
from soleflip_desktop.sync.documents import Document, ExportError, partial_file
from soleflip_desktop.sync.export_desk import ViewExport, export_view, view_text

STYLE = TextStyle("de_DE")
COLUMNS = (ExportColumn("product", "Product"), ExportColumn("cost", "Cost", FieldKind.AMOUNT))
BEFORE = "the one from before"


@dataclass(frozen=True, slots=True)
class Unit:
    id: int


class Units:
    """A source of as many units as are asked for; at `pause_at` it waits for ever."""

    def __init__(self, pause_at: int | None = None) -> None:
        self.pause_at, self.paused = pause_at, asyncio.Event()
        self.asked = 0

    async def rows(self, ids: Sequence[int]) -> list[Unit]:
        if self.pause_at in ids:
            self.paused.set()
            await asyncio.Event().wait()
        self.asked += len(ids)
        return [Unit(row_id) for row_id in ids]


def cells(unit: Unit) -> tuple[str, Money]:
    return f"Dunk; Low {unit.id}", Money(Decimal(unit.id) / 4, "EUR")


def export_of(rows: int, source: Any = None) -> ViewExport[Unit]:
    ids = np.arange(rows, dtype=np.int64)
    source = source or Units()
    return ViewExport(source, "Inventory", (), COLUMNS, cells, ids)


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[ChildDocument]:
    """The children that the desk has started."""
    started: list[ChildDocument] = []

    class Seen(ChildDocument):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            started.append(self)

    monkeypatch.setattr(export_desk, "ChildDocument", Seen)
    return started


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that stands there already, in a folder that also takes the temporary files."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    path = tmp_path / "a.xlsx"
    path.write_text(BEFORE, encoding="utf-8")
    return path


def written(export: ViewExport[Unit], format_: TableFormat, path: Path) -> list[tuple[int, int]]:
    heard: list[tuple[int, int]] = []

    def listen(done: int, total: int) -> None:
        heard.append((done, total))

    asyncio.run(export_view(export, format_, path, STYLE, listen))
    return heard


def settle() -> None:
    """What was given up is tidied away in the thread that wrote it."""
    for thread in threading.enumerate():
        if thread.name.startswith("export"):
            thread.join(30)


async def interrupted(path: Path, children: list[ChildDocument], how: str) -> None:
    """An export that has come as far as a file when something happens to it."""
    source = Units(pause_at=1_000)
    export = export_of(5_000, source)
    task = asyncio.create_task(
        export_view(export, TableFormat.XLSX, path, STYLE, lambda _done, _all: None)
    )
    await source.paused.wait()
    while not partial_file(path).exists():
        await asyncio.sleep(0.01)
    process = children[0].process
    if how == "kill":
        process.kill()
        await asyncio.to_thread(process.join)
        with pytest.raises(ExportError, match="ended from outside"):
            children[0].add([])
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_an_export_is_whole_and_in_order(tmp_path: Path, children: list[ChildDocument]) -> None:
    path = tmp_path / "a.csv"
    heard = written(export_of(1_234), TableFormat.CSV, path)
    head, *lines = path.read_text(encoding="utf-8").splitlines()
    assert head == "Product,Cost,Cost currency"
    assert lines[1] == "Dunk; Low 1,0.25,EUR"
    assert [line.split(",")[0] for line in lines] == [f"Dunk; Low {n}" for n in range(1_234)]
    assert heard == [(500, 1_234), (1_000, 1_234), (1_234, 1_234)]
    assert [child.process.exitcode for child in children] == [0]
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_is_a_document_too(tmp_path: Path) -> None:
    written(export_of(0), TableFormat.CSV, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text(encoding="utf-8") == "Product,Cost,Cost currency\n"


@pytest.mark.parametrize("titles", [True, False])
def test_a_long_text_is_the_same_from_a_child(
    children: list[ChildDocument], monkeypatch: pytest.MonkeyPatch, *, titles: bool
) -> None:
    def text() -> str:
        return asyncio.run(view_text(export_of(300), TableFormat.TSV, STYLE, titles=titles))

    here = text()
    assert children == []  # a child for so little would only take time
    monkeypatch.setattr(export_desk, "CELLS_WITHOUT_CHILD", 600)
    assert text() == here
    assert len(children) == 1
    assert len(here.splitlines()) == 300 + titles


def test_the_loop_turns_after_a_few_lines() -> None:
    """Group heads count as lines; what is left comes at the end."""
    group = Group("Nike", "Nike", 120, (), collapsed=False)
    export = replace(export_of(120), groups=(group,))
    pieces = list(export.lines([-1, *range(120)], [Unit(number) for number in range(120)]))
    assert [len(piece) for piece in pieces] == [50, 50, 21]
    assert pieces[0][0].cells[0] == "Nike · 120"


def test_cancelling_ends_the_child_and_leaves_no_file(
    path: Path, children: list[ChildDocument]
) -> None:
    asyncio.run(interrupted(path, children, "cancel"))
    settle()
    assert [child.process.exitcode for child in children] == [
        0
    ]  # it went by itself, having tidied up
    assert list(path.parent.iterdir()) == [path]
    assert path.read_text(encoding="utf-8") == BEFORE


def test_a_killed_child_is_told_and_leaves_no_part(
    path: Path, children: list[ChildDocument]
) -> None:
    asyncio.run(interrupted(path, children, "kill"))
    settle()
    assert list(path.parent.glob(".*.part")) == []
    assert path.read_text(encoding="utf-8") == BEFORE


def test_an_error_stops_an_export_that_is_longer_than_the_pipe(
    tmp_path: Path, children: list[ChildDocument]
) -> None:
    source = Units()
    with pytest.raises(ExportError, match="choose another folder"):
        written(export_of(50_000, source), TableFormat.CSV, tmp_path / "gone" / "a.csv")
    settle()
    assert source.asked < 50_000
    assert [child.process.exitcode for child in children] == [0]


def test_a_bug_in_the_child_is_a_bug_here(tmp_path: Path) -> None:
    broken = replace(export_of(10), cells=lambda _unit: ("one cell too few",))
    with pytest.raises(RuntimeError, match="ValueError in the export"):
        written(broken, TableFormat.CSV, tmp_path / "a.csv")
    settle()
    assert list(tmp_path.iterdir()) == []


def test_a_document_abandoned_before_it_began(tmp_path: Path) -> None:
    for made in (Document, ChildDocument):
        made(tmp_path / "a.csv", TableFormat.CSV, STYLE).abandon()
    assert list(tmp_path.iterdir()) == []
