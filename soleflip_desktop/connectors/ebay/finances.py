"""What eBay booked for orders: itemised fees, refunds, and which payout they went into.

Orders are worth having without it: where eBay refuses (no permission, no signing key), the app goes
on with the sums that the orders hold themselves, and says so once.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from pydantic import ValidationError

from soleflip_desktop.connectors.base import RefusedError
from soleflip_desktop.connectors.ebay.client import EbayClient
from soleflip_desktop.connectors.ebay.schemas import Order, Transaction, instant
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.sync import LoginNeededError

log = logging.getLogger(__name__)

#: Up to so many orders are asked for one by one; more share requests of up to 1,000 bookings each.
_FEW = 3
#: The rarest schedule of payouts is monthly; refunds and credits are booked later, too.
_LATER = timedelta(days=45)
_PAID = "SUCCEEDED"
_FAILED = "FAILED"


class Finances:
    """Bookings by order, and the dates of payouts."""

    def __init__(self, client: EbayClient) -> None:
        self._client = client
        self._refused = False
        self._paid_at: dict[str, datetime | None] = {}

    def paid_at(self, payout_id: str | None) -> datetime | None:
        """When the money was on its way to the bank; None until then."""
        return self._paid_at.get(payout_id or "")

    async def of(self, orders: Sequence[Order]) -> Mapping[str, Sequence[Transaction]]:
        """Bookings by order id. Never fails: what cannot be had is left out."""
        if self._refused or not orders:
            return {}
        try:
            found = [entry for text in self._filters(orders) for entry in await self._all(text)]
            await self._learn_payouts(found)
        except (RefusedError, LoginNeededError) as refused:
            self._refused = True
            log.info("eBay tells no bookings, fees come from the orders: %s", refused)
            return {}
        except UserError as error:  # offline, the day's quota, a key that cannot be read
            log.info("eBay's bookings are left out this time: %s", error)
            return {}
        return _by_order(found)

    def _filters(self, orders: Sequence[Order]) -> list[str]:
        """The cheaper way: a request for each of a few orders, or one for their whole time.

        One request with several order ids is not documented. A change long after the sale would
        stretch the time; the sync of changes has few orders on a page then.
        """
        if len(orders) <= _FEW:
            return [f"orderId:{{{order.order_id}}}" for order in orders]
        first = min(order.creation_date for order in orders)
        last = max(order.last_modified_date or order.creation_date for order in orders)
        return [f"transactionDate:[{instant(first)}..{self._end(last)}]"]

    def _end(self, last: datetime) -> str:
        """Never in the future: whether eBay takes that is not documented."""
        return instant(max(last, min(last + _LATER, self._client.now())))

    async def _all(self, narrowed: str) -> list[Transaction]:
        found: list[Transaction] = []
        offset = 0
        while True:
            page = await self._client.transactions(narrowed, offset)
            found += [entry for raw in page.transactions if (entry := _readable(raw)) is not None]
            offset += len(page.transactions)
            if not page.transactions or offset >= page.total:
                return found

    async def _learn_payouts(self, found: Sequence[Transaction]) -> None:
        """One request for 200 payouts; those that are not out yet are asked for again next time."""
        missing = [
            entry for entry in found if entry.payout_id and not self.paid_at(entry.payout_id)
        ]
        days = [entry.transaction_date for entry in missing if entry.transaction_date]
        if not days:
            return
        narrowed = f"payoutDate:[{instant(min(days))}..{self._end(max(days))}]"
        offset = 0
        while True:
            page = await self._client.payouts(narrowed, offset)
            for payout in page.payouts:
                paid = payout.payout_status == _PAID
                self._paid_at[payout.payout_id] = payout.payout_date if paid else None
            offset += len(page.payouts)
            if not page.payouts or offset >= page.total:
                return


def _readable(raw: object) -> Transaction | None:
    try:
        return Transaction.model_validate(raw)
    except ValidationError as error:
        log.warning("A booking of eBay cannot be read: %s fields differ", error.error_count())
        return None


def _by_order(found: Sequence[Transaction]) -> Mapping[str, Sequence[Transaction]]:
    """Each booking once, as pages may overlap, and none that came to nothing."""
    grouped: dict[str, dict[tuple[str, str], Transaction]] = defaultdict(dict)
    for entry in found:
        if entry.order_id and entry.transaction_status != _FAILED:
            key = (entry.transaction_id, entry.transaction_type)
            grouped[entry.order_id][key] = entry
    return {order: tuple(entries.values()) for order, entries in grouped.items()}
