"""List for sale: on which accounts, for how much, for how long; and what would come of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QHBoxLayout,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from soleflip_desktop.domain.inventory import ItemRow
from soleflip_desktop.domain.market import MarketRow
from soleflip_desktop.domain.money import Money
from soleflip_desktop.domain.offering import AccountChoice
from soleflip_desktop.domain.outbox import ListingDraft
from soleflip_desktop.domain.words import in_number
from soleflip_desktop.services.grid import GridSource
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.entry_list import AGES_MS, EntryModel
from soleflip_desktop.ui.common.form_dialog import FormDialog
from soleflip_desktop.ui.common.labels import label
from soleflip_desktop.ui.common.locale_style import edit_style
from soleflip_desktop.ui.common.sync_doors import MarketSource, OutboxSource
from soleflip_desktop.ui.common.table_view import TableView
from soleflip_desktop.ui.inventory.offer_columns import offer_columns
from soleflip_desktop.ui.inventory.offers import Offer, offers_of
from soleflip_desktop.ui.inventory.price_choice import PriceChoice

_ACCOUNTS_KEY, _DAYS_KEY = "offers/accounts", "offers/days"
_DEFAULT_DAYS, _MOST_DAYS = 30, 365
#: The preview is made anew after this many units' market data.
_STEP = 25
_NO_ACCOUNT = "No account can be listed on: connect one on the page Accounts."


class ListDialog(FormDialog):
    """Queues offers of units. Nothing is live before the marketplace has confirmed it."""

    def __init__(
        self,
        ids: Sequence[int],
        source: GridSource[ItemRow],
        outbox: OutboxSource,
        market: MarketSource,
        kit: UiKit,
        *,
        parent: QWidget,
    ) -> None:
        super().__init__(kit, "List for sale", parent)
        self._ids, self._source, self._outbox, self._market = list(ids), source, outbox, market
        self._items: Sequence[ItemRow] = ()
        self._figures: dict[int, Sequence[MarketRow]] = {}
        self._offers: list[Offer] = []
        self.accounts: dict[int, tuple[AccountChoice, QCheckBox]] = {}
        self.headline.setText(f"List {self._counted('unit', len(ids))} for sale")
        style = edit_style(kit.formatter.locale, kit.formatter.zone)
        self.price = PriceChoice(kit.settings, style, self)
        self.days = QSpinBox(self, minimum=1, maximum=_MOST_DAYS)
        self.days.setSuffix(" days")
        self.days.setAccessibleName("Days until the offer expires")
        self.days.setValue(int(str(kit.settings.value(_DAYS_KEY, _DEFAULT_DAYS))))
        self.held = QCheckBox("&Hold in the outbox until I release it", self)
        self.preview: EntryModel[Offer] = EntryModel(offer_columns(kit.formatter), self)
        self.table = TableView(self.preview, kit.theme, self)
        self.table.setAccessibleName("Preview of the offers")
        self.table.horizontalHeader().setStretchLastSection(True)
        self.summary = label("", "muted", wrap=True)
        self._boxes = QVBoxLayout()
        self.no_account = label(_NO_ACCOUNT, "warning", wrap=True)
        self.no_account.hide()
        self._boxes.addWidget(self.no_account)
        self._build()
        self.load(self._load())

    # -- reading -------------------------------------------------------------------------------

    async def _load(self) -> None:
        for account in await self._outbox.accounts():
            self._add_account(account)
        self.no_account.setVisible(not self.accounts)
        self._items = await self._source.rows(self._ids)
        self._show()
        for at, item in enumerate(self._items, 1):
            self._figures[item.id] = await self._market.of_item(item.id)
            if at % _STEP == 0 or at == len(self._items):
                self._show()

    def _add_account(self, account: AccountChoice) -> None:
        box = QCheckBox(f"{account.title} · {account.currency}", self)
        kept = str(self.kit.settings.value(_ACCOUNTS_KEY, "")).split(",")
        box.setChecked(str(account.id) in kept)
        box.toggled.connect(lambda _on: self._show())
        self._boxes.addWidget(box)
        self.accounts[account.id] = (account, box)

    # -- showing -------------------------------------------------------------------------------

    def chosen_accounts(self) -> list[AccountChoice]:
        return [account for account, box in self.accounts.values() if box.isChecked()]

    def _show(self) -> None:
        wish = self.price.wish()
        self.say_problem(self.price.problem)
        self._offers = offers_of(self._items, self.chosen_accounts(), self._figures, wish)
        self.preview.set_rows(self._offers)
        good = len(self._possible())
        self.queue.setText(f"&Queue {self._counted('offer', good)}")
        self.queue.setEnabled(good > 0)
        self.summary.setText(self._summary(good))

    def _summary(self, good: int) -> str:
        if not self.chosen_accounts():
            return "Choose where to list them." if self.accounts else ""
        left = len(self._offers) - good
        words = f"{self._counted('offer', good)} for the outbox"
        words += f", {self.kit.formatter.count(left)} left out." if left else "."
        return f"{words} An offer is live when the marketplace has confirmed it, not before."

    def _possible(self) -> list[Offer]:
        return [offer for offer in self._offers if offer.ask is not None]

    def _counted(self, noun: str, number: int) -> str:
        return f"{self.kit.formatter.count(number)} {in_number(noun, number)}"

    # -- writing -------------------------------------------------------------------------------

    def drafts(self) -> list[ListingDraft]:
        expires = datetime.now(UTC) + timedelta(days=self.days.value())
        return [
            ListingDraft(
                item_id=offer.item.id,
                account_id=offer.account.id,
                ask=Money(offer.ask, offer.account.currency),
                expires_at=expires,
                held=self.held.isChecked(),
            )
            for offer in self._offers
            if offer.ask is not None
        ]

    async def _queue(self) -> None:
        self._remember()
        queued, refused = await self._outbox.list_units(self.drafts())
        state = "held in" if self.held.isChecked() else "waiting in"
        words = f"{self._counted('offer', queued)} {state} the outbox"
        if not refused:
            self.kit.notifier.info(f"{words}. They are live when the marketplace confirms them.")
            self.accept()
            return
        self.say_problem("\n".join((f"{words}. Refused:", *refused)))
        self.queue.hide()
        self.close_button.setText("&Close")

    def _remember(self) -> None:
        chosen = ",".join(str(account.id) for account in self.chosen_accounts())
        self.kit.settings.setValue(_ACCOUNTS_KEY, chosen)
        self.kit.settings.setValue(_DAYS_KEY, self.days.value())
        self.price.remember()

    # -- building ------------------------------------------------------------------------------

    def _build(self) -> None:
        self.price.changed.connect(self._show)
        form = QFormLayout()
        form.setVerticalSpacing(10)
        form.setHorizontalSpacing(20)
        form.addRow("On", self._boxes)
        form.addRow("&Expires after", self.days)
        form.addRow("", self.held)
        prices = QFormLayout()
        prices.setHorizontalSpacing(20)
        prices.addRow("For", self.price)
        upper = QHBoxLayout()
        upper.setSpacing(32)
        upper.addLayout(form)
        upper.addLayout(prices, 1)
        self.body.addLayout(upper)
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self.summary)
        self.close_button = self.add_closing_button("&Cancel")
        self.queue = QPushButton("&Queue", self)
        self.queue.clicked.connect(lambda: self.write(self._queue()))
        self.add_button(self.queue, primary=True)
        self.queue.setEnabled(False)
        ages = QTimer(self, interval=AGES_MS)
        ages.timeout.connect(self.preview.refresh_texts)
        ages.start()
        self.resize(980, 640)
        self.price.buttons[self.price.rule].setFocus()
