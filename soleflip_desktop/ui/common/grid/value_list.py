"""The values of a column with their counts, to tick: what Excel shows at a column's head."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QListView, QPushButton, QWidget

from soleflip_desktop.domain.grid_query import ColumnFilter, Condition, Operator
from soleflip_desktop.services.grid import FieldValue
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.grid.popup import Popup
from soleflip_desktop.ui.common.labels import label
from soleflip_desktop.ui.common.search_box import SearchBox

BLANK_WORD = "(Blank)"
_WIDTH, _HEIGHT = 300, 260
_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
_Index = QModelIndex | QPersistentModelIndex


class ValueModel(QAbstractListModel):
    """Ticked or not; a search shows some of them.

    Signals:
        ticks_changed: another choice.
    """

    ticks_changed = Signal()

    def __init__(self, word: Callable[[str], str], count: Callable[[int], str]) -> None:
        super().__init__()
        self._word, self._count = word, count
        self._values: Sequence[FieldValue] = ()
        self._shown: list[int] = []
        self._search = ""
        self.ticked: set[str] = set()

    @property
    def shown(self) -> list[str]:
        return [self._values[at].text for at in self._shown]

    @property
    def chosen(self) -> list[str]:
        """What is ticked and in sight: whoever searches means what was found."""
        return [text for text in self.shown if text in self.ticked]

    @property
    def narrows(self) -> bool:
        """Whether there is a value that is not chosen."""
        return len(self.chosen) < len(self._values)

    def set_values(self, values: Sequence[FieldValue], ticked: Iterable[str] | None) -> None:
        """`ticked` None: all of them."""
        self._values = values
        self.ticked = {each.text for each in values} if ticked is None else set(ticked)
        self.search(self._search)

    def search(self, text: str) -> None:
        self._search = text
        wanted = text.casefold().split()
        self.beginResetModel()
        self._shown = [
            at
            for at, value in enumerate(self._values)
            if all(word in self.title(value.text).casefold() for word in wanted)
        ]
        self.endResetModel()
        self.ticks_changed.emit()

    def tick_shown(self, *, ticked: bool) -> None:
        shown = set(self.shown)
        self.ticked = self.ticked | shown if ticked else self.ticked - shown
        self.dataChanged.emit(self.index(0), self.index(len(self._shown) - 1))
        self.ticks_changed.emit()

    def title(self, text: str) -> str:
        return self._word(text) if text else BLANK_WORD

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._shown)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsUserCheckable

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        value = self._values[self._shown[index.row()]]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{self.title(value.text)}  ({self._count(value.rows)})"
        if role == Qt.ItemDataRole.CheckStateRole:
            ticked = value.text in self.ticked
            return Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked
        return None

    def setData(  # noqa: N802  (Qt's name)
        self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole
    ) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole:
            return False
        text = self._values[self._shown[index.row()]].text
        if Qt.CheckState(value) == Qt.CheckState.Checked:
            self.ticked.add(text)
        else:
            self.ticked.discard(text)
        self.dataChanged.emit(index, index)
        self.ticks_changed.emit()
        return True


class ValueList(Popup):
    """Loads the values, lets one search and tick them.

    Signals:
        chosen(ColumnFilter | None): the values to show; None where all of them are.
    """

    chosen = Signal(object)

    def __init__(
        self,
        field: str,
        title: str,
        *,
        load: Callable[[], Coroutine[Any, Any, list[FieldValue]]],
        current: ColumnFilter | None,
        kit: UiKit,
        parent: QWidget,
        word: Callable[[str], str] = str,
    ) -> None:
        """`load` asks GridSource.values; `word` says what a value is called on screen."""
        super().__init__(f"Values of {title}", parent)
        self._field, self._load, self._current, self._kit = field, load, current, kit
        self.model = ValueModel(word, kit.formatter.count)
        self.model.ticks_changed.connect(self._refresh)
        self.search = SearchBox(f"Search {title}", kit.icons, self)
        self.search.setMinimumWidth(_WIDTH)
        self.search.search_changed.connect(self.model.search)
        self.list = QListView(self)
        self.list.setModel(self.model)
        self.list.setUniformItemSizes(True)
        self.list.setAccessibleName(f"Values of {title}")
        self.list.setMinimumHeight(_HEIGHT)
        self.list.setSpacing(3)
        self.search.left_downwards.connect(self._enter_list)
        for widget in (self.search, self.list):
            widget.installEventFilter(self)
        self.state = label("Loading…", "muted")
        self._build()

    def open_at(self, place: QPoint) -> None:
        super().open_at(place)
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)
        self._kit.tasks.start(self._fill())

    def _build(self) -> None:
        ticks, ends = QHBoxLayout(), QHBoxLayout()
        self.all = self._button("Select &all", ticks)
        self.none = self._button("Select &none", ticks)
        ticks.addWidget(self.state, 1)
        self.clear = self._button("&Clear filter", ends)
        ends.addStretch(1)
        self.apply = self._button("A&pply", ends)
        self.apply.setProperty("role", "primary")
        self.clear.setEnabled(self._current is not None)
        self.all.clicked.connect(lambda _checked=False: self.model.tick_shown(ticked=True))
        self.none.clicked.connect(lambda _checked=False: self.model.tick_shown(ticked=False))
        self.clear.clicked.connect(lambda _checked=False: self._choose(None))
        self.apply.clicked.connect(lambda _checked=False: self._apply())
        self.body.addWidget(self.search)
        self.body.addLayout(ticks)
        self.body.addWidget(self.list, 1)
        self.body.addLayout(ends)
        self.apply.setEnabled(False)

    def _button(self, text: str, row: QHBoxLayout) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        row.addWidget(button)
        return button

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter applies, in the search box and in the list."""
        pressed = event.type() == QEvent.Type.KeyPress
        if isinstance(event, QKeyEvent) and pressed and event.key() in _ENTER:
            self.model.search(self.search.text())  # the last letters may wait for a pause
            self._apply()
            return True
        return super().eventFilter(watched, event)

    async def _fill(self) -> None:
        self.model.set_values(await self._load(), self._ticked())

    def _ticked(self) -> list[str] | None:
        conditions = () if self._current is None else self._current.conditions
        if [each.operator for each in conditions] != [Operator.ONE_OF]:
            return None
        return [str(value) for value in conditions[0].values]

    def _refresh(self) -> None:
        model = self.model
        count = self._kit.formatter.count_of(len(model.chosen), len(model.shown))
        self.state.setText(count if model.shown else "No values")
        self.apply.setEnabled(bool(model.chosen))

    def _enter_list(self) -> None:
        self.list.setFocus(Qt.FocusReason.TabFocusReason)
        if not self.list.currentIndex().isValid():
            self.list.setCurrentIndex(self.model.index(0))

    def _apply(self) -> None:
        if not self.model.chosen:
            return
        condition = Condition(Operator.ONE_OF, tuple(self.model.chosen))
        narrowed = ColumnFilter(self._field, "", (condition,))
        self._choose(narrowed if self.model.narrows else None)

    def _choose(self, column: ColumnFilter | None) -> None:
        self.close()
        self.chosen.emit(column)
