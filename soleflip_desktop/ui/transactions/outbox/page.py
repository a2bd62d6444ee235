"""The outbox as a page: what waits, what was accepted, what is unclear, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence

from soleflip_desktop.domain.outbox import OutboxRow, StillLive
from soleflip_desktop.domain.words import in_number
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.entry_page import EntryPage, EntrySpec
from soleflip_desktop.ui.common.sync_doors import OutboxSource, SyncControl
from soleflip_desktop.ui.transactions.outbox.columns import outbox_columns
from soleflip_desktop.ui.transactions.outbox.entry_actions import EntryActions
from soleflip_desktop.ui.transactions.outbox.live_strip import LiveStrip
from soleflip_desktop.ui.transactions.outbox.pushing import PushLine
from soleflip_desktop.ui.transactions.outbox.words import counted_states, entry_text

_EMPTY = (
    "Every offer that you make, change or end goes through here, and stays until the marketplace "
    "confirms or refuses it. Choose units in the inventory and “List for sale…”."
)


class OutboxPage(EntryPage[OutboxRow]):
    """Entries with their states, the actions on them, and the warning on top."""

    def __init__(self, source: OutboxSource, control: SyncControl, kit: UiKit) -> None:
        super().__init__(_spec(kit), kit)
        self._source = source
        self._live: Sequence[StillLive] = ()
        self.strip = LiveStrip(kit, self)
        self.push_line = PushLine(source, control, kit, self)
        self.push_line.ended.connect(self.mark_stale)
        self.above.addWidget(self.strip)
        self.above.addWidget(self.push_line)
        self.actions_of_entries = EntryActions(
            source, self.view, kit, self, push=self.push_line.push, changed=self.mark_stale
        )
        for button in self.actions_of_entries.buttons():
            self.header.add(button)

    async def read(self, *, settled: bool) -> Sequence[OutboxRow]:
        self._live = await self._source.still_live()
        return await self._source.rows(settled=settled)

    async def count(self, rows: Sequence[OutboxRow] | None = None) -> int:
        return len(await self._source.rows() if rows is None else rows)

    def show_rows(self, rows: Sequence[OutboxRow]) -> None:
        super().show_rows(rows)
        self.strip.show_units(self._live)
        self.actions_of_entries.note_rows(rows)

    def sum_up(self, rows: Sequence[OutboxRow]) -> str:
        return counted_states(rows, self.kit.formatter)

    def tell(self, chosen: Sequence[OutboxRow]) -> str:
        formatter = self.kit.formatter
        if len(chosen) == 1:
            return entry_text(chosen[0], formatter)
        if not chosen:
            return ""
        counted = f"{formatter.count(len(chosen))} {in_number('entry', len(chosen))}"
        return f"{counted}: {counted_states(chosen, formatter)}"


def _spec(kit: UiKit) -> EntrySpec[OutboxRow]:
    return EntrySpec(
        key="outbox",
        title="Outbox",
        icon="outbox",
        noun="entry",
        columns=outbox_columns(kit.formatter),
        no_open=(
            "Nothing waits in the outbox",
            _EMPTY,
        ),
        no_settled=(
            "Nothing was settled yet",
            "What a marketplace confirmed, and what was dropped, is kept here.",
        ),
    )
