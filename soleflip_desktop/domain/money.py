"""Amounts with their currency. Nothing here ever adds two currencies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in major units (12.34 is twelve euros and 34 cents)."""

    amount: Decimal
    currency: str

    def __add__(self, other: Money) -> Money:
        """Raises ValueError for two different currencies."""
        if other.currency != self.currency:
            msg = f"{self.currency} and {other.currency} cannot be added"
            raise ValueError(msg)
        return Money(self.amount + other.amount, self.currency)


def round_cents(amount: Decimal) -> Decimal:
    """Half-up to two places, the rule of every figure that is shown or stored as money."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def split_evenly(amount: Decimal, parts: int) -> list[Decimal]:
    """Cents as even as can be; the first parts carry what is left, so that the sum is exact."""
    cents = int(amount.quantize(CENT, ROUND_HALF_UP) / CENT)
    share, rest = divmod(abs(cents), parts)
    sign = -1 if cents < 0 else 1
    return [sign * (share + (place < rest)) * CENT for place in range(parts)]


def totals(amounts: Iterable[Money]) -> dict[str, Decimal]:
    """One sum for each currency, in order of first appearance."""
    sums: dict[str, Decimal] = {}
    for money in amounts:
        sums[money.currency] = sums.get(money.currency, Decimal(0)) + money.amount
    return sums


def margin_pct(cost: Decimal, sale: Decimal) -> Decimal | None:
    """(sale - cost) / sale in percent; None where nothing was sold for anything."""
    return None if sale == 0 else round_cents((sale - cost) / sale * 100)


def roi_pct(cost: Decimal, profit: Decimal) -> Decimal | None:
    """Profit / cost in percent; None ("n/a") without a cost (reference.md 7.2, case 59)."""
    return None if cost == 0 else round_cents(profit / cost * 100)
