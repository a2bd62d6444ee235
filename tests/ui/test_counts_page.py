"""The page of counts, its sheet, and scanning to move."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from soleflip_desktop.domain.counting import CountHead, CountLine, CountMark, ScanHit, ScanKind
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.locations import LocationRow
from soleflip_desktop.domain.steps import KeptRecord, StepReport
from soleflip_desktop.domain.unit_codes import unit_code
from soleflip_desktop.domain.unit_fields import UnitValue
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.scan_queue import ScanFinder
from soleflip_desktop.ui.inventory.counts.page import CountsPage
from soleflip_desktop.ui.inventory.counts.sheet_model import SheetModel
from soleflip_desktop.ui.inventory.scan_move import MovePanel

START = datetime(2026, 11, 20, 9, tzinfo=UTC)


def line(number: int, mark: CountMark = CountMark.MISSING, scans: int = 0) -> CountLine:
    return CountLine(mark, number, unit_code(number), f"Dunk {number}", "US 9", "Shelf", scans)


class FakeCounts:
    """Three units at the shelf; unit 9 belongs elsewhere."""

    def __init__(self) -> None:
        self.head = CountHead(7, 3, "Shelf", "ada", START, None, 3, 0)
        self.started: list[int | None] = []
        self.scans: list[str] = []
        self.finished: list[bool] = []
        self.lines = {unit_code(number): line(number) for number in (1, 2, 3)}
        self.heads = [self.head]
        self.slow_first = False

    async def resolve(self, code: str) -> ScanHit:
        if self.slow_first and not self.scans:
            self.scans.append(code)
            await asyncio.sleep(0.05)
        if code == "broken":
            raise UserError("The database cannot be used.")
        return ScanHit(ScanKind.UNKNOWN, code, "")

    async def counts(self) -> list[CountHead]:
        return self.heads

    async def start(self, location_id: int | None) -> CountHead:
        self.started.append(location_id)
        return self.head

    async def scan(self, count_id: int, code: str) -> CountLine:
        assert count_id == self.head.id
        if code == "SHELF":
            raise UserError("Shelf is a place, not a unit.")
        self.scans.append(code)
        times = self.scans.count(code)
        if code == unit_code(9):
            made = replace(line(9, CountMark.ELSEWHERE, times), location="Attic")
        elif code in self.lines:
            mark = CountMark.FOUND if times == 1 else CountMark.TWICE
            made = replace(self.lines[code], mark=mark, scans=times)
        else:
            made = CountLine(CountMark.UNKNOWN, None, code, "", "", None, times)
        self.lines[code] = made
        return made

    async def take_back(self, count_id: int) -> None:
        code = self.scans.pop()
        self.lines[code] = replace(self.lines[code], mark=CountMark.MISSING, scans=0)

    async def sheet(self, count_id: int) -> list[CountLine]:
        return list(self.lines.values())

    async def finish(self, count_id: int, *, move_found: bool) -> StepReport:
        self.finished.append(move_found)
        self.heads = [replace(self.head, finished_at=START)]
        return StepReport(None, 1 if move_found else 0)


class FakeLocations:
    async def locations(self) -> list[LocationRow]:
        return [LocationRow(3, None, "Shelf", "Shelf", None, 3)]

    async def add(self, name: str, parent_id: int | None, code: str | None = None) -> StepReport:
        raise NotImplementedError

    async def change(
        self, location_id: int, name: str, parent_id: int | None, code: str | None
    ) -> StepReport:
        raise NotImplementedError

    async def remove(self, location_id: int) -> StepReport:
        raise NotImplementedError


@pytest.fixture
def counts() -> FakeCounts:
    return FakeCounts()


@pytest.fixture
def page(counts: FakeCounts, kit: UiKit, qtbot: QtBot) -> CountsPage:
    page = CountsPage(counts, FakeLocations(), kit)
    qtbot.addWidget(page)
    page.resize(1000, 600)
    page.show()
    qtbot.waitUntil(lambda: page.place.count() == 2)
    return page


@pytest.fixture
def sheet(page: CountsPage, qtbot: QtBot) -> CountsPage:
    """The page with a sheet of three units."""
    page.place.setCurrentIndex(1)
    QTest.mouseClick(page.begin, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.sheet.model.rowCount() == 3)
    return page


def button_of(page: CountsPage, text: str) -> QPushButton:
    box = page.findChild(QMessageBox)
    assert box is not None
    return next(each for each in box.findChildren(QPushButton) if text in each.text())


def test_a_count_starts_at_the_place_chosen(sheet: CountsPage, counts: FakeCounts) -> None:
    assert counts.started == [3]
    assert sheet.takes_scans
    assert sheet.sheet.title.text() == "Shelf"
    assert sheet.sheet.progress.text() == "0 of 3 found"


def test_scans_say_what_they_are(sheet: CountsPage, qtbot: QtBot) -> None:
    panel, model = sheet.sheet.panel, sheet.sheet.model
    for code in (unit_code(2), unit_code(2), unit_code(9), "what"):
        sheet.on_scanned(code)
    qtbot.waitUntil(lambda: panel.word.text() == "? Unknown code")
    assert [model.row(row).mark for row in range(model.rowCount())] == [
        CountMark.UNKNOWN,
        CountMark.ELSEWHERE,
        CountMark.MISSING,
        CountMark.TWICE,
        CountMark.MISSING,
    ]
    assert sheet.sheet.progress.text() == "1 of 3 found"
    chips = {mark: chip.text() for mark, chip in sheet.sheet.chips.items() if chip.isVisible()}
    assert chips[None] == "All  5"
    assert chips[CountMark.TWICE] == "×2 Scanned twice  1"
    assert CountMark.GONE not in chips
    sheet.on_scanned("SHELF")
    qtbot.waitUntil(lambda: panel.word.text() == "! Not counted")
    assert panel.sentence.text() == "Shelf is a place, not a unit."
    sheet.on_scanned(unit_code(1))  # an error does not stop the next
    qtbot.waitUntil(lambda: panel.word.text() == "✓ Found")
    assert panel.title.text() == "Dunk 1, US 9  ·  booked at Shelf"


def test_codes_can_be_typed_and_taken_back(
    sheet: CountsPage, counts: FakeCounts, qtbot: QtBot
) -> None:
    field = sheet.sheet.panel.field
    QTest.keyClicks(field, unit_code(1))
    QTest.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: sheet.sheet.progress.text() == "1 of 3 found")
    assert field.text() == ""
    QTest.mouseClick(sheet.sheet.undo, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: sheet.sheet.progress.text() == "0 of 3 found")
    assert counts.scans == []
    assert sheet.sheet.panel.word.text() == "Ready to scan"


def test_a_chip_shows_one_kind(sheet: CountsPage, qtbot: QtBot) -> None:
    model = sheet.sheet.model
    QTest.mouseClick(sheet.sheet.chips[CountMark.MISSING], Qt.MouseButton.LeftButton)
    assert model.rowCount() == 3
    sheet.on_scanned(unit_code(2))
    qtbot.waitUntil(lambda: model.rowCount() == 2)
    assert model.as_text().splitlines()[1].startswith("missing\tDunk 1\tUS 9\tShelf\tSF")


def test_finishing_asks_and_moves(sheet: CountsPage, counts: FakeCounts, qtbot: QtBot) -> None:
    sheet.on_scanned(unit_code(9))
    qtbot.waitUntil(lambda: sheet.sheet.model.rowCount() == 4)
    QTest.mouseClick(sheet.sheet.finish, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: sheet.findChild(QMessageBox) is not None)
    QTest.mouseClick(button_of(sheet, "Move 1 unit here"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not sheet.takes_scans)
    assert counts.finished == [True]
    qtbot.waitUntil(lambda: sheet.heads.rowCount() == 1)
    qtbot.waitUntil(lambda: sheet.heads.row(0).finished_at is not None)


def test_a_finished_count_is_only_looked_at(
    page: CountsPage, counts: FakeCounts, qtbot: QtBot
) -> None:
    counts.heads = [replace(counts.head, finished_at=START)]
    page.refresh()
    qtbot.waitUntil(lambda: page.heads.row(0).finished_at is not None)
    page.view.setCurrentIndex(page.heads.index(0, 0))
    QTest.keyClick(page.view, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.sheet.model.rowCount() == 3)
    assert not page.sheet.finish.isVisible()
    page.on_scanned(unit_code(1))
    assert counts.scans == []


def test_an_open_sheet_is_open_again_after_a_restart(
    sheet: CountsPage, counts: FakeCounts, kit: UiKit, qtbot: QtBot
) -> None:
    sheet.save_state()
    again = CountsPage(counts, FakeLocations(), kit)
    qtbot.addWidget(again)
    again.show()
    qtbot.waitUntil(lambda: again.takes_scans and again.sheet.model.rowCount() == 3)
    assert again.sheet.head == counts.head


def test_nothing_counted_yet_is_said(page: CountsPage, counts: FakeCounts, qtbot: QtBot) -> None:
    counts.heads = []
    page.refresh()
    qtbot.waitUntil(page.empty.isVisible)
    assert not page.view.isVisible()


def test_ten_thousand_lines_become_text_when_seen(kit: UiKit) -> None:
    model = SheetModel(kit.formatter)
    model.set_rows([line(number) for number in range(1, 10_001)])
    assert model.rowCount() == 10_000
    assert model.data(model.index(9_999, 1)) == "Dunk 10000"
    assert model.data(QModelIndex()) is None
    assert len(model._texts) == 1
    assert model.put(line(5_000, CountMark.FOUND, 1)) == 4_999
    assert model.marks[CountMark.FOUND] == 1


def test_scans_are_looked_up_in_their_order(counts: FakeCounts, kit: UiKit, qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    finder = ScanFinder(counts, kit.tasks, owner)
    found: list[str] = []
    errors: list[object] = []
    finder.found.connect(lambda hit: found.append(hit.code))
    finder.failed.connect(errors.append)
    counts.slow_first = True
    for code in ("first", "broken", "last"):
        finder.find(code)
    qtbot.waitUntil(lambda: found == ["first", "last"])
    assert len(errors) == 1


class FakeUnits:
    """Moves units; the last one is kept."""

    def __init__(self) -> None:
        self.calls: list[tuple[tuple[int, ...], dict[str, UnitValue | None]]] = []

    async def set_fields(
        self, ids: Sequence[int], values: Mapping[str, UnitValue | None]
    ) -> StepReport:
        self.calls.append((tuple(ids), dict(values)))
        return StepReport(None, len(ids) - 1, (KeptRecord(ids[-1], "sold"),))


def test_a_place_and_units_become_one_move(kit: UiKit, qtbot: QtBot) -> None:
    units, owner = FakeUnits(), QWidget()
    qtbot.addWidget(owner)
    panel = MovePanel(units, kit, owner)  # type: ignore[arg-type]  # only what it calls
    owner.show()
    panel.start()
    assert panel.headline.text() == "Scan the label of a place"
    panel.take(ScanHit(ScanKind.LOCATION, "SL1", "Room / Box", (4,)))
    for number in (1, 2, 2, 3):
        panel.take(ScanHit(ScanKind.UNIT, "SF", f"Dunk {number}, US 9", (number,)))
    panel.take(ScanHit(ScanKind.PRODUCT, "4006381333931", "Dunk 1, US 9", (1, 2)))
    assert "names no single unit" in panel.last.text()
    panel.take(ScanHit(ScanKind.UNKNOWN, "x", ""))
    assert panel.last.text() == "? Nobody knows the code x"
    QTest.mouseClick(panel.undo, Qt.MouseButton.LeftButton)
    assert panel.collected == (1, 2)
    assert panel.headline.text() == "2 units to Room / Box"
    QTest.mouseClick(panel.move_units, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.collected == ())
    assert units.calls == [((1, 2), {"location": "Room / Box"})]
    assert panel.last.text() == "✓ 1 moved to Room / Box, 1 left as they were"
    with qtbot.waitSignal(panel.finished):
        QTest.mouseClick(panel.close_panel, Qt.MouseButton.LeftButton)
    assert not panel.isVisible()
