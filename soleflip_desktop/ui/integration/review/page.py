"""To review: what somebody has to decide, and what was decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox

from soleflip_desktop.domain.sync import ReviewKind, ReviewRow
from soleflip_desktop.domain.words import in_number
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.entry_page import EntryPage, EntrySpec
from soleflip_desktop.ui.common.sync_doors import ReviewSource
from soleflip_desktop.ui.integration.review.answering import AnswerBar
from soleflip_desktop.ui.integration.review.columns import review_columns
from soleflip_desktop.ui.integration.review.words import answer_text, plain_kind

_EMPTY = (
    "Whenever a marketplace says something that SoleFlip cannot settle by itself, it asks here: a "
    "listing that vanished, a record that cannot be read, a unit that was sold twice."
)

_HOW_TO = (
    "Choose questions to answer them\n"
    "Several of one kind can be answered at once: Ctrl+A chooses all that are listed."
)


class ReviewPage(EntryPage[ReviewRow]):
    """Questions of all kinds, or of one."""

    def __init__(self, source: ReviewSource, kit: UiKit) -> None:
        super().__init__(_spec(kit), kit)
        self._source = source
        self._rows: Sequence[ReviewRow] = ()
        self._open = 0
        self.kind = QComboBox(self)
        self.kind.setAccessibleName("Kind of question")
        self.kind.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.kind.activated.connect(lambda _at: self._show_kind())
        self.header.add(self.kind)
        self.bar_of_answers = AnswerBar(source, self.view, kit, self, changed=self.mark_stale)
        self.bar.addWidget(self.bar_of_answers)

    async def read(self, *, settled: bool) -> Sequence[ReviewRow]:
        return await self._source.rows(settled=settled)

    async def count(self, rows: Sequence[ReviewRow] | None = None) -> int:  # noqa: ARG002
        self._open = await self._source.count()  # there may be more than a list shows
        return self._open

    def show_rows(self, rows: Sequence[ReviewRow]) -> None:
        self._rows = rows
        self._fill_kinds()
        self._show_kind()

    def tell(self, chosen: Sequence[ReviewRow]) -> str:
        formatter = self.kit.formatter
        if len(chosen) == 1:
            row = chosen[0]
            facts = f"{row.platform} ({row.account}) · {row.external_id}"
            raised = f"raised on {formatter.moment(row.raised_at)}"
            answer = answer_text(row)
            words = [row.title, row.words, f"{facts} · {raised}", answer]
            return "\n".join(each for each in words if each)
        if not chosen:
            return _HOW_TO if self._rows and not self.switch.shows_settled else ""
        kinds = Counter(plain_kind(row.kind).lower() for row in chosen)
        each = ", ".join(f"{formatter.count(number)} × {kind}" for kind, number in kinds.items())
        named = each if len(kinds) > 1 else next(iter(kinds))
        return f"{formatter.count(len(chosen))} {in_number('question', len(chosen))}: {named}"

    def sum_up(self, rows: Sequence[ReviewRow]) -> str:
        """Says where there are more open questions than a list shows."""
        words, formatter = super().sum_up(rows), self.kit.formatter
        if self.switch.shows_settled or self._open <= len(self._rows):
            return words
        listed, every = formatter.count(len(self._rows)), formatter.count(self._open)
        return f"{words} · the oldest {listed} of {every} are listed"

    def _fill_kinds(self) -> None:
        """With their numbers; a kind of which nothing is left gives way to all."""
        chosen, kinds = self.kind.currentData(), Counter(row.kind for row in self._rows)
        self.kind.clear()
        self.kind.addItem(f"All kinds ({self.kit.formatter.count(len(self._rows))})", None)
        for kind in (each for each in ReviewKind if kinds[each]):
            title = f"{plain_kind(kind)} ({self.kit.formatter.count(kinds[kind])})"
            self.kind.addItem(title, kind.value)
        self.kind.setCurrentIndex(max(0, self.kind.findData(chosen)))
        self.kind.setVisible(bool(self._rows))

    def _show_kind(self) -> None:
        kind = self.kind.currentData()
        super().show_rows([row for row in self._rows if kind in {None, row.kind.value}])


def _spec(kit: UiKit) -> EntrySpec[ReviewRow]:
    return EntrySpec(
        key="review",
        title="To review",
        icon="review",
        noun="question",
        columns=review_columns(kit.formatter),
        no_open=("Nothing to review", _EMPTY),
        no_settled=("Nothing was answered yet", "What you decide is kept here."),
    )
