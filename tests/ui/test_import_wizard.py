from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QGridLayout, QLabel, QLineEdit, QTableView
from pytestqt.qtbot import QtBot

from helpers.fake_desk import FakeDesk, purchase_file, sales_sketch
from helpers.fake_imports import FakeImports
from helpers.fake_services import FakeRunner, progress
from helpers.model_validator import validate
from helpers.wizard_rows import draft_result, issue_groups, review_rows
from soleflip_desktop.domain.errors import FileImportError
from soleflip_desktop.domain.import_plan import DateOrder, ImportMode
from soleflip_desktop.domain.import_sketch import Question, QuestionKind
from soleflip_desktop.domain.integration import (
    CurrencyTotals,
    ImportAction,
    ImportPhase,
    ImportRequest,
    RowClass,
    RowIssue,
)
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.integration.wizard.choice_table import ChoiceTable
from soleflip_desktop.ui.integration.wizard.draft import Step
from soleflip_desktop.ui.integration.wizard.rows_view import RowsView
from soleflip_desktop.ui.integration.wizard.wizard import ImportWizard
from soleflip_desktop.ui.integration.wizard.words import confidence_words, counts_of

LEFT = Qt.MouseButton.LeftButton
ENTER = Qt.Key.Key_Return
_CHECKED = Qt.ItemDataRole.CheckStateRole


@pytest.fixture
def wizard(
    qtbot: QtBot, imports: FakeImports, desk: FakeDesk, runner: FakeRunner, kit: UiKit
) -> ImportWizard:
    desk.files["einkauf.csv"] = purchase_file()
    imports.review, imports.groups = review_rows(), issue_groups()
    wizard = ImportWizard(desk, imports, runner, kit)
    qtbot.addWidget(wizard, before_close_func=lambda _wizard: kit.tasks.close())
    wizard.resize(1080, 640)
    wizard.show()
    return wizard


def settle(qtbot: QtBot, wizard: ImportWizard) -> None:
    qtbot.waitUntil(lambda: wizard.kit.tasks.active == 0)


def show(qtbot: QtBot, wizard: ImportWizard, name: str = "einkauf.csv") -> None:
    wizard.open_file(f"/in/{name}")
    settle(qtbot, wizard)


def to_formats(qtbot: QtBot, wizard: ImportWizard) -> None:
    show(qtbot, wizard)
    for _step in range(2):
        QTest.mouseClick(wizard.buttons.next, LEFT)
        settle(qtbot, wizard)
    assert step_of(wizard) is Step.FORMATS


def start_check(qtbot: QtBot, wizard: ImportWizard, runner: FakeRunner) -> None:
    to_formats(qtbot, wizard)
    wizard.formats.model.chosen.emit(0, "dmy")
    while not runner.runs:
        QTest.mouseClick(wizard.buttons.next, LEFT)
        settle_or_run(qtbot, wizard, runner)


def settle_or_run(qtbot: QtBot, wizard: ImportWizard, runner: FakeRunner) -> None:
    qtbot.waitUntil(lambda: wizard.kit.tasks.active == 0 or bool(runner.runs))


def to_check(qtbot: QtBot, wizard: ImportWizard, runner: FakeRunner) -> None:
    start_check(qtbot, wizard, runner)
    runner.runs[-1].finish(draft_result())
    settle(qtbot, wizard)
    assert step_of(wizard) is Step.CHECK


def to_review(qtbot: QtBot, wizard: ImportWizard, runner: FakeRunner) -> None:
    to_check(qtbot, wizard, runner)
    QTest.mouseClick(wizard.buttons.next, LEFT)
    settle(qtbot, wizard)
    assert step_of(wizard) is Step.REVIEW


def step_of(wizard: ImportWizard) -> Step:
    """Asked by a call: a type checker would believe that the step is what it was before."""
    return wizard.step


def requests(wizard: ImportWizard) -> list[ImportRequest]:
    asked: list[ImportRequest] = []
    wizard.import_requested.connect(asked.append)
    return asked


# -- file ------------------------------------------------------------------------------------------


def test_a_certain_file_is_imported_by_enter(qtbot: QtBot, wizard: ImportWizard) -> None:
    asked = requests(wizard)
    show(qtbot, wizard, "stockx.csv")
    assert wizard.file.title.text() == "This looks like a StockX sales report (6 of 6 columns)"
    assert wizard.file.confidence.text() == "Certain (99 %): StockX sales report."
    assert "about 1,130 rows" in wizard.file.facts.text()
    assert wizard.buttons.next.text() == "Revie&w first"
    assert wizard.file.preview.model is not None
    assert wizard.file.preview.model.rowCount() == 20
    QTest.keyClick(wizard.focusWidget(), ENTER)
    qtbot.waitUntil(lambda: bool(asked))
    assert asked[0].action is ImportAction.IMPORT
    assert asked[0].path == "/in/stockx.csv"
    assert asked[0].plan is None, "the importer makes the plan itself from all values"
    assert not wizard.active


def test_review_first_checks_at_once_where_nothing_is_to_be_decided(
    qtbot: QtBot, wizard: ImportWizard, runner: FakeRunner, imports: FakeImports
) -> None:
    imports.groups = []
    show(qtbot, wizard, "stockx.csv")
    QTest.mouseClick(wizard.buttons.next, LEFT)
    qtbot.waitUntil(lambda: bool(runner.runs))
    assert runner.runs[0].request.action is ImportAction.CHECK
    assert step_of(wizard) is Step.CHECK
    runner.runs[0].finish(draft_result("stockx.csv", rejected=0, conflicts=0))
    settle(qtbot, wizard)
    assert step_of(wizard) is Step.REVIEW, "a check without errors goes on by itself"


def test_an_override_looks_at_the_file_again(
    qtbot: QtBot, wizard: ImportWizard, desk: FakeDesk
) -> None:
    show(qtbot, wizard)
    box = wizard.file.encoding
    box.setCurrentIndex(box.findData("utf-16"))
    box.activated.emit(box.currentIndex())
    settle(qtbot, wizard)
    assert desk.choices is not None
    assert desk.choices.encoding == "utf-16"
    header = wizard.file.header_row
    header.setCurrentIndex(2)
    header.activated.emit(2)
    settle(qtbot, wizard)
    assert (desk.choices.encoding, desk.choices.header_row) == ("utf-16", 2)


def test_another_kind_of_file_can_be_chosen(qtbot: QtBot, wizard: ImportWizard) -> None:
    show(qtbot, wizard)
    box = wizard.file.profile
    texts = [box.itemText(row) for row in range(box.count())]
    assert texts[0] == "Purchases — Likely (78 %)"
    assert "Suppliers (suppliers)" in texts
    box.setCurrentIndex(box.findData("suppliers"))
    box.activated.emit(box.currentIndex())
    settle(qtbot, wizard)
    assert wizard.file.title.text() == "einkauf.csv is read as: Suppliers"
    assert not wizard.buttons.import_now.isEnabled()


def test_a_file_between_two_layouts_waits_for_a_choice(
    qtbot: QtBot, wizard: ImportWizard, desk: FakeDesk
) -> None:
    file = desk.files["einkauf.csv"]
    best, other = file.sketch.candidates
    close = (best, replace(other, confidence=best.confidence))
    file.sketch = replace(file.sketch, candidates=close)
    file.questions = (Question(QuestionKind.PROFILE, "", "Which one is it?"),)
    show(qtbot, wizard)
    step = wizard.file
    assert step.title.text() == "What kind of file is this?"
    assert step.question.text() == "Which one is it?"
    assert step.profile.currentIndex() == -1
    assert wizard.focusWidget() is step.profile
    assert not wizard.buttons.next.isEnabled()
    step.profile.setCurrentIndex(0)
    step.profile.activated.emit(0)
    settle(qtbot, wizard)
    assert step.title.text() == "This looks like Purchases (7 of 9 columns)"
    assert wizard.buttons.next.isEnabled()


def test_an_unreadable_file_says_why_and_can_be_tried_again(
    qtbot: QtBot, wizard: ImportWizard, desk: FakeDesk
) -> None:
    desk.error = FileImportError("einkauf.csv is empty.")
    show(qtbot, wizard)
    assert wizard.banner.isVisible()
    assert wizard.banner.text == "einkauf.csv is empty."
    assert not wizard.buttons.next.isEnabled()
    desk.error = None
    wizard.banner.retry_requested.emit()
    settle(qtbot, wizard)
    assert wizard.banner.isHidden()
    assert wizard.draft is not None


def choose(qtbot: QtBot, wizard: ImportWizard, box: QComboBox, value: str) -> None:
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())
    settle(qtbot, wizard)


def test_a_file_of_unknown_encoding_is_read_in_the_one_that_is_chosen(
    qtbot: QtBot, wizard: ImportWizard, desk: FakeDesk
) -> None:
    desk.encoding = "iso8859-2"
    show(qtbot, wizard)
    step = wizard.file
    assert step_of(wizard) is Step.FILE
    assert wizard.banner.text == "einkauf.csv: line 3 is not UTF-8."
    assert step.title.text() == "einkauf.csv cannot be read as it is"
    assert wizard.focusWidget() is step.encoding
    assert step.encoding.currentIndex() == -1
    assert step.delimiter.isVisible()
    assert not any(widget.isVisible() for widget in (step.profile, step.preview, step.header_row))
    assert not wizard.buttons.next.isEnabled()
    assert not wizard.buttons.import_now.isEnabled()
    choose(qtbot, wizard, step.encoding, "utf-16")
    assert wizard.banner.text == "einkauf.csv: line 3 is not utf-16."
    assert step.encoding.currentData() == "utf-16"
    choose(qtbot, wizard, step.delimiter, ";")
    choose(qtbot, wizard, step.encoding, "iso8859-2")
    assert wizard.banner.isHidden()
    assert desk.choices is not None
    assert (desk.choices.encoding, desk.choices.delimiter) == ("iso8859-2", ";")
    assert step.preview.isVisible()
    assert step.preview.model is not None
    assert step.preview.model.rowCount() == 20
    assert step.profile.isVisible()
    assert wizard.buttons.next.isEnabled()


def test_an_encoding_that_does_not_fit_leaves_the_one_that_did(
    qtbot: QtBot, wizard: ImportWizard, desk: FakeDesk
) -> None:
    show(qtbot, wizard)
    desk.encoding = "cp1252"
    choose(qtbot, wizard, wizard.file.encoding, "utf-16")
    assert wizard.banner.text == "einkauf.csv: line 3 is not utf-16."
    assert wizard.file.encoding.currentData() == "cp1252"
    assert wizard.file.preview.isVisible()
    assert wizard.buttons.next.isEnabled()


# -- columns, formats, values, matching ------------------------------------------------------------


def test_two_columns_of_one_field_disable_next(qtbot: QtBot, wizard: ImportWizard) -> None:
    show(qtbot, wizard)
    QTest.mouseClick(wizard.buttons.next, LEFT)
    step = wizard.columns
    tester = validate(step.model)
    shown = [step.model.data(step.model.index(8, column)) for column in range(4)]
    assert shown == ["Gewinn", "1,00 · 2,00 · 3,00", "100 %", "Not imported"]
    step.model.chosen.emit(8, "cost_gross")
    assert "“EK brutto” and “Gewinn”" in step.problems.text()
    assert not wizard.buttons.next.isEnabled()
    step.model.chosen.emit(8, "")
    assert step.problems.isHidden()
    assert wizard.buttons.next.isEnabled()
    assert step.summary.text() == "8 of 9 columns are imported; 1 stays out."
    assert tester.model() is step.model


@pytest.mark.qt_log_ignore("does not support", extend=True)  # popups of the offscreen platform
def test_a_column_that_goes_nowhere_says_what_it_may_be(
    qtbot: QtBot, wizard: ImportWizard, desk: FakeDesk
) -> None:
    for file in desk.files.values():
        file.suggestions = {7: ("location",), 8: ("cost_gross", "stated_profit", "location")}
    show(qtbot, wizard)
    QTest.mouseClick(wizard.buttons.next, LEFT)
    step = wizard.columns
    shown = [step.model.data(step.model.index(row, 3)) for row in (7, 8)]
    assert shown == ["Notes", "Not imported (Profit as the file states it?)"]
    step.table.setFocus()
    step.table.setCurrentIndex(step.model.index(8, 0))
    QTest.keyClick(step.table, ENTER)
    editor = step.table.findChild(QComboBox)
    assert editor is not None
    offered = [editor.itemData(place) for place in range(editor.count())]
    assert offered[:4] == ["", "stated_profit", "location", "name"], "what is filled is no hint"
    assert len(offered) == len(set(offered))
    editor.setCurrentIndex(1)
    editor.activated.emit(1)
    qtbot.waitUntil(lambda: step.model.row(8).field == "stated_profit")


def test_a_constant_fills_a_field_without_a_column(qtbot: QtBot, wizard: ImportWizard) -> None:
    show(qtbot, wizard)
    QTest.mouseClick(wizard.buttons.next, LEFT)
    step = wizard.columns
    step.constant_field.setCurrentIndex(step.constant_field.findData("location"))
    QTest.keyClicks(step.constant_value, "Shelf 4")
    QTest.keyClick(step.constant_value, ENTER)
    assert step_of(wizard) is Step.COLUMNS, "Enter in a field is not Next"
    assert wizard.draft is not None
    assert wizard.draft.plan is not None
    column = wizard.draft.plan.column("location")
    assert column is not None
    assert (column.source, column.constant) == (None, "Shelf 4")
    chips = [button for button in step.findChildren(QAbstractButton) if "✕" in button.text()]
    chips[0].click()
    assert wizard.draft.plan.column("location") is None


@pytest.mark.qt_log_ignore("does not support", extend=True)  # popups of the offscreen platform
def test_a_choice_is_made_with_the_keyboard(qtbot: QtBot, wizard: ImportWizard) -> None:
    show(qtbot, wizard)
    QTest.mouseClick(wizard.buttons.next, LEFT)
    table = wizard.columns.table
    table.setFocus()
    table.setCurrentIndex(wizard.columns.model.index(7, 0))
    QTest.keyClick(table, ENTER)
    editor = table.findChild(QComboBox)
    assert editor is not None
    assert editor.currentText() == "Notes"
    editor.setCurrentIndex(editor.findData("location"))
    editor.activated.emit(editor.currentIndex())
    qtbot.waitUntil(lambda: wizard.columns.model.row(7).field == "location")
    assert table.currentIndex().row() == 7


def test_ambiguous_dates_block_until_chosen(qtbot: QtBot, wizard: ImportWizard) -> None:
    to_formats(qtbot, wizard)
    step = wizard.formats
    shown = [step.model.data(step.model.index(0, column)) for column in range(4)]
    assert shown[0] == "Kaufdatum"
    assert shown[2] == "03/04/25 → 3 April 2025 or 4 March 2025"
    assert shown[3] == "Please choose"
    assert not wizard.buttons.next.isEnabled()
    assert not wizard.buttons.import_now.isEnabled()
    assert wizard.focusWidget() is step.table
    step.model.chosen.emit(0, "dmy")
    assert wizard.buttons.next.isEnabled()
    assert step.question.isHidden()
    texts = {step.model.data(step.model.index(row, 2)) for row in range(2)}
    assert "03/04/25 → 3 April 2025" in texts


def test_back_keeps_later_choices(qtbot: QtBot, wizard: ImportWizard, desk: FakeDesk) -> None:
    to_formats(qtbot, wizard)
    wizard.formats.model.chosen.emit(0, "dmy")
    QTest.mouseClick(wizard.buttons.next, LEFT)
    for _step in range(3):
        QTest.mouseClick(wizard.buttons.back, LEFT)
    assert step_of(wizard) is Step.FILE
    scans = desk.calls.count("scan")
    QTest.mouseClick(wizard.buttons.next, LEFT)
    settle(qtbot, wizard)
    assert step_of(wizard) is Step.VALUES, "what was confirmed is passed over"
    assert desk.calls.count("scan") == scans
    assert wizard.draft is not None
    assert wizard.draft.plan is not None
    column = wizard.draft.plan.column("acquired_at")
    assert column is not None
    assert column.dates is DateOrder.DMY


def test_currency_and_zone_hold_for_the_file(qtbot: QtBot, wizard: ImportWizard) -> None:
    to_formats(qtbot, wizard)
    for box, value in ((wizard.formats.currency, "usd"), (wizard.formats.zone, "Asia/Tokyo")):
        box.setEditText(value)
        edit = box.lineEdit()
        assert edit is not None
        edit.editingFinished.emit()
    assert wizard.draft is not None
    assert wizard.draft.plan is not None
    assert (wizard.draft.plan.currency, wizard.draft.plan.zone) == ("USD", "Asia/Tokyo")


def test_a_time_zone_that_there_is_not_is_not_taken(qtbot: QtBot, wizard: ImportWizard) -> None:
    to_formats(qtbot, wizard)
    box = wizard.formats.zone
    before = box.currentText()
    box.setEditText("Mars/X")
    edit = box.lineEdit()
    assert edit is not None
    edit.editingFinished.emit()
    assert wizard.draft is not None
    assert wizard.draft.plan is not None
    assert (wizard.draft.plan.zone, box.currentText()) == (before, before)


def test_words_are_translated_once(qtbot: QtBot, wizard: ImportWizard) -> None:
    to_formats(qtbot, wizard)
    wizard.formats.model.chosen.emit(0, "dmy")
    QTest.mouseClick(wizard.buttons.next, LEFT)
    step = wizard.values
    tester = validate(step.model)
    assert step.open.text() == "3 words have no meaning yet; their rows would be rejected."
    assert step.model.row(0).word == "Neu"
    step.model.chosen.emit(0, "new")
    assert step.open.text().startswith("2 words have no meaning yet")
    suppliers = [row for row in range(6) if step.model.row(row).word == "Footlocker"]
    step.model.chosen.emit(suppliers[0], "Foot Locker")
    assert wizard.draft is not None
    assert wizard.draft.plan is not None
    supplier, condition = (wizard.draft.plan.column(name) for name in ("supplier", "condition"))
    assert supplier is not None
    assert condition is not None
    assert supplier.values == {"Footlocker": "Foot Locker"}
    assert condition.values == {"Neu": "new"}
    assert tester.model() is step.model


def test_matching_offers_what_the_columns_allow(qtbot: QtBot, wizard: ImportWizard) -> None:
    show(qtbot, wizard)
    wizard.go_to(Step.MATCHING)
    settle(qtbot, wizard)
    assert step_of(wizard) is Step.FORMATS, "an open question comes first"
    wizard.formats.model.chosen.emit(0, "dmy")
    wizard.go_to(Step.MATCHING)
    settle(qtbot, wizard)
    step = wizard.matching
    enabled = [button.text() for button in step.identities.buttons() if button.isEnabled()]
    assert len(enabled) == 1
    assert enabled[0].startswith("By the whole row")
    step.modes.buttons()[0].click()
    assert wizard.draft is not None
    assert wizard.draft.plan is not None
    assert wizard.draft.plan.mode is ImportMode.INSERT


# -- check and review ------------------------------------------------------------------------------


def test_a_check_shows_progress_and_can_be_cancelled(
    qtbot: QtBot, wizard: ImportWizard, runner: FakeRunner
) -> None:
    start_check(qtbot, wizard, runner)
    run = runner.runs[0]
    assert run.request.plan is not None
    run.report(progress(1250, seconds=65.0, phase=ImportPhase.MATCHING))
    panel = wizard.check.panel
    assert panel.phase.text() == "Comparing with what is already there"
    assert panel.figures.text() == "1,250 rows so far · 2 with errors · 1:05"
    QTest.mouseClick(panel.cancel, LEFT)
    assert run.cancelled
    settle(qtbot, wizard)
    assert panel.isHidden()
    assert wizard.check.title.text() == "The file is not checked yet"
    assert wizard.buttons.next.text() == "Check &now"


def test_back_and_close_stop_a_check(
    qtbot: QtBot, wizard: ImportWizard, runner: FakeRunner
) -> None:
    start_check(qtbot, wizard, runner)
    QTest.mouseClick(wizard.buttons.back, LEFT)
    qtbot.waitUntil(lambda: runner.runs[0].cancelled)
    assert step_of(wizard) is Step.MATCHING
    with qtbot.waitSignal(wizard.closed):
        QTest.mouseClick(wizard.buttons.close_button, LEFT)
    settle(qtbot, wizard)
    assert not wizard.kit.notifier.messages, "nothing was kept, so nothing is said"


def test_a_check_that_fails_says_why(
    qtbot: QtBot, wizard: ImportWizard, runner: FakeRunner
) -> None:
    start_check(qtbot, wizard, runner)
    runner.runs[0].fail(FileImportError("einkauf.csv, row 7: too long."))
    qtbot.waitUntil(wizard.banner.isVisible)
    assert wizard.banner.text == "einkauf.csv, row 7: too long."
    wizard.banner.retry_requested.emit()
    qtbot.waitUntil(lambda: len(runner.runs) == 2)


def test_errors_are_grouped_and_warnings_apart(
    qtbot: QtBot, wizard: ImportWizard, runner: FakeRunner
) -> None:
    to_check(qtbot, wizard, runner)
    step = wizard.check
    tester = validate(step.model)
    assert step.title.text() == "4 rows stay out as things are"
    shown = [step.model.data(step.model.index(0, column)) for column in range(4)]
    assert shown == [
        "3",
        "Kaufdatum",
        "There is no such day. Write it like 31.12.2025.",
        "31.02.25 (3)",
    ]
    QTest.mouseClick(step.warnings_button, LEFT)
    assert step.model.data(step.model.index(0, 2)) == "Read as EU 41.5; please look."
    assert step.fixes.isHidden()
    assert tester.model() is step.model


def test_a_value_is_replaced_in_all_rows_and_checked_again(
    qtbot: QtBot, wizard: ImportWizard, runner: FakeRunner
) -> None:
    to_check(qtbot, wizard, runner)
    fixes = wizard.check.fixes
    QTest.keyClicks(fixes.new_value, "28.02.25")
    QTest.mouseClick(fixes.replace, LEFT)
    assert wizard.check.changes.text().startswith("1 value replaced.")
    assert wizard.buttons.next.text() == "Check agai&n"
    QTest.mouseClick(wizard.buttons.next, LEFT)
    qtbot.waitUntil(lambda: len(runner.runs) == 2)
    request = runner.runs[1].request
    assert request.batch_id == 7, "the new draft takes the place of the old one"
    assert request.plan is not None
    column = request.plan.column("acquired_at")
    assert column is not None
    assert column.values == {"31.02.25": "28.02.25"}
    runner.runs[1].finish(draft_result())
    settle(qtbot, wizard)


def test_all_rows_of_a_group_are_left_out(
    qtbot: QtBot, wizard: ImportWizard, runner: FakeRunner
) -> None:
    to_check(qtbot, wizard, runner)
    assert wizard.check.fixes.leave_out.text() == "&Leave out 3 rows"
    QTest.mouseClick(wizard.check.fixes.leave_out, LEFT)
    assert wizard.draft is not None
    assert wizard.draft.plan is not None
    assert wizard.draft.plan.skipped_rows == (20, 21, 22)


def test_a_row_is_mended_in_place(
    qtbot: QtBot, wizard: ImportWizard, runner: FakeRunner, imports: FakeImports
) -> None:
    to_check(qtbot, wizard, runner)
    table = wizard.check.fixes.table
    assert table.view is not None
    assert table.model is not None
    tester = validate(table.model)
    assert table.view.currentIndex().column() == 4, "the cursor is on the bad cell"
    table.view.setFocus()
    QTest.keyClick(table.view, Qt.Key.Key_F2)
    editor = table.view.findChild(QLineEdit)
    assert editor is not None
    assert editor.text() == "31.02.25"
    editor.setText("28.02.25")
    QTest.keyClick(editor, ENTER)
    qtbot.waitUntil(lambda: wizard.check.changes.text().startswith("1 row edited."))
    assert wizard.draft is not None
    assert wizard.draft.plan is not None
    before = imports.review[19].cells
    assert wizard.draft.plan.edits == {20: (*before[:3], "28.02.25", *before[4:])}
    assert table.model.data(table.model.index(0, 4)) == "28.02.25"
    assert tester.model() is table.model


def test_review_shows_classes_rows_and_totals(
    qtbot: QtBot, wizard: ImportWizard, runner: FakeRunner
) -> None:
    to_review(qtbot, wizard, runner)
    rows = wizard.review.rows
    assert rows.model is not None
    tester = validate(rows.model)
    texts = [chip.text() for chip in rows.chips.values()]
    assert texts[:3] == ["New  12", "Changed  4", "Unchanged  2"]
    rows.chips[RowClass.CHANGED].click()
    qtbot.waitUntil(lambda: shown_at(rows, 0, 1) == "13")
    assert shown_at(rows, 0, 3) == ("Cost: 89.00 → 95.00; Notes: nothing → Karton beschädigt")
    assert shown_at(rows, 0, 8) == "89.00 → 95.00"
    assert rows.model.data(rows.model.index(0, 0), _CHECKED) == Qt.CheckState.Checked
    rows.chips[RowClass.REJECTED].click()
    qtbot.waitUntil(lambda: shown_at(rows, 0, 1) == "20")
    assert rows.model.tick(0) is None, "a rejected row has no box"
    assert wizard.buttons.next.text() == "&Import 16 rows"
    assert tester.model() is rows.model


def totals_shown(wizard: ImportWizard) -> list[str]:
    grid = wizard.review.totals.layout()
    assert isinstance(grid, QGridLayout)
    found = []
    for row in range(grid.rowCount()):
        for column in range(grid.columnCount()):
            item = grid.itemAtPosition(row, column)
            widget = None if item is None else item.widget()
            if isinstance(widget, QLabel) and widget.text():
                found.append(widget.text())
    return found


def to_result(qtbot: QtBot, wizard: ImportWizard, runner: FakeRunner, **changes: object) -> None:
    start_check(qtbot, wizard, runner)
    result = draft_result()
    for name, value in changes.items():
        setattr(result, name, value)
    runner.runs[-1].finish(result)
    settle(qtbot, wizard)
    QTest.mouseClick(wizard.buttons.next, LEFT)
    settle(qtbot, wizard)
    assert step_of(wizard) is Step.REVIEW


def test_totals_of_purchases_are_costs(
    qtbot: QtBot, wizard: ImportWizard, runner: FakeRunner
) -> None:
    file = {"EUR": CurrencyTotals(cost=Decimal("12345.67"))}
    written = {"EUR": CurrencyTotals(cost=Decimal("12300.00"))}
    to_result(qtbot, wizard, runner, file_totals=file, totals=written)
    heads = ["Cost in the file", "to be written"]
    assert totals_shown(wizard) == [*heads, "EUR", "12,345.67", "12,300.00"]
    different = wizard.review.totals.findChildren(QLabel)
    assert [each.text() for each in different if each.property("role") == "warning"] == [
        "12,300.00"
    ]


def test_totals_name_only_what_the_rows_say(
    qtbot: QtBot, wizard: ImportWizard, runner: FakeRunner
) -> None:
    totals = {
        "EUR": CurrencyTotals(gross=Decimal(200), cost=Decimal(90)),
        "USD": CurrencyTotals(gross=Decimal(100), charges=Decimal(-10), payout=Decimal(90)),
    }
    to_result(qtbot, wizard, runner, file_totals=totals, totals=totals)
    pair = "to be written"
    assert totals_shown(wizard) == [
        *("Cost in the file", pair, "Sale price in the file", pair, "Payout in the file", pair),
        *("EUR", "90.00", "90.00", "200.00", "200.00", "—", "—"),
        *("USD", "—", "—", "100.00", "100.00", "90.00", "90.00"),
    ]


def test_rows_without_amounts_have_no_totals(
    qtbot: QtBot, wizard: ImportWizard, runner: FakeRunner
) -> None:
    to_result(qtbot, wizard, runner, file_totals={"EUR": CurrencyTotals()}, totals={})
    assert wizard.review.totals.isHidden()


def test_a_file_that_was_imported_before_is_said_on_the_review(
    qtbot: QtBot, wizard: ImportWizard, runner: FakeRunner
) -> None:
    message = "This file was imported before, on 3 November 2026 (import 4)."
    remarks = [RowIssue(0, "", "", "imported_before", message)]
    to_result(qtbot, wizard, runner, remarks=remarks)
    assert wizard.review.notes.isVisible()
    assert wizard.review.notes.text() == message
    wizard.check.warnings_button.click()
    model = wizard.check.model
    assert [model.data(model.index(0, column)) for column in (0, 2)] == ["", message]


def test_remarks_about_rows_are_no_note_on_the_review(
    qtbot: QtBot, wizard: ImportWizard, runner: FakeRunner
) -> None:
    to_review(qtbot, wizard, runner)
    assert wizard.review.notes.isHidden()


def shown_at(rows: RowsView, row: int, column: int) -> object:
    return None if rows.model is None else rows.model.data(rows.model.index(row, column))


def test_ticks_change_the_number_and_are_checked_before_the_run(
    qtbot: QtBot, wizard: ImportWizard, runner: FakeRunner
) -> None:
    asked = requests(wizard)
    to_review(qtbot, wizard, runner)
    rows = wizard.review.rows
    assert rows.table is not None
    qtbot.waitUntil(lambda: rows.model is not None and rows.model.tick(0) is True)
    rows.table.setFocus()
    rows.table.selectRow(1)
    QTest.keyClick(rows.table, Qt.Key.Key_Space)
    assert rows.model is not None
    assert rows.model.tick(1) is False
    assert wizard.buttons.next.text() == "&Import 15 rows"
    QTest.mouseClick(wizard.buttons.next, LEFT)
    qtbot.waitUntil(lambda: len(runner.runs) == 2)
    request = runner.runs[1].request
    assert request.action is ImportAction.CHECK
    assert request.plan is not None
    assert request.plan.skipped_rows == (2,)
    assert asked == []
    runner.runs[1].finish(draft_result(imported=11, skipped=2))
    qtbot.waitUntil(lambda: bool(asked))
    assert (asked[0].action, asked[0].batch_id) == (ImportAction.RUN, 7)


def test_a_new_check_that_finds_other_rows_is_shown_first(
    qtbot: QtBot, wizard: ImportWizard, runner: FakeRunner
) -> None:
    asked = requests(wizard)
    to_review(qtbot, wizard, runner)
    wizard.review.rows.ticks_changed.emit([2], False)
    QTest.mouseClick(wizard.buttons.next, LEFT)
    qtbot.waitUntil(lambda: len(runner.runs) == 2)
    runner.runs[1].finish(draft_result(imported=9, duplicates=6))
    settle(qtbot, wizard)
    assert asked == []
    assert step_of(wizard) is Step.REVIEW
    assert wizard.buttons.next.text() == "&Import 13 rows"


def test_a_single_changed_cell_is_left_out(
    qtbot: QtBot, wizard: ImportWizard, runner: FakeRunner
) -> None:
    to_review(qtbot, wizard, runner)
    step = wizard.review
    step.rows.chips[RowClass.CHANGED].click()
    qtbot.waitUntil(lambda: step.rows.model is not None and step.rows.model.tick(0) is True)
    assert step.rows.table is not None
    step.rows.table.selectRow(0)
    qtbot.waitUntil(step.changes_table.isVisible)
    tester = validate(step.changes)
    shown = [step.changes.data(step.changes.index(0, column)) for column in range(1, 4)]
    assert shown == ["Cost", "89.00", "95.00"]
    step.changes_table.clicked.emit(step.changes.index(0, 0))
    assert wizard.draft is not None
    assert wizard.draft.plan is not None
    assert wizard.draft.plan.skipped_cells == ((13, "cost_gross"),)
    assert step.changes.tick(0) is False
    assert step.changes.tick(1) is True
    assert tester.model() is step.changes


def test_closing_after_a_check_says_that_the_draft_is_kept(
    qtbot: QtBot, wizard: ImportWizard, runner: FakeRunner
) -> None:
    to_review(qtbot, wizard, runner)
    with qtbot.waitSignal(wizard.closed):
        QTest.mouseClick(wizard.buttons.close_button, LEFT)
    texts = [message.text for message in wizard.kit.notifier.messages]
    assert texts == ["The draft of einkauf.csv is kept under Imports."]


# -- around ----------------------------------------------------------------------------------------


def test_a_profile_is_saved_under_a_name_and_shared(
    qtbot: QtBot, wizard: ImportWizard, desk: FakeDesk, kit: UiKit, tmp_path: Path
) -> None:
    show(qtbot, wizard)
    kit.tasks.start(wizard.profiles.save_as("My shop"))
    settle(qtbot, wizard)
    assert wizard.draft is not None
    assert wizard.draft.choices.profile == "my shop"
    kit.tasks.start(wizard.profiles.share_to(tmp_path / "shop.json"))
    kit.tasks.start(wizard.profiles.template_to(tmp_path / "shop.csv", example=True))
    settle(qtbot, wizard)
    assert desk.written == [
        ("my shop", tmp_path / "shop.json", False),
        ("my shop", tmp_path / "shop.csv", True),
    ]
    kit.tasks.start(wizard.profiles._delete_now())
    settle(qtbot, wizard)
    assert "my shop" not in wizard.draft.profiles


def test_a_shared_profile_is_used_at_once(
    qtbot: QtBot, wizard: ImportWizard, desk: FakeDesk, kit: UiKit
) -> None:
    show(qtbot, wizard)
    kit.tasks.start(wizard.profiles.use_file(Path("/in/friend.json")))
    qtbot.waitUntil(lambda: desk.choices is not None and desk.choices.profile == "friend")
    settle(qtbot, wizard)
    assert wizard.draft is not None
    assert wizard.draft.plan is not None
    assert wizard.draft.plan.profile == "friend"


def test_answers_that_come_too_late_are_dropped(
    qtbot: QtBot, wizard: ImportWizard, desk: FakeDesk
) -> None:
    gate = desk.hold("sketch")
    wizard.open_file("/in/slow.csv")
    qtbot.waitUntil(lambda: "sketch" in desk.calls)
    show(qtbot, wizard)
    gate.set()
    settle(qtbot, wizard)
    assert wizard.draft is not None
    assert wizard.draft.path == "/in/einkauf.csv"


def test_tables_are_copied_with_their_headers(qtbot: QtBot, wizard: ImportWizard) -> None:
    show(qtbot, wizard)
    QTest.mouseClick(wizard.buttons.next, LEFT)
    QGuiApplication.clipboard().setMimeData(QMimeData())
    table = wizard.columns.table
    table.setFocus()
    table.selectRow(0)
    QTest.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == "Column\tSamples\tFilled\tGoes to"
    assert lines[1].startswith("Artikel\t")


def test_everything_that_takes_focus_has_a_name(
    qtbot: QtBot, wizard: ImportWizard, runner: FakeRunner
) -> None:
    to_review(qtbot, wizard, runner)
    kinds = (QTableView, QComboBox, QAbstractButton)
    unnamed = [
        f"{type(widget).__name__} of {type(widget.parent()).__name__}"
        for kind in kinds
        for widget in wizard.findChildren(kind)
        if widget.focusPolicy() is not Qt.FocusPolicy.NoFocus
        and not widget.accessibleName()
        and not getattr(widget, "text", str)()
    ]
    assert unnamed == []
    mnemonics: dict[str, list[str]] = {}
    for button in wizard.buttons.findChildren(QAbstractButton):
        if not button.isHidden() and "&" in button.text():
            at = button.text().index("&") + 1
            mnemonics.setdefault(button.text()[at].casefold(), []).append(button.text())
    assert [texts for texts in mnemonics.values() if len(texts) > 1] == []


def test_the_wizard_fits_a_small_screen(
    qtbot: QtBot, wizard: ImportWizard, runner: FakeRunner
) -> None:
    to_review(qtbot, wizard, runner)
    assert wizard.minimumSizeHint().width() <= 1080
    assert wizard.minimumSizeHint().height() <= 640


def test_choice_tables_stretch_so_that_the_choice_is_in_sight(
    qtbot: QtBot, wizard: ImportWizard
) -> None:
    to_formats(qtbot, wizard)
    for table in (wizard.formats.table, wizard.columns.table):
        assert isinstance(table, ChoiceTable)
        assert table.horizontalHeader().length() <= max(table.viewport().width(), 640)


def test_counts_of_a_result_add_up() -> None:
    result = draft_result(rows=26, duplicates=5, unchanged=2)
    assert sum(counts_of(result).values()) == 26


@pytest.mark.parametrize(
    ("confidence", "words"),
    [(0.99, "Certain (99 %)"), (0.8, "Likely (80 %)"), (0.5, "Possible (50 %)")],
)
def test_confidence_in_words(confidence: float, words: str) -> None:
    candidate = replace(sales_sketch().candidates[0], confidence=confidence)
    assert confidence_words(candidate) == words
