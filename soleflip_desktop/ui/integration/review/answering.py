"""The answers to the chosen questions: buttons, menu entries and keys of one kind of action."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.sync import ReviewAnswer, ReviewRow, ReviewState
from soleflip_desktop.domain.unit_codes import CodeOwner, parse_own_code
from soleflip_desktop.domain.words import in_number
from soleflip_desktop.ui.common.actions import Action, Menu, build
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.entry_list import EntryTable
from soleflip_desktop.ui.common.line_dialog import LineDialog
from soleflip_desktop.ui.common.sync_doors import ReviewSource
from soleflip_desktop.ui.integration.review.words import (
    ANSWER_BUTTONS,
    ANSWER_WORDS,
    common_answers,
)

_LONGEST_NUMBER = 18  # digits; more are no bigint


class AnswerBar(QWidget):
    """Offers what fits all chosen questions. `changed` is called when some were settled."""

    def __init__(
        self,
        source: ReviewSource,
        view: EntryTable[ReviewRow],
        kit: UiKit,
        window: QWidget,
        *,
        changed: Callable[[], object],
    ) -> None:
        super().__init__(window)
        self._source, self._view, self._kit, self._window = source, view, kit, window
        self._changed = changed
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 6, 0, 0)
        self._layout.setSpacing(8)
        self.answers: dict[ReviewAnswer, QAction] = {}
        self.buttons: dict[ReviewAnswer, QPushButton] = {}
        for answer in ReviewAnswer:
            self._add(answer)
        self._layout.addStretch(1)
        view.chosen_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        rows = self._open()
        offered = common_answers(row.kind for row in rows)
        for answer, action in self.answers.items():
            # One listing is one unit: only a single question can be linked.
            possible = answer in offered and (answer is not ReviewAnswer.LINK or len(rows) == 1)
            action.setVisible(possible)
            action.setEnabled(possible)
            self.buttons[answer].setVisible(possible)
        self.setVisible(bool(rows))

    def _add(self, answer: ReviewAnswer) -> None:
        text, keys = ANSWER_BUTTONS[answer]
        run = self._ask_unit if answer is ReviewAnswer.LINK else partial(self._answer, answer)
        action = build(Action(text, run, keys, menu=Menu.EDIT), self._window, self._kit.icons)
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._window.addAction(action)
        button = QPushButton(text, self)
        button.setToolTip(action.toolTip())
        button.clicked.connect(action.trigger)
        self._layout.addWidget(button)
        self.answers[answer], self.buttons[answer] = action, button

    def _answer(self, answer: ReviewAnswer) -> None:
        ids = [row.id for row in self._open()]
        if ids:
            self._kit.tasks.start(self._settle(ids, answer))

    def _ask_unit(self) -> None:
        for row in self._open()[:1]:
            dialog = LineDialog(
                self._kit,
                "Link to a unit",
                self._window,
                field="&Unit number or code",
                button="&Link",
                done=partial(self._link, row.id),
            )
            dialog.headline.setText(row.title)
            dialog.hint.setText(
                "The number stands in the inventory's details and in the column “Unit no.”; the "
                "code is the one on the label."
            )
            dialog.open()

    async def _link(self, entry_id: int, text: str) -> None:
        await self._settle([entry_id], ReviewAnswer.LINK, read_unit(text))

    async def _settle(
        self, ids: Sequence[int], answer: ReviewAnswer, item_id: int | None = None
    ) -> None:
        number = await self._source.answer(ids, answer, item_id)
        self._changed()
        count = self._kit.formatter.count(number)
        self._kit.notifier.info(f"{count} {in_number('question', number)}: {ANSWER_WORDS[answer]}.")

    def _open(self) -> list[ReviewRow]:
        return [row for row in self._view.chosen() if row.state is ReviewState.OPEN]


def read_unit(text: str) -> int:
    """A unit's number or its code. Raises UserError."""
    bare = text.strip()
    if bare.isascii() and bare.isdigit() and len(bare) <= _LONGEST_NUMBER and int(bare):
        return int(bare)
    code = parse_own_code(bare)
    if code is not None and code.owner is CodeOwner.UNIT:
        return code.number
    raise UserError(f"“{bare}” is no unit number: write digits like 125, or a code like SF000125.")
