from __future__ import annotations

from asyncio import run
from dataclasses import replace

import pytest

from helpers.fake_desk import (
    DATES_QUESTION,
    PURCHASES,
    SALES,
    FakeDesk,
    purchase_file,
    purchase_plan,
    purchase_scan,
    purchase_sketch,
    sales_plan,
    sales_sketch,
)
from helpers.fake_imports import FakeImports
from helpers.wizard_rows import draft_result, issue_groups, review_rows
from soleflip_desktop.domain.errors import FileImportError
from soleflip_desktop.domain.import_fields import Target
from soleflip_desktop.domain.import_plan import DateOrder, Dialect, Identity, PlanChoices
from soleflip_desktop.domain.import_sketch import Question, QuestionKind
from soleflip_desktop.domain.integration import RowIssue
from soleflip_desktop.ui.integration.wizard.draft import (
    STEPS,
    ImportDraft,
    Step,
    answered,
    blocked,
    blocking_step,
    confirmed,
    identities,
    importable,
    next_step,
    open_questions,
    problems,
    reachable,
    reading,
    required_fields,
    rows_to_write,
    unknown_words,
)
from soleflip_desktop.ui.integration.wizard.plan_edits import (
    carried,
    field_of_header,
    fields_of_source,
    meaning,
    with_cell_skipped,
    with_constant,
    with_dates,
    with_edit,
    with_rows_skipped,
    with_source,
    with_value,
)
from soleflip_desktop.ui.integration.wizard.preparing import (
    grouped,
    opened,
    reopened,
    rows_of_group,
    scanned,
    sketched,
)

KNOWN = {profile.key: profile for profile in (SALES, PURCHASES)}


def certain_draft() -> ImportDraft:
    plan = sales_plan()
    return ImportDraft(
        "/in/stockx.csv", sketch=sales_sketch(), plan=plan, proposed=plan, profiles=KNOWN
    )


def german_draft() -> ImportDraft:
    plan = purchase_plan()
    return ImportDraft(
        "/in/einkauf.csv",
        sketch=purchase_sketch(),
        plan=plan,
        proposed=plan,
        profiles=KNOWN,
        scan=purchase_scan(),
        scanned=reading(plan),
        questions=(DATES_QUESTION,),
    )


# -- plan edits ------------------------------------------------------------------------------------


def test_a_column_fills_one_field_and_brings_what_the_profile_knows_of_it() -> None:
    plan = with_source(purchase_plan(), 8, "name", PURCHASES)
    assert fields_of_source(plan, 8) == ("name",)
    assert plan.columns[-1].required
    plan = with_source(plan, 8, None)
    assert fields_of_source(plan, 8) == ()
    assert plan.columns == purchase_plan().columns


def test_a_column_takes_the_place_of_a_constant() -> None:
    plan = with_constant(purchase_plan(), "location", "Shelf 4")
    assert plan.column("location") is not None
    plan = with_source(plan, 8, "location")
    column = plan.column("location")
    assert column is not None
    assert (column.source, column.constant) == (8, None)
    assert with_constant(with_constant(plan, "brand", "Nike"), "brand", None) == plan


def test_words_mean_what_was_said_or_our_own_word_in_any_spelling() -> None:
    plan = purchase_plan()
    assert meaning(plan, "condition", "Neu") is None
    assert meaning(plan, "condition", "NEW") == "new"
    assert meaning(plan, "supplier", "Kickz") == "Kickz"
    plan = with_value(plan, "condition", "Neu", "new")
    assert meaning(plan, "condition", " neu ") == "new"
    assert with_value(plan, "condition", "Neu", None) == purchase_plan()


def test_rows_and_cells_are_left_out_and_taken_back() -> None:
    plan = with_rows_skipped(purchase_plan(), [7, 3], skipped=True)
    assert plan.skipped_rows == (3, 7)
    assert with_rows_skipped(plan, [3, 7], skipped=False) == purchase_plan()
    plan = with_cell_skipped(purchase_plan(), 4, "notes", skipped=True)
    assert plan.skipped_cells == ((4, "notes"),)
    assert with_cell_skipped(plan, 4, "notes", skipped=False) == purchase_plan()
    assert with_edit(plan, 4, ["a", "b"]).edits == {4: ("a", "b")}


def test_a_field_is_found_by_header_and_by_its_own_name() -> None:
    assert field_of_header(purchase_plan(), "Kaufdatum") == "acquired_at"
    assert field_of_header(purchase_plan(), "acquired_at") == "acquired_at"
    assert field_of_header(purchase_plan(), "Gewinn") is None


def test_another_look_keeps_decisions_that_still_fit() -> None:
    old = with_dates(with_value(purchase_plan(), "condition", "Neu", "new"), "acquired_at", _DMY)
    new = replace(purchase_plan(), dialect=Dialect("utf-8", ";"))
    assert carried(new, old).columns == old.columns
    assert carried(new, old).dialect == new.dialect
    header = (*new.header[:4], "EK", *new.header[5:])
    other = carried(replace(new, header=header), old)
    assert meaning(other, "condition", "Neu") == "new"
    date = other.column("acquired_at")
    assert date is not None
    assert date.dates is _DMY
    assert carried(new, sales_plan()) == new


_DMY = DateOrder.DMY

# -- what a draft says -----------------------------------------------------------------------------


def test_a_certain_file_has_nothing_to_decide() -> None:
    draft = certain_draft()
    assert draft.certain
    assert blocking_step(draft) is None
    assert next_step(draft, Step.FILE) is Step.CHECK
    assert required_fields(draft) == {"external_id", "sold_at", "name", "gross"}


def test_two_columns_of_one_field_block_the_step_with_both_names() -> None:
    draft = german_draft()
    assert draft.plan is not None
    draft = replace(draft, plan=with_source(draft.plan, 8, "cost_gross"))
    (problem,) = problems(draft)
    assert problem == "Cost is filled by “EK brutto” and “Gewinn”. Choose one of them."
    assert blocked(draft, Step.COLUMNS) == problem
    assert not reachable(draft, Step.FORMATS)
    assert reachable(draft, Step.COLUMNS)


def test_a_required_field_without_a_column_blocks_until_it_has_a_value() -> None:
    draft = german_draft()
    assert draft.plan is not None
    draft = replace(draft, plan=with_source(draft.plan, 1, None))
    assert problems(draft) == ("Size must be filled: choose a column or a value.",)
    assert draft.plan is not None
    draft = replace(draft, plan=with_constant(draft.plan, "size", "One size"))
    assert problems(draft) == ()


def test_ambiguous_dates_block_until_chosen() -> None:
    draft = german_draft()
    assert [question.subject for question in open_questions(draft, Step.FORMATS)] == ["Kaufdatum"]
    assert blocking_step(draft) is Step.FORMATS
    assert not reachable(draft, Step.CHECK)
    assert draft.plan is not None
    draft = replace(draft, plan=with_dates(draft.plan, "acquired_at", _DMY))
    assert open_questions(draft) == ()
    assert reachable(draft, Step.CHECK)


def test_a_question_about_a_column_that_is_not_imported_is_no_question() -> None:
    draft = german_draft()
    assert draft.plan is not None
    draft = replace(draft, plan=with_source(draft.plan, 3, None))
    assert open_questions(draft) == ()


@pytest.mark.parametrize(
    ("question", "step"),
    [
        (Question(QuestionKind.ENCODING, "", "Which?"), Step.FILE),
        (Question(QuestionKind.COLUMN, "cost_gross", "Which?"), Step.COLUMNS),
        (Question(QuestionKind.CURRENCY, "EK brutto", "Which?"), Step.FORMATS),
    ],
)
def test_each_question_belongs_to_a_step_and_is_closed_by_its_answer(
    question: Question, step: Step
) -> None:
    plan = replace(purchase_plan(), currency=None)
    draft = replace(german_draft(), plan=plan, questions=(question,))
    assert blocked(draft, step) == "Which?"
    assert not blocked(answered(draft, question.kind, question.subject), step)


def test_currency_profile_and_encoding_are_answered_by_choosing_them() -> None:
    kinds = (QuestionKind.PROFILE, QuestionKind.ENCODING, QuestionKind.CURRENCY)
    questions = tuple(Question(kind, "", "Which?") for kind in kinds)
    draft = replace(german_draft(), questions=questions)
    draft = replace(draft, choices=PlanChoices(profile="purchases", encoding="cp1252"))
    assert open_questions(draft) == ()


def test_a_clear_leader_is_confirmed_by_going_on() -> None:
    question = Question(QuestionKind.PROFILE, "", "Which?")
    draft = replace(german_draft(), questions=(question,))
    assert not blocked(draft, Step.FILE)
    assert not importable(draft), "nobody has seen the columns"
    draft = confirmed(draft, Step.FILE)
    assert draft.choices.profile == "purchases"
    assert importable(replace(draft, visited=frozenset({Step.COLUMNS})))
    sketch = purchase_sketch()
    best, other = sketch.candidates
    close = replace(sketch, candidates=(best, replace(other, confidence=best.confidence - 0.01)))
    draft = replace(german_draft(), questions=(question,), sketch=close)
    assert blocked(draft, Step.FILE) == "Which?"


def test_unknown_words_stop_once_but_do_not_block() -> None:
    draft = replace(german_draft(), questions=())
    assert unknown_words(draft) == (
        ("condition", "Neu"),
        ("condition", "Gebraucht"),
        ("condition", "DS"),
    )
    assert next_step(draft, Step.FORMATS) is Step.VALUES
    assert blocking_step(draft) is None
    visited = replace(draft, visited=frozenset({Step.VALUES}))
    assert next_step(visited, Step.FORMATS) is Step.MATCHING


def test_steps_that_were_confirmed_are_passed_over() -> None:
    draft = replace(german_draft(), questions=(), visited=frozenset(STEPS))
    assert next_step(draft, Step.FILE) is Step.CHECK
    assert next_step(draft, Step.CHECK) is Step.REVIEW


def test_a_scan_is_needed_again_when_another_column_is_read() -> None:
    draft = german_draft()
    assert not draft.needs_scan
    assert draft.plan is not None
    dated = with_dates(draft.plan, "acquired_at", _DMY)
    assert not replace(draft, plan=dated).needs_scan
    assert replace(draft, plan=with_source(dated, 8, "vat")).needs_scan


def test_ticks_alone_keep_the_review_and_change_its_number_of_rows() -> None:
    plan = purchase_plan()
    draft = replace(german_draft(), questions=(), result=draft_result(), checked=plan)
    assert not draft.needs_check
    assert rows_to_write(draft) == 16
    unticked = replace(draft, plan=with_rows_skipped(plan, [1, 2], skipped=True))
    assert unticked.needs_check
    assert unticked.only_ticks_changed
    assert reachable(unticked, Step.REVIEW)
    assert rows_to_write(unticked) == 14
    edited = replace(draft, plan=with_edit(plan, 1, ["a"]))
    assert not edited.only_ticks_changed
    assert not reachable(edited, Step.REVIEW)


def test_identities_say_what_they_lack() -> None:
    offered = dict(identities(purchase_plan()))
    assert offered[Identity.CONTENT] == ""
    assert offered[Identity.PURCHASE] == "Purchase order number"
    for target in Target:
        assert identities(replace(purchase_plan(), target=target))


# -- the way through the desk ----------------------------------------------------------------------


def test_opening_looks_and_proposes() -> None:
    desk = FakeDesk()
    desk.files["einkauf.csv"] = purchase_file()
    draft = run(opened(desk, "/in/einkauf.csv"))
    assert draft.plan == draft.proposed == purchase_plan()
    assert draft.untouched
    assert not draft.certain
    draft = run(scanned(desk, draft))
    assert blocking_step(draft) is Step.FORMATS
    cost = None if draft.plan is None else draft.plan.column("cost_gross")
    assert cost is not None
    assert cost.number is not None
    calls = list(desk.calls)
    run(scanned(desk, draft))
    assert desk.calls == calls


def test_a_scan_keeps_the_questions_that_it_cannot_answer() -> None:
    desk = FakeDesk()
    file = purchase_file()
    currency = Question(QuestionKind.CURRENCY, "cost_gross", "Which currency?")
    file.plan, file.questions = replace(file.plan, currency=None), (currency,)
    desk.files["einkauf.csv"] = file
    draft = run(scanned(desk, run(opened(desk, "/in/einkauf.csv"))))
    assert draft.questions == (currency, DATES_QUESTION)
    assert open_questions(draft, Step.FORMATS) == draft.questions


def test_another_encoding_keeps_the_decisions() -> None:
    desk = FakeDesk()
    desk.files["einkauf.csv"] = purchase_file()
    draft = run(opened(desk, "/in/einkauf.csv"))
    assert draft.plan is not None
    draft = replace(draft, plan=with_value(draft.plan, "condition", "Neu", "new"))
    draft = run(sketched(desk, draft, PlanChoices(encoding="utf-8")))
    assert draft.plan is not None
    assert draft.plan.dialect.encoding == "utf-8"
    assert meaning(draft.plan, "condition", "Neu") == "new"


def test_a_file_that_nobody_knows_has_no_plan_until_its_kind_is_chosen() -> None:
    desk = FakeDesk()
    file = purchase_file()
    file.sketch = replace(file.sketch, candidates=())
    desk.files["einkauf.csv"] = file
    draft = run(opened(desk, "/in/einkauf.csv"))
    assert draft.plan is None
    assert blocked(draft, Step.FILE) == "Choose what kind of file this is."
    draft = run(sketched(desk, draft, PlanChoices(profile="suppliers")))
    assert draft.plan is not None
    assert problems(draft) == ("No column is chosen yet: choose at least one.",)


def test_a_kept_draft_opens_with_and_without_its_file() -> None:
    desk, source = FakeDesk(), FakeImports()
    desk.files["einkauf.csv"] = purchase_file()
    source.plans, source.paths = {7: purchase_plan()}, {7: "/in/einkauf.csv"}
    source.results = {7: draft_result()}
    draft = run(reopened(desk, source, 7))
    assert draft.sketch is not None
    assert reachable(draft, Step.REVIEW)
    assert reachable(draft, Step.COLUMNS)
    desk.error = FileImportError("einkauf.csv is gone.")
    draft = run(reopened(desk, source, 7))
    assert reachable(draft, Step.REVIEW)
    assert not reachable(draft, Step.FILE)


def test_all_rows_of_a_group_are_found() -> None:
    source = FakeImports()
    source.review = review_rows()
    dates, several = issue_groups()
    assert [row.row for row in run(rows_of_group(source, 7, dates))] == [20, 21, 22]
    assert [row.row for row in run(rows_of_group(source, 7, several))] == [23]


def test_remarks_are_grouped_by_what_they_say() -> None:
    remarks = [RowIssue(row, "Size", "9", "size.guess", "Please look.") for row in (1, 2)]
    remarks.append(RowIssue(3, "Date", "1970", "date.early", "Early."))
    groups = grouped(remarks)
    assert [(group.column, group.count, group.rows) for group in groups] == [
        ("Size", 2, (1, 2)),
        ("Date", 1, (3,)),
    ]
