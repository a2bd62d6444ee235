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

from helpers.fake_desk import FakeDesk, purchase_file, purchase_plan
from helpers.fake_imports import FakeImports
from helpers.fake_services import (
    FakeRunner,
    batch_row,
    import_result,
    progress,
)
from helpers.model_validator import validate
from helpers.wizard_rows import draft_result, review_rows
from soleflip_desktop.domain.errors import DatabaseUnavailableError, FileImportError
from soleflip_desktop.domain.integration import (
    BatchStatus,
    CurrencyTotals,
    ImportAction,
    ImportPhase,
    RowClass,
    RowIssue,
)
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.integration.import_queue import ImportQueue
from soleflip_desktop.ui.integration.page import ImportsPage

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def page(
    qtbot: QtBot, imports: FakeImports, desk: FakeDesk, runner: FakeRunner, kit: UiKit
) -> ImportsPage:
    page = ImportsPage(imports, desk, ImportQueue(runner, kit.tasks), kit, sample=True)
    qtbot.addWidget(page, before_close_func=lambda _page: kit.tasks.close())
    page.resize(1200, 700)
    page.show()
    qtbot.waitUntil(lambda: kit.tasks.active == 0)
    return page


def start(qtbot: QtBot, page: ImportsPage, runner: FakeRunner, *names: str) -> None:
    """Imports files that need no question: a single one takes Enter."""
    page.import_files([f"/in/{name}" for name in names])
    if len(names) == 1:
        qtbot.waitUntil(page.wizard.buttons.import_now.isEnabled)
        QTest.keyClick(page.wizard.buttons.import_now, Qt.Key.Key_Return)
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
    shown = [page.batches.data(page.batches.index(1, column)) for column in range(12)]
    assert shown[:3] == ["stockx-sales-2025.csv", "StockX sales report", "Failed"]
    assert shown[4:11] == ["1,127", "1,100", "0", "24", "3", "0", "149"]
    assert shown[11] == "No such column"
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


def test_purchases_show_their_cost_and_no_sales(
    qtbot: QtBot, page: ImportsPage, runner: FakeRunner
) -> None:
    start(qtbot, page, runner, "einkauf.csv")
    totals = {"EUR": CurrencyTotals(cost=Decimal("12345.67"))}
    runner.runs[0].finish(replace(import_result("einkauf.csv"), totals=totals))
    qtbot.waitUntil(page.result.isVisible)
    shown = labels(page)
    assert {"EUR", "Cost", "12,345.67"} <= set(shown)
    assert not {"Sale price", "Payout", "no payouts in this file", "0.00"} & set(shown)


def test_sold_units_show_the_equation_and_their_cost(
    qtbot: QtBot, page: ImportsPage, runner: FakeRunner
) -> None:
    start(qtbot, page, runner, "lager.csv")
    sums = CurrencyTotals(Decimal(100), Decimal(-10), Decimal(90), cost=Decimal("60.5"))
    runner.runs[0].finish(replace(import_result("lager.csv"), totals={"EUR": sums}))
    qtbot.waitUntil(page.result.isVisible)
    assert {"Sale price", "100.00", "Payout", "90.00", "Cost", "60.50"} <= set(labels(page))


def test_a_remark_about_the_whole_file_has_no_row(
    qtbot: QtBot, page: ImportsPage, runner: FakeRunner
) -> None:
    start(qtbot, page, runner, "again.csv")
    remark = RowIssue(0, "", "", "imported_before", "This file was imported before (import 4).")
    result = replace(import_result("again.csv"), issues=[], remarks=[remark])
    runner.runs[0].finish(result)
    qtbot.waitUntil(page.result.isVisible)
    issues = page.result.issues
    assert [issues.data(issues.index(0, column)) for column in (0, 3)] == ["", remark.message]
    assert "\t0\t" not in f"\t{issues.as_text()}"


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
    qtbot.waitUntil(lambda: page.running.queue.text() == "Next: b.csv")
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


def test_a_draft_in_the_history_opens_its_review(
    qtbot: QtBot, page: ImportsPage, imports: FakeImports, desk: FakeDesk, runner: FakeRunner
) -> None:
    desk.files["einkauf.csv"] = purchase_file()
    imports.rows = [batch_row(7, status=BatchStatus.DRAFT, file="einkauf.csv")]
    imports.plans, imports.paths = {7: purchase_plan()}, {7: "/in/einkauf.csv"}
    imports.results, imports.review = {7: draft_result()}, review_rows()
    page.mark_stale()
    qtbot.waitUntil(page.view.isVisible)
    page.view.activated.emit(page.batches.index(0, 0))
    qtbot.waitUntil(page.wizard.review.isVisible)
    assert page.header.isHidden()
    assert page.wizard.buttons.next.text() == "&Import 16 rows"
    QTest.mouseClick(page.wizard.buttons.next, LEFT)
    qtbot.waitUntil(lambda: bool(runner.runs))
    request = runner.runs[0].request
    assert (request.action, request.batch_id, request.path) == (
        ImportAction.RUN,
        7,
        "/in/einkauf.csv",
    )
    runner.runs[0].finish(import_result("einkauf.csv"))
    qtbot.waitUntil(page.result.isVisible)
    assert page.header.isVisible()


def test_what_can_be_done_with_an_import_depends_on_its_state(
    qtbot: QtBot, page: ImportsPage, imports: FakeImports, runner: FakeRunner
) -> None:
    states = (BatchStatus.DRAFT, BatchStatus.COMPLETED, BatchStatus.UNDONE, BatchStatus.FAILED)
    imports.rows = [batch_row(number, status=status) for number, status in enumerate(states)]
    page.mark_stale()
    qtbot.waitUntil(page.view.isVisible)
    offered = []
    for row in range(4):
        page.view.setCurrentIndex(page.batches.index(row, 0))
        actions = page.actions_of_batch.menu.actions()
        offered.append([action.text() for action in actions if action.isEnabled()])
    assert offered == [["&Resume…", "&Discard draft"], ["&Undo import…"], ["R&edo import"], []]
    page.view.setCurrentIndex(page.batches.index(0, 0))
    page.actions_of_batch.menu.actions()[1].trigger()
    qtbot.waitUntil(lambda: imports.discarded == [0])
    qtbot.waitUntil(lambda: page.batches.rowCount() == 3)
    page.view.setCurrentIndex(page.batches.index(1, 0))
    page.actions_of_batch.menu.actions()[3].trigger()
    qtbot.waitUntil(lambda: bool(runner.runs))
    request = runner.runs[0].request
    assert (request.action, request.batch_id) == (ImportAction.REDO, 2)
    runner.runs[0].finish(import_result())
    qtbot.waitUntil(page.result.isVisible)


def test_undo_says_what_stays_before_and_after(
    qtbot: QtBot, page: ImportsPage, imports: FakeImports
) -> None:
    imports.rows, imports.results = [batch_row(1)], {1: import_result(batch_id=1)}
    page.mark_stale()
    qtbot.waitUntil(page.view.isVisible)
    page.view.activated.emit(page.batches.index(0, 0))
    qtbot.waitUntil(page.result.undo.isVisible)
    QTest.mouseClick(page.result.undo, LEFT)
    panel = page.result.undo_panel
    qtbot.waitUntil(panel.isVisible)
    tester = validate(panel.kept)
    assert panel.headline.text() == "Undo takes back 1,098 rows of stockx-sales.csv"
    assert "2 rows stay as they are" in panel.sentence.text()
    assert panel.kept.data(panel.kept.index(1, 3)) == "It was sold on 23 Nov 2026."
    QTest.mouseClick(panel.keep, LEFT)
    assert panel.isHidden()
    assert imports.undone == []
    QTest.mouseClick(page.result.undo, LEFT)
    qtbot.waitUntil(panel.isVisible)
    QTest.mouseClick(panel.confirm, LEFT)
    qtbot.waitUntil(lambda: imports.undone == [1])
    qtbot.waitUntil(page.result.redo.isVisible)
    assert page.result.headline.text() == "stockx-sales.csv was taken back"
    assert panel.headline.text() == "1,098 rows of stockx-sales.csv were taken back"
    assert page.result.undo.isHidden()
    assert tester.model() is panel.kept


def test_an_undo_that_is_refused_says_why(
    qtbot: QtBot, page: ImportsPage, imports: FakeImports
) -> None:
    imports.results = {1: import_result(batch_id=1)}
    page._kit.tasks.start(page._open(batch_row(1)))
    qtbot.waitUntil(page.result.undo.isVisible)
    imports.error = DatabaseUnavailableError("away")
    QTest.mouseClick(page.result.undo, LEFT)
    qtbot.waitUntil(lambda: [each.text for each in page._kit.notifier.messages] == ["away"])
    assert page.result.undo_panel.isHidden()


def test_rows_of_an_import_are_shown_by_class(
    qtbot: QtBot, page: ImportsPage, imports: FakeImports
) -> None:
    imports.results = {7: draft_result(status=BatchStatus.COMPLETED)}
    imports.plans, imports.review = {7: purchase_plan()}, review_rows()
    page._kit.tasks.start(page._open(batch_row(7)))
    qtbot.waitUntil(page.result.show_rows.isVisible)
    QTest.mouseClick(page.result.show_rows, LEFT)
    qtbot.waitUntil(page.rows.isVisible)
    model = page.rows.rows.model
    assert model is not None
    page.rows.rows.chips[RowClass.REJECTED].click()
    qtbot.waitUntil(lambda: model.data(model.index(0, 1)) == "20")
    QTest.mouseClick(page.rows.back, LEFT)
    assert page.result.isVisible()


def test_of_several_files_only_the_doubtful_open_in_the_wizard(
    qtbot: QtBot, page: ImportsPage, desk: FakeDesk, runner: FakeRunner
) -> None:
    desk.files = {"one.csv": purchase_file(), "two.csv": purchase_file()}
    page.import_files(["/in/one.csv", "/in/certain.csv", "/in/two.csv"])
    qtbot.waitUntil(lambda: page.wizard.path == "/in/one.csv")
    qtbot.waitUntil(lambda: bool(runner.runs))
    qtbot.waitUntil(lambda: page.wizard.steps.waiting.text() == "1 more file waits")
    assert runner.runs[0].request.path == "/in/certain.csv"
    runner.runs[0].finish(import_result("certain.csv"))
    qtbot.waitUntil(lambda: bool(page._kit.notifier.messages))
    assert page.wizard.isVisible()
    page.wizard.close_draft()
    assert page.wizard.path == "/in/two.csv"
    qtbot.waitUntil(lambda: page.wizard.draft is not None)
    page.wizard.close_draft()
    assert page.result.isVisible()
    assert page.result.headline.text() == "certain.csv was imported"


def test_a_file_that_cannot_be_read_among_several_is_told_in_the_result(
    qtbot: QtBot, page: ImportsPage, desk: FakeDesk
) -> None:
    desk.error = FileImportError("a.csv is empty.")
    page.import_files(["/in/a.csv", "/in/b.csv"])
    qtbot.waitUntil(lambda: len(page.result.outcomes) == 2)
    assert page.result.sentence.text() == "a.csv is empty."
    desk.error = None
    QTest.mouseClick(page.result.review, LEFT)
    qtbot.waitUntil(lambda: page.wizard.path == "/in/b.csv")
