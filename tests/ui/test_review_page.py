"""The page To review: questions, the answers that fit, and what was answered."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from helpers.fake_sync import FakeReview, review_row
from soleflip_desktop.domain.changes import Domain
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.sync import (
    REVIEW_ANSWERS,
    ReviewAnswer,
    ReviewKind,
    ReviewRow,
    ReviewState,
)
from soleflip_desktop.domain.unit_codes import place_code, unit_code
from soleflip_desktop.ui.common.actions import Menu, name_of
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.line_dialog import LineDialog
from soleflip_desktop.ui.common.menus import context_menu, page_actions
from soleflip_desktop.ui.integration.review.answering import read_unit
from soleflip_desktop.ui.integration.review.page import ReviewPage
from soleflip_desktop.ui.integration.review.words import (
    ANSWER_BUTTONS,
    KIND_WORDS,
    answer_text,
    common_answers,
)

K, A = ReviewKind, ReviewAnswer
KINDS = (K.LISTING_VANISHED, K.BAD_RECORD, K.LISTING_WITHOUT_UNIT, K.OVERSOLD, K.LISTING_VANISHED)


@pytest.fixture
def review() -> FakeReview:
    return FakeReview([review_row(number, kind=kind) for number, kind in enumerate(KINDS, 1)])


@pytest.fixture
def page(review: FakeReview, kit: UiKit, qtbot: QtBot) -> ReviewPage:
    page = ReviewPage(review, kit)
    qtbot.addWidget(page)
    page.resize(1200, 600)
    page.show()
    idle(qtbot, kit)
    return page


def idle(qtbot: QtBot, kit: UiKit) -> None:
    qtbot.waitUntil(lambda: kit.tasks.active == 0)


def choose(page: ReviewPage, *rows: int) -> None:
    """With the mouse, the further ones with Ctrl."""
    held = Qt.KeyboardModifier.NoModifier
    for row in rows:
        at = page.view.visualRect(page.view.entries.index(row, 1)).center()
        QTest.mouseClick(page.view.viewport(), Qt.MouseButton.LeftButton, held, at)
        held = Qt.KeyboardModifier.ControlModifier


def offered(page: ReviewPage) -> list[str]:
    buttons = page.bar_of_answers.buttons.values()
    return [button.text().replace("&", "") for button in buttons if button.isVisible()]


def press(page: ReviewPage, text: str) -> None:
    button = next(each for each in page.findChildren(QPushButton) if each.text() == text)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def ids(page: ReviewPage) -> list[int]:
    return [row.id for row in page.view.entries.rows()]


def test_each_question_offers_its_own_answers(page: ReviewPage) -> None:
    assert offered(page) == []
    choose(page, 0)
    assert offered(page) == ["It was sold", "I deleted it", "It expired", "Dismiss"]
    assert "does not show this listing" in page.words.text()
    choose(page, 1)
    assert offered(page) == ["Read it again", "Dismiss"]
    choose(page, 2)
    assert offered(page) == ["Link to a unit…", "Add as a new unit", "Dismiss"]
    choose(page, 0, 1)
    assert offered(page) == ["Dismiss"]
    assert page.headline.text() == "2 questions: 1 × listing vanished, 1 × unreadable record"


def test_several_questions_are_answered_at_once_and_the_count_falls(
    page: ReviewPage, review: FakeReview, kit: UiKit, qtbot: QtBot
) -> None:
    counts: list[int] = []
    page.count_changed.connect(counts.append)
    choose(page, 0, 4)
    press(page, "It was so&ld")
    idle(qtbot, kit)
    assert review.answers == [((1, 5), A.SOLD, None)]
    assert ids(page) == [2, 3, 4]
    assert counts == [3]
    assert kit.notifier.messages[-1].text == "2 questions: it was sold."
    assert page.totals == "3 open questions"


def test_an_answer_by_key(page: ReviewPage, review: FakeReview, kit: UiKit, qtbot: QtBot) -> None:
    page.activateWindow()
    page.view.setFocus()
    qtbot.waitUntil(page.view.hasFocus)
    choose(page, 1)
    QTest.keyClick(page.view, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    idle(qtbot, kit)
    assert review.answers == [((2,), A.READ_AGAIN, None)]
    choose(page, 1)  # what is third now is second
    QTest.keyClick(page.view, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    idle(qtbot, kit)
    assert len(review.answers) == 1  # a listing cannot be read again
    QTest.keyClick(page.view, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    idle(qtbot, kit)
    assert review.answers[1:] == [((3,), A.DISMISS, None)]


def test_a_listing_is_linked_to_a_unit_and_mistakes_are_said_inline(
    page: ReviewPage, review: FakeReview, kit: UiKit, qtbot: QtBot
) -> None:
    choose(page, 2)
    press(page, "Lin&k to a unit…")
    dialog = page.findChild(LineDialog)
    assert dialog is not None
    QTest.keyClicks(dialog.line, "twelve")
    QTest.keyClick(dialog.line, Qt.Key.Key_Return)
    idle(qtbot, kit)
    assert dialog.problem.text().startswith("“twelve” is no unit number")
    assert review.answers == []
    review.error = UserError("Unit 12 is sold already. Choose another one.")
    dialog.line.clear()
    QTest.keyClicks(dialog.line, "12")
    QTest.mouseClick(dialog.do, Qt.MouseButton.LeftButton)
    idle(qtbot, kit)
    assert dialog.problem.text() == "Unit 12 is sold already. Choose another one."
    dialog.line.clear()
    QTest.keyClicks(dialog.line, unit_code(14))
    QTest.mouseClick(dialog.do, Qt.MouseButton.LeftButton)
    idle(qtbot, kit)
    assert review.answers == [((3,), A.LINK, 14)]
    assert ids(page) == [1, 2, 4, 5]


def test_several_listings_cannot_be_linked_to_one_unit(
    review: FakeReview, page: ReviewPage, kit: UiKit, qtbot: QtBot
) -> None:
    review.questions.append(review_row(6, kind=K.LISTING_WITHOUT_UNIT))
    page.note_change(frozenset({Domain.INTEGRATION}))
    qtbot.waitUntil(lambda: page.view.entries.rowCount() == 6)
    choose(page, 2, 5)
    assert offered(page) == ["Add as a new unit", "Dismiss"]


@pytest.mark.parametrize("text", ["", "0", "-4", "1.5", "٣", "9" * 30, place_code(3), "SF00012"])
def test_what_is_no_unit(text: str) -> None:
    with pytest.raises(UserError, match="unit number"):
        read_unit(text)


def test_questions_of_one_kind(page: ReviewPage, kit: UiKit, qtbot: QtBot) -> None:
    kinds = [page.kind.itemText(at) for at in range(page.kind.count())]
    assert kinds == [
        "All kinds (5)",
        "Unreadable record (1)",
        "Listing vanished (2)",
        "Listing without a unit (1)",
        "Sold twice (1)",
    ]
    page.kind.setFocus()
    QTest.keyClick(page.kind, Qt.Key.Key_Down)
    QTest.keyClick(page.kind, Qt.Key.Key_Down)
    assert ids(page) == [1, 5]
    page.view.selectAll()
    press(page, "It e&xpired")
    idle(qtbot, kit)
    assert page.kind.currentText() == "All kinds (3)"  # nothing of that kind is left
    assert ids(page) == [2, 3, 4]


def test_settled_questions_are_a_list_of_their_own_without_answers(
    page: ReviewPage, review: FakeReview, kit: UiKit, qtbot: QtBot
) -> None:
    asyncio.get_running_loop().create_task(review.answer([4], A.DISMISS))
    press(page, "&Settled")
    idle(qtbot, kit)
    assert ids(page) == [4]
    choose(page, 0)
    assert offered(page) == []
    assert page.words.text().endswith("– Dismissed")
    press(page, "&Open")
    idle(qtbot, kit)
    assert ids(page) == [1, 2, 3, 5]


def test_nothing_to_review_is_good_news(
    page: ReviewPage, review: FakeReview, kit: UiKit, qtbot: QtBot
) -> None:
    review.questions.clear()
    page.refresh()
    idle(qtbot, kit)
    assert page.empty.isVisible()
    assert page.empty.title == "Nothing to review"
    assert page.header.count_text == ""
    assert not page.kind.isVisible()


def test_a_hidden_page_still_counts(
    page: ReviewPage, review: FakeReview, kit: UiKit, qtbot: QtBot
) -> None:
    counts: list[int] = []
    page.count_changed.connect(counts.append)
    page.hide()
    review.questions.pop()
    page.note_change(frozenset({Domain.SUPPLIERS}))
    for _burst in range(20):
        page.note_change(frozenset({Domain.INTEGRATION}))
    qtbot.waitUntil(lambda: bool(counts))
    idle(qtbot, kit)
    assert counts == [4]  # a burst is one question
    assert len(ids(page)) == 5  # read when it is looked at
    page.show()
    idle(qtbot, kit)
    assert len(ids(page)) == 4


def test_an_answer_that_does_not_fit_is_said(
    page: ReviewPage, review: FakeReview, kit: UiKit, qtbot: QtBot
) -> None:
    choose(page, 0)
    review.error = UserError("This question was answered on another desktop.")
    press(page, "Dis&miss")
    idle(qtbot, kit)
    assert kit.notifier.messages[-1].text == "This question was answered on another desktop."


def test_the_answers_stand_in_menu_and_context_menu(page: ReviewPage) -> None:
    choose(page, 0)
    shown = [name_of(each) for each in page_actions(page, Menu.EDIT) if each.isVisible()]
    assert shown == ["It was sold", "I deleted it", "It expired", "Dismiss"]
    menu = context_menu(page.view, page)
    assert [name_of(each) for each in menu.actions() if each.isVisible()] == shown
    menu.deleteLater()


@pytest.mark.parametrize(
    ("kinds", "answers"),
    [
        ([], ()),
        ([K.BAD_RECORD, K.BAD_RECORD], (A.READ_AGAIN, A.DISMISS)),
        ([K.BAD_RECORD, K.OVERSOLD], (A.DISMISS,)),
    ],
)
def test_the_answers_common_to_kinds(
    kinds: Sequence[ReviewKind], answers: tuple[ReviewAnswer, ...]
) -> None:
    assert common_answers(kinds) == answers


def test_every_kind_and_answer_has_words() -> None:
    assert set(KIND_WORDS) == set(REVIEW_ANSWERS) == set(ReviewKind)
    assert set(ANSWER_BUTTONS) == set(ReviewAnswer)
    settled: ReviewRow = review_row(1, state=ReviewState.SETTLED)
    assert answer_text(settled) == "– Settled by itself"


def test_it_says_how_to_answer_many_at_once(page: ReviewPage, kit: UiKit, qtbot: QtBot) -> None:
    assert page.headline.text() == "Choose questions to answer them"
    assert "Ctrl+A" in page.words.text()
    assert page.headline.isVisible()
    choose(page, 0)
    assert page.headline.text() == "Acme Runner (AC1234-100), US 9"
    QTest.mouseClick(page.switch.settled, Qt.MouseButton.LeftButton)
    idle(qtbot, kit)
    assert not page.bar_of_answers.isVisible()
    assert not page.headline.isVisible()


def test_it_says_where_more_are_open_than_are_listed(
    page: ReviewPage, review: FakeReview, kit: UiKit, qtbot: QtBot
) -> None:
    review.questions = [review_row(number) for number in range(1, 2103)]
    page.refresh()
    idle(qtbot, kit)
    assert page.totals == "2,000 open questions · the oldest 2,000 of 2,102 are listed"
    page.view.setFocus()
    QTest.keyClick(page.view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    press(page, "I &deleted it")
    idle(qtbot, kit)
    assert len(review.answers[0][0]) == 2000
    qtbot.waitUntil(lambda: page.totals == "102 open questions")
