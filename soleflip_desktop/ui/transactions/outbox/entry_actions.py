"""What can be done with the chosen entries: only what their states allow."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton, QWidget

from soleflip_desktop.domain.outbox import (
    EDITABLE_STATES,
    OUTBOX_TRANSITIONS,
    OutboxRow,
    OutboxState,
)
from soleflip_desktop.domain.words import in_number
from soleflip_desktop.ui.common.actions import REASON_PROPERTY, Action, Menu, build, name_of
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.entry_list import EntryTable
from soleflip_desktop.ui.common.line_dialog import ask_price
from soleflip_desktop.ui.common.sync_doors import OutboxSource
from soleflip_desktop.ui.transactions.outbox.pushing import PUSHABLE
from soleflip_desktop.ui.transactions.outbox.questions import ask_to_drop

#: An unclear entry is looked up, not sent again by hand.
_RELEASABLE = frozenset({OutboxState.HELD, OutboxState.FAILED})
_HOLDABLE, _DROPPABLE = (
    frozenset(state for state, after in OUTBOX_TRANSITIONS.items() if wanted in after)
    for wanted in (OutboxState.HELD, OutboxState.DROPPED)
)


class EntryActions(QObject):
    """Actions for menus, keys and header. `changed` is called when entries have new states."""

    def __init__(
        self,
        source: OutboxSource,
        view: EntryTable[OutboxRow],
        kit: UiKit,
        window: QWidget,
        *,
        push: Callable[[Sequence[OutboxRow]], None],
        changed: Callable[[], object],
    ) -> None:
        super().__init__(window)
        self._source, self._view, self._kit, self._window = source, view, kit, window
        self._push, self._changed = push, changed
        self._rows: Sequence[OutboxRow] = ()
        make = partial(self._made, window)
        self.edit = make("&Edit price…", self._edit, "F2")
        self.hold = make("&Hold", self._hold, "Ctrl+H")
        self.release = make("&Release / retry", self._release, "Ctrl+R")
        self.drop = make("&Drop…", self._drop, "Delete")
        self.push = make("&Push now", self._push_now, "F5")
        view.chosen_changed.connect(self.refresh)
        self.refresh()

    @property
    def all(self) -> tuple[QAction, ...]:
        return self.edit, self.hold, self.release, self.drop, self.push

    def note_rows(self, rows: Sequence[OutboxRow]) -> None:
        """All entries that are shown: without a selection, these are pushed."""
        self._rows = rows
        self.refresh()

    def buttons(self) -> list[QPushButton]:
        """The same actions as buttons of the header."""
        return [self._button(action, primary=action is self.push) for action in self.all]

    def refresh(self) -> None:
        held = {row.state for row in self._of(_RELEASABLE)}
        self.release.setText(
            {
                frozenset({OutboxState.HELD}): "&Release",
                frozenset({OutboxState.FAILED}): "&Retry",
            }.get(frozenset(held), "&Release / retry")
        )
        for action, possible, reason in (
            (self.edit, self._priced() is not None, "Choose one entry that was not sent."),
            (self.hold, bool(self._of(_HOLDABLE)), "Only waiting entries can be held."),
            (self.release, bool(held), "Only held and refused entries can be sent again."),
            (self.drop, bool(self._of(_DROPPABLE)), "Choose entries that were not sent."),
            (self.push, bool(self._to_push()), "Nothing waits to be sent or looked up."),
        ):
            action.setEnabled(possible)
            action.setProperty(REASON_PROPERTY, "" if possible else reason)

    # -- what they do --------------------------------------------------------------------------

    def _edit(self) -> None:
        row = self._priced()
        if row is None:
            return

        async def save(ask: Decimal) -> None:
            await self._source.edit(row.id, ask)
            self._changed()

        refused = row.state is OutboxState.FAILED
        after = "Send it again with “Retry”." if refused else "It goes out with the new price."
        ask_price(
            self._kit,
            self._window,
            words=row.words,
            hint=after,
            old=row.ask,
            currency=row.currency,
            done=save,
        )

    def _hold(self) -> None:
        self._start(self._source.hold, self._of(_HOLDABLE), "held")

    def _release(self) -> None:
        self._start(self._source.release, self._of(_RELEASABLE), "waiting to be sent")

    def _drop(self) -> None:
        rows = self._of(_DROPPABLE)
        if rows:
            drop = partial(self._start, self._source.drop, rows, "dropped")
            ask_to_drop(self._window, rows, self._kit.formatter, drop)

    def _push_now(self) -> None:
        self._push(self._to_push())

    def _start(
        self,
        move: Callable[[Sequence[int]], Coroutine[Any, Any, int]],
        rows: Sequence[OutboxRow],
        became: str,
    ) -> None:
        if rows:
            self._kit.tasks.start(self._move(move([row.id for row in rows]), became))

    async def _move(self, step: Coroutine[Any, Any, int], became: str) -> None:
        try:
            number = await step
        finally:
            self._changed()
        verb = "is" if number == 1 else "are"
        count = self._kit.formatter.count(number)
        self._kit.notifier.info(f"{count} {in_number('entry', number)} {verb} {became}.")

    # -- which -----------------------------------------------------------------------------------

    def _of(self, states: frozenset[OutboxState]) -> list[OutboxRow]:
        return [row for row in self._view.chosen() if row.state in states]

    def _priced(self) -> OutboxRow | None:
        rows = self._view.chosen()
        one = rows[0] if len(rows) == 1 else None
        return one if one and one.ask is not None and one.state in EDITABLE_STATES else None

    def _to_push(self) -> list[OutboxRow]:
        """What waits of the chosen entries, else of all."""
        return self._of(PUSHABLE) or [row for row in self._rows if row.state in PUSHABLE]

    def _made(self, window: QWidget, text: str, run: Callable[[], object], keys: str) -> QAction:
        action = build(Action(text, run, keys, menu=Menu.EDIT), window, self._kit.icons)
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        window.addAction(action)
        return action

    def _button(self, action: QAction, *, primary: bool) -> QPushButton:
        button = QPushButton(self._window)
        if primary:
            button.setProperty("role", "primary")

        def follow() -> None:
            button.setText(name_of(action))  # its letter belongs to the menu
            button.setEnabled(action.isEnabled())
            button.setToolTip(action.property(REASON_PROPERTY) or action.toolTip())

        action.changed.connect(follow)
        button.clicked.connect(action.trigger)
        follow()
        return button
