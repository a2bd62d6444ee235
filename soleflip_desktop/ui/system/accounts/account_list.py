"""The accounts, each in three lines: who, how it stands and how old it is, what waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from soleflip_desktop.domain.market import is_stale
from soleflip_desktop.domain.marketplace import MARKETPLACE_NAMES
from soleflip_desktop.domain.sync import AccountOverview, SyncProgress
from soleflip_desktop.ui.common.columns import Tone
from soleflip_desktop.ui.common.formatting import Formatter
from soleflip_desktop.ui.common.sync_words import age, mirrored_at, progress_words
from soleflip_desktop.ui.common.theme import Theme
from soleflip_desktop.ui.system.accounts.words import LOGIN_STATES, next_run, state_words

_ROLE = Qt.ItemDataRole
_PADDING, _GAP, _PILL_PADDING = 16, 4, 8
_LINES = 3
#: QStyle's flags are Python objects, of which one that paints had better make none.
_SELECTED = QStyle.StateFlag.State_Selected.value

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class AccountLine:
    """The texts of one account. `stale` gives the age its colour; the word says it too."""

    account_id: int
    platform: str
    label: str
    state: str
    tone: Tone
    age: str
    stale: bool
    todo: str

    @property
    def spoken(self) -> str:
        parts = (f"{self.platform}, {self.label}", self.state, self.age, self.todo)
        return ". ".join(part for part in parts if part)


def account_line(
    overview: AccountOverview, progress: SyncProgress | None, now: datetime, formatter: Formatter
) -> AccountLine:
    """How that account reads now."""
    state, tone = state_words(overview, running=progress is not None)
    moment = mirrored_at(overview)
    if progress is None:
        words = _age_words(overview, moment, now, formatter)
    else:
        words = progress_words(progress, formatter).capitalize()
    counted = (("to review", overview.to_review), ("waiting", overview.waiting))
    todo = " · ".join(f"{formatter.count(number)} {word}" for word, number in counted if number)
    account = overview.account
    stale = progress is None and moment is not None and is_stale(moment, now)
    return AccountLine(
        account_id=account.id,
        platform=MARKETPLACE_NAMES[account.marketplace],
        label=account.label,
        state=state,
        tone=tone,
        age=words,
        stale=stale,
        todo=todo,
    )


def _age_words(
    overview: AccountOverview, moment: datetime | None, now: datetime, formatter: Formatter
) -> str:
    words = "Not completely synced yet" if moment is None else f"Synced {age(moment, now)}"
    if not overview.account.active or overview.state in LOGIN_STATES:
        return words
    return f"{words} · next {next_run(overview, overview.kinds, now, formatter)}"


class AccountListModel(QAbstractListModel):
    """The lines; those that only read differently keep the selection."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.lines: tuple[AccountLine, ...] = ()

    def set_lines(self, lines: Sequence[AccountLine]) -> None:
        same = [line.account_id for line in lines] == [line.account_id for line in self.lines]
        if not same:
            self.beginResetModel()
        self.lines = tuple(lines)
        if not same:
            self.endResetModel()
        elif lines:
            self.dataChanged.emit(self.index(0), self.index(len(lines) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's own default)
        return 0 if parent.isValid() else len(self.lines)

    def data(self, index: Index, role: int = _ROLE.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line = self.lines[index.row()]
        if role == _ROLE.DisplayRole:
            return f"{line.platform} ({line.label})"
        if role == _ROLE.AccessibleTextRole:
            return line.spoken
        return None


class AccountDelegate(QStyledItemDelegate):
    """Paints three lines and the state as a pill."""

    def __init__(self, model: AccountListModel, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._model, self._theme = model, theme

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        line = QFontMetrics(option.font).height() + _GAP
        return QSize(240, _LINES * line + 2 * _PADDING - _GAP)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line, rect = self._model.lines[index.row()], option.rect
        font = self._theme.number_font(option.font)
        painter.save()
        if option.state.value & _SELECTED:
            painter.fillRect(rect, self._theme.color("selection"))
        painter.setPen(self._theme.color("line"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        inner = rect.adjusted(_PADDING, _PADDING - _GAP, -_PADDING, -_PADDING + _GAP)
        left = self._draw_state(painter, font, inner, line)
        bold = QFont(font)
        bold.setBold(True)
        width = left - inner.left() - _GAP
        name = self._draw(painter, bold, QRect(inner.left(), inner.top(), width, 0), line.platform)
        rest = QRect(inner.left() + name + 2 * _GAP, inner.top(), width - name - 2 * _GAP, 0)
        self._draw(painter, font, rest, line.label, "muted")
        step = QFontMetrics(font).height() + _GAP
        inner.translate(0, step)
        self._draw(painter, font, inner, line.age, "warning" if line.stale else "muted")
        inner.translate(0, step)
        self._draw(painter, font, inner, line.todo, "warning")
        painter.restore()

    def _draw(
        self, painter: QPainter, font: QFont, at: QRect, text: str, color: str = "text"
    ) -> int:
        metrics = QFontMetrics(font)
        fitted = metrics.elidedText(text, Qt.TextElideMode.ElideRight, at.width())
        painter.setFont(font)
        painter.setPen(self._theme.color(color))
        painter.drawText(at.left(), at.top() + metrics.ascent(), fitted)
        return metrics.horizontalAdvance(fitted)

    def _draw_state(self, painter: QPainter, font: QFont, at: QRect, line: AccountLine) -> int:
        metrics = QFontMetrics(font)
        width = metrics.horizontalAdvance(line.state) + 2 * _PILL_PADDING
        pill = QRectF(at.right() - width, at.top() - 1, width, metrics.height() + 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.pill_color(line.tone))
        painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2)
        painter.setFont(font)
        painter.setPen(self._theme.tone_color(line.tone))
        left = at.right() - width
        painter.drawText(left + _PILL_PADDING, at.top() + metrics.ascent(), line.state)
        return left


class AccountList(QListView):
    """The list on the left of the accounts page.

    Signals:
        chosen(int): the account of that id is under the cursor; -1 for none.
    """

    chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Accounts")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(280)
        self.lines = AccountListModel(self)
        self.setModel(self.lines)
        self.setItemDelegate(AccountDelegate(self.lines, theme, self))
        self.selectionModel().currentRowChanged.connect(lambda *_rows: self._tell())
        theme.changed.connect(self.viewport().update)

    @property
    def account_id(self) -> int | None:
        row = self.currentIndex().row()
        return self.lines.lines[row].account_id if row >= 0 else None

    def show_lines(self, lines: Sequence[AccountLine]) -> None:
        """The account under the cursor stays there; without one it is the first."""
        kept = self.account_id
        self.lines.set_lines(lines)
        if lines and self.account_id is None:
            ids = [line.account_id for line in lines]
            self.choose(kept if kept is not None and kept in ids else ids[0])
        elif not lines and kept is not None:
            self._tell()

    def choose(self, account_id: int) -> None:
        for row, line in enumerate(self.lines.lines):
            if line.account_id == account_id:
                self.setCurrentIndex(self.lines.index(row))

    def _tell(self) -> None:
        found = self.account_id
        self.chosen.emit(-1 if found is None else found)
