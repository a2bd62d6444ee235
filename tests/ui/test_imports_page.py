from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from helpers.fake_services import (
    FakeImports,
    FakeRunner,
    batch_row,
    import_result,
    progress,
)
from helpers.model_validator import validate
from soleflip_desktop.domain.errors import DatabaseUnavailableError, FileImportError
from soleflip_desktop.domain.integration import BatchStatus, CurrencyTotals, ImportPhase
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.integration.import_queue import ImportQueue
from soleflip_desktop.ui.integration.page import ImportsPage

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def page(qtbot: QtBot, imports: FakeImports, runner: FakeRunner, kit: UiKit) -> ImportsPage:
    page = ImportsPage(imports, ImportQueue(runner, kit.tasks), kit, sample=True)
    qtbot.addWidget(page, before_close_func=lambda _page: kit.tasks.close())
    page.resize(1200, 700)
    page.show()
    qtbot.waitUntil(lambda: kit.tasks.active == 0)
    return page


def start(qtbot: QtBot, page: ImportsPage, runner: FakeRunner, *names: str) -> None:
    page.import_files([f"/in/{name}" for name in names])
    qtbot.waitUntil(lambda: bool(runner.runs))
    qtbot.waitUntil(page.running.isVisible)


def labels(page: ImportsPage) -> list[str]:
    return [label.text() for label in page.result.findChildren(QLabel) if label.isVisible()]


def test_history_lists_batches(qtbot: QtBot, page: ImportsPage, imports: FakeImports) -> None:
    assert page.empty.isVisible()
    tester = validate(page.batches)
    imports.rows = [batch_row(2), batch_row(1, status=BatchStatus.FAILED, error="No such column")]
    page.mark_stale()
    qtbot.waitUntil(page.view.isVisible)
    shown = [page.batches.data(page.batches.index(1, column)) for column in range(10)]
    assert shown[:3] == ["stockx-sales-2025.csv", "StockX sales report", "Failed"]
    assert shown[4:9] == ["1,127", "1,100", "24", "3", "149"]
    assert shown[9] == "No such column"
    assert tester.model() is page.batches


def test_unreachable_history_shows_a_banner(
    qtbot: QtBot, page: ImportsPage, imports: FakeImports
) -> None:
    imports.error = DatabaseUnavailableError("away")
    page.refresh()
    qtbot.waitUntil(page.banner.isVisible)
    imports.error = None
    page.banner.retry_requested.emit()
    qtbot.waitUntil(page.banner.isHidden)


def test_progress_is_shown_in_words_and_numbers(
    qtbot: QtBot, page: ImportsPage, runner: FakeRunner
) -> None:
    start(qtbot, page, runner, "sales.csv")
    view = page.running
    assert view.file.text() == "Importing sales.csv"
    runner.runs[0].report(progress(1250, seconds=65.0, phase=ImportPhase.WRITING))
    assert view.bar.value() == view.bar.maximum() // 2
    assert view.phase.text() == "Writing orders and units"
    assert (view.rows.text(), view.speed.text()) == ("1,250", "19")
    assert (view.elapsed.text(), view.rejected.text()) == ("1:05", "2")
    assert view.octets.text() == "488.3 KB of 976.6 KB"


def test_file_beyond_two_gigabytes_fits_the_bar(
    qtbot: QtBot, page: ImportsPage, runner: FakeRunner
) -> None:
    start(qtbot, page, runner, "huge.csv")
    runner.runs[0].report(progress(1, bytes_done=3 * 2**31, bytes_total=4 * 2**31))
    assert page.running.bar.value() == 750


def test_result_stays_with_numbers_totals_and_issues(
    qtbot: QtBot, page: ImportsPage, runner: FakeRunner
) -> None:
    start(qtbot, page, runner, "sales.csv")
    tester = validate(page.result.issues)
    runner.runs[0].finish(import_result("sales.csv"))
    qtbot.waitUntil(page.result.isVisible)
    shown = labels(page)
    assert "sales.csv was imported" in shown
    for text in ("1,127", "1,100", "24", "3", "149", "EUR", "212,345.00", "USD", "1,070.00"):
        assert text in shown
    issue = [page.result.issues.data(page.result.issues.index(0, column)) for column in range(5)]
    assert issue[:3] == ["42", "Sale Date", "31.02.2025"]
    assert tester.model() is page.result.issues
    with qtbot.waitSignal(page.orders_requested):
        QTest.mouseClick(page.result.show_orders, LEFT)
    with qtbot.waitSignal(page.import_requested):
        QTest.mouseClick(page.result.another, LEFT)


def test_a_file_without_payouts_claims_none(
    qtbot: QtBot, page: ImportsPage, runner: FakeRunner
) -> None:
    start(qtbot, page, runner, "contest.csv")
    totals = {"USD": CurrencyTotals(gross=Decimal("44643823.50"))}
    runner.runs[0].finish(replace(import_result("contest.csv"), totals=totals))
    qtbot.waitUntil(page.result.isVisible)
    shown = labels(page)
    assert "44,643,823.50" in shown
    assert "no payouts in this file" in shown
    assert "0.00" not in shown


def test_cancel_goes_to_the_run(qtbot: QtBot, page: ImportsPage, runner: FakeRunner) -> None:
    start(qtbot, page, runner, "sales.csv")
    QTest.mouseClick(page.running.cancel, LEFT)
    assert runner.runs[0].cancelled
    qtbot.waitUntil(page.result.isVisible)
    assert page.result.headline.text() == "sales.csv was cancelled; nothing of it stays"
    assert page.result.show_orders.isHidden()


def test_error_is_shown_with_the_file_name_and_stays(
    qtbot: QtBot, page: ImportsPage, runner: FakeRunner
) -> None:
    start(qtbot, page, runner, "other.csv")
    runner.runs[0].fail(FileImportError("other.csv: no column Order Number."))
    qtbot.waitUntil(page.result.isVisible)
    assert page.result.headline.text() == "other.csv could not be imported"
    assert page.result.sentence.text() == "other.csv: no column Order Number."
    assert page.result.table.isHidden()


def test_files_run_one_after_another(qtbot: QtBot, page: ImportsPage, runner: FakeRunner) -> None:
    start(qtbot, page, runner, "a.csv", "b.csv")
    assert page.running.queue.text() == "Next: b.csv"
    assert len(runner.runs) == 1
    runner.runs[0].fail(FileImportError("a.csv is empty."))
    qtbot.waitUntil(lambda: len(runner.runs) == 2)
    qtbot.waitUntil(lambda: page.running.file.text() == "Importing b.csv")
    assert page.running.queue.text() == ""
    runner.runs[1].finish(import_result("b.csv"))
    qtbot.waitUntil(page.result.isVisible)
    assert page.result.files.isVisible()
    assert page.result.headline.text() == "b.csv was imported"
    page.result.files.setCurrentRow(0)
    assert page.result.sentence.text() == "a.csv is empty."


def test_bug_in_one_file_lets_the_next_run(
    qtbot: QtBot,
    page: ImportsPage,
    runner: FakeRunner,
    bugs: list[BaseException],
) -> None:
    start(qtbot, page, runner, "a.csv", "b.csv")
    runner.runs[0].fail(RuntimeError("a mistake"))
    qtbot.waitUntil(lambda: len(runner.runs) == 2)
    assert [str(bug) for bug in bugs] == ["a mistake"]
    bugs.clear()
    runner.runs[1].finish(import_result())
    qtbot.waitUntil(page.result.isVisible)


def test_rejected_rows_are_saved_where_the_user_says(
    qtbot: QtBot, page: ImportsPage, runner: FakeRunner, imports: FakeImports, tmp_path: Path
) -> None:
    start(qtbot, page, runner, "sales.csv")
    runner.runs[0].finish(import_result("sales.csv"))
    qtbot.waitUntil(page.result.save.isVisible)
    QTest.mouseClick(page.result.save, LEFT)
    dialog = page.findChildren(QFileDialog)[0]
    target = tmp_path / "rejected.csv"
    dialog.fileSelected.emit(str(target))
    dialog.reject()
    qtbot.waitUntil(lambda: imports.saved == [(7, target)])
    qtbot.waitUntil(lambda: bool(page._kit.notifier.messages))
    assert page._kit.notifier.messages[-1].text == f"Saved 3 rejected rows to {target}."


def test_issues_are_copied_as_a_table(qtbot: QtBot, page: ImportsPage, runner: FakeRunner) -> None:
    start(qtbot, page, runner, "sales.csv")
    runner.runs[0].finish(import_result("sales.csv"))
    qtbot.waitUntil(page.result.copy.isVisible)
    QTest.mouseClick(page.result.copy, LEFT)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == "Row\tColumn\tValue\tWhat is wrong\tCode"
    assert lines[1].startswith("42\tSale Date\t31.02.2025\t")


def test_result_of_an_earlier_import_opens_from_the_history(
    qtbot: QtBot, page: ImportsPage, imports: FakeImports
) -> None:
    imports.rows, imports.results = [batch_row(1)], {1: import_result("stockx-sales-2025.csv")}
    page.mark_stale()
    qtbot.waitUntil(page.view.isVisible)
    page.view.setFocus()
    page.view.setCurrentIndex(page.batches.index(0, 0))
    QTest.keyClick(page.view, Qt.Key.Key_Return)
    qtbot.waitUntil(page.result.isVisible)
    assert page.result.headline.text() == "stockx-sales-2025.csv was imported"
    QTest.mouseClick(page.result.history, LEFT)
    assert page.view.isVisible()
