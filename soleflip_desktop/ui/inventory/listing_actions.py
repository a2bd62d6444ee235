"""Offers of the selected units: list, change the price, end; and presale marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMessageBox, QWidget

from soleflip_desktop.domain.inventory import ItemRow
from soleflip_desktop.domain.open_listings import OpenListing
from soleflip_desktop.domain.words import in_number
from soleflip_desktop.services.grid import GridSource
from soleflip_desktop.ui.common.actions import Action, Menu, build
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.line_dialog import ask_price
from soleflip_desktop.ui.common.sync_doors import MarketSource, OutboxSource
from soleflip_desktop.ui.inventory.list_dialog import ListDialog
from soleflip_desktop.ui.inventory.presale_dialog import ask_ship_by, unmark_presale
from soleflip_desktop.ui.inventory.unit_grid import UnitGrid

#: More units are not listed in one go: the preview reads the market data of each.
_MOST_UNITS = 1_000
_NAMED = 5
_ROLE = QMessageBox.ButtonRole


@dataclass(frozen=True, slots=True)
class ListingDoors:
    """What offering asks for."""

    outbox: OutboxSource
    market: MarketSource


class ListingActions(QObject):
    """Actions for the unit menu, the context menu and the palette."""

    def __init__(
        self,
        grid: UnitGrid,
        source: GridSource[ItemRow],
        doors: ListingDoors,
        kit: UiKit,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._grid, self._source, self._doors = grid, source, doors
        self._kit, self._window = kit, window
        unit = partial(Action, menu=Menu.UNIT)
        actions = [
            unit("List for &sale…", self.list_units, "Ctrl+Shift+L"),
            unit("Change &price…", self.change_price, "Ctrl+Shift+P"),
            unit("End &offers…", self.end_offers),
            unit("Mark as p&resale…", self.mark_presale),
            unit("&Unmark presale", self.unmark_presale),
        ]
        self.actions_of_offers: list[QAction] = []
        for action in actions:
            built = build(action, window, kit.icons)
            built.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            window.addAction(built)
            self.actions_of_offers.append(built)

    def list_units(self) -> None:
        ids, doors = self._chosen(), self._doors
        if len(ids) > _MOST_UNITS:
            most = self._kit.formatter.count(_MOST_UNITS)
            self._kit.notifier.info(
                f"{self._units(len(ids))} are selected. List at most {most} at a time."
            )
        elif ids:
            ListDialog(
                ids, self._source, doors.outbox, doors.market, self._kit, parent=self._window
            ).open()

    def change_price(self) -> None:
        if ids := self._chosen():
            self._kit.tasks.start(self._ask_price(ids))

    def end_offers(self) -> None:
        if ids := self._chosen():
            self._ask_to_end(ids)

    def mark_presale(self) -> None:
        if ids := self._chosen():
            ask_ship_by(
                self._kit,
                self._window,
                units=self._units(len(ids)),
                done=partial(self._mark, ids),
            )

    def unmark_presale(self) -> None:
        if ids := self._chosen():
            self._kit.tasks.start(unmark_presale(self._doors.market, ids, self._kit))

    # -- the ways there ------------------------------------------------------------------------

    async def _ask_price(self, ids: Sequence[int]) -> None:
        found = await self._doors.outbox.open_listings(ids)
        if not found:
            self._kit.notifier.info("These units have no open offers.")
            return
        asks = {listing.ask for listing in found}
        only = asks.pop() if len(asks) == 1 else None
        currencies = {listing.ask.currency for listing in found if listing.ask is not None}

        async def save(ask: Decimal) -> None:
            number = await self._doors.outbox.reprice([listing.id for listing in found], ask)
            self._tell_waiting(f"New price of {self._counted('offer', number)}")

        ask_price(
            self._kit,
            self._window,
            words=f"New price for {self._counted('offer', len(found))}",
            hint=self._named(found),
            old=only.amount if only else None,
            currency=currencies.pop() if len(currencies) == 1 else None,
            done=save,
        )

    def _named(self, found: Sequence[OpenListing]) -> str:
        """The offers with their present asks; of several currencies each keeps its own."""
        money = self._kit.formatter.money
        lines = [
            f"{each.title}: {money(each.ask.amount, each.ask.currency) if each.ask else 'no ask'}"
            for each in found[:_NAMED]
        ]
        if len(found) > _NAMED:
            lines.append(f"and {self._counted('more offer', len(found) - _NAMED)}")
        if len({each.ask.currency for each in found if each.ask is not None}) > 1:
            lines.append("The number is set in the currency of each offer; nothing is converted.")
        return "\n".join(lines)

    def _ask_to_end(self, ids: Sequence[int]) -> None:
        units = self._units(len(ids))
        box = QMessageBox(self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setWindowTitle("End offers")
        box.setIcon(QMessageBox.Icon.Question)
        box.setText(f"End all offers of {units}?")
        box.setInformativeText(
            "On every account. An offer is off when the marketplace has confirmed its end; until "
            "then it waits in the outbox and can still sell."
        )
        end = box.addButton("&End offers", _ROLE.DestructiveRole)
        keep = box.addButton("&Keep", _ROLE.RejectRole)
        box.setDefaultButton(keep)
        box.setEscapeButton(keep)
        end.clicked.connect(lambda _checked=False: self._kit.tasks.start(self._end(ids)))
        box.open()

    async def _end(self, ids: Sequence[int]) -> None:
        number = await self._doors.outbox.end(ids)
        if number:
            self._tell_waiting(f"End of {self._counted('offer', number)}")
        else:
            self._kit.notifier.info("These units have no open offers.")

    async def _mark(self, ids: Sequence[int], ship_by: datetime | None) -> None:
        number = await self._doors.market.mark_presale(ids, ship_by)
        until = f", to be shipped by {self._kit.formatter.moment(ship_by)}" if ship_by else ""
        self._kit.notifier.info(f"{self._units(number)} marked as presale{until}.")

    def _tell_waiting(self, what: str) -> None:
        """Never more than is true: the marketplace has not heard of it yet."""
        self._kit.notifier.info(f"{what}: waiting in the outbox.")

    def _chosen(self) -> list[int]:
        ids = self._grid.selected_ids()
        if not ids:
            self._kit.notifier.info("Choose units in the table first.")
        return ids

    def _units(self, number: int) -> str:
        return self._counted("unit", number)

    def _counted(self, noun: str, number: int) -> str:
        return f"{self._kit.formatter.count(number)} {in_number(noun, number)}"
