"""What units would be offered for: the rule, the market data, and what is left out and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from soleflip_desktop.domain.inventory import IN_STOCK, ItemRow
from soleflip_desktop.domain.market import MarketRow
from soleflip_desktop.domain.marketplace import MARKETPLACE_NAMES, Capability
from soleflip_desktop.domain.offering import AccountChoice, price_problem


class PriceRule(StrEnum):
    """Where an ask comes from."""

    SAME = "same"  # one ask for all
    LOWEST = "lowest"  # the lowest ask of the size
    UNDERCUT = "undercut"  # the lowest ask less an amount
    EARN_MORE = "earn_more"  # the platform's own advice


RULE_WORDS = {
    PriceRule.LOWEST: "lowest ask",
    PriceRule.UNDERCUT: "lowest ask",
    PriceRule.EARN_MORE: "“earn more” price",
}


@dataclass(frozen=True, slots=True)
class PriceWish:
    """A rule with its amount, in major units of each account's currency; None: not entered yet."""

    rule: PriceRule
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """One unit on one account. `ask` is None where it is left out, and `problem` says why."""

    item: ItemRow
    account: AccountChoice
    ask: Decimal | None
    market: MarketRow | None
    problem: str


def offers_of(
    items: Sequence[ItemRow],
    accounts: Sequence[AccountChoice],
    market: Mapping[int, Sequence[MarketRow]],
    wish: PriceWish,
) -> list[Offer]:
    """One for each unit and account; a unit that `market` lacks is not read yet."""
    return [
        _offer(item, account, market.get(item.id), wish) for item in items for account in accounts
    ]


def _offer(
    item: ItemRow, account: AccountChoice, rows: Sequence[MarketRow] | None, wish: PriceWish
) -> Offer:
    market = next((row for row in rows or () if _is_of(row, account)), None)
    if Capability.CREATE not in account.capabilities:
        problem = f"{account.title} takes no offers from here."
    elif item.status not in IN_STOCK:  # the outbox refuses it, too
        problem = f"The unit is {item.status.value.replace('_', ' ')}, not in stock."
    elif rows is None and wish.rule is not PriceRule.SAME:
        problem = "Reading market data…"
    else:
        ask = _ask(market, wish)
        problem = _problem(ask, account, wish)
        if not problem:
            return Offer(item, account, ask, market, "")
    return Offer(item, account, None, market, problem)


def _is_of(row: MarketRow, account: AccountChoice) -> bool:
    """Amounts in another currency are no price here: nothing is converted."""
    names = {account.marketplace.value, MARKETPLACE_NAMES[account.marketplace]}
    return row.platform in names and row.currency == account.currency


def _ask(market: MarketRow | None, wish: PriceWish) -> Decimal | None:
    if wish.rule is PriceRule.SAME:
        return wish.amount
    if market is None:
        return None
    if wish.rule is PriceRule.EARN_MORE:
        return market.earn_more
    if wish.rule is PriceRule.LOWEST or market.lowest_ask is None:
        return market.lowest_ask
    return None if wish.amount is None else market.lowest_ask - wish.amount


def _problem(ask: Decimal | None, account: AccountChoice, wish: PriceWish) -> str:
    """Why that ask cannot be set; "" where it can."""
    if wish.amount is None and wish.rule in {PriceRule.SAME, PriceRule.UNDERCUT}:
        return "No amount entered yet."
    if ask is None:
        return f"No {RULE_WORDS[wish.rule]} in {account.currency} known: left out."
    problem = price_problem(ask, whole_units=account.whole_units)
    return f"{problem[0].upper()}{problem[1:]}." if problem else ""
