"""What it takes to offer a unit on a marketplace, and the outbox in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from soleflip_desktop.domain.catalog import IdentifierScheme
from soleflip_desktop.domain.inventory import ItemStatus
from soleflip_desktop.domain.marketplace import Capability, Marketplace, Raw
from soleflip_desktop.domain.money import CENT
from soleflip_desktop.domain.outbox import OutboxAction, OutboxReason, OutboxState

#: Prices without cents (marketplaces.md 1.7 rule 3, 2.1).
WHOLE_UNITS = frozenset({Marketplace.STOCKX, Marketplace.ALIAS})
#: Takes prices in this currency only (marketplaces.md 2.1).
ONLY_CURRENCY: Mapping[Marketplace, str] = {Marketplace.ALIAS: "USD"}
#: Without such an id of its size, the platform does not know what is offered.
NEEDED_ID: Mapping[Marketplace, IdentifierScheme] = {
    Marketplace.STOCKX: IdentifierScheme.STOCKX_VARIANT,
    Marketplace.ALIAS: IdentifierScheme.ALIAS_CATALOG,
}
_CHANGES = frozenset(
    {Capability.CREATE, Capability.REPRICE, Capability.ACTIVATE, Capability.DELETE}
)
#: What the outbox can ask of each platform, of all that its connector is capable of.
OFFERING: Mapping[Marketplace, frozenset[Capability]] = {
    Marketplace.STOCKX: _CHANGES,
    Marketplace.EBAY: _CHANGES | {Capability.SHIP},
    Marketplace.ALIAS: _CHANGES,
}
#: Gone without a sale.
_NOT_SOLD = frozenset(
    {
        ItemStatus.LOST,
        ItemStatus.DAMAGED,
        ItemStatus.PERSONAL_USE,
        ItemStatus.RETURNED_TO_SUPPLIER,
        ItemStatus.CANCELLED,
    }
)
_HIGHEST = Decimal(10) ** 7
_SECRETS = ("token", "secret", "password", "authorization", "api_key", "apikey", "signature")


@dataclass(frozen=True, slots=True)
class AccountChoice:
    """An account that units can be listed on. `title` is "StockX (main)"."""

    id: int
    marketplace: Marketplace
    title: str
    currency: str
    whole_units: bool  # prices without cents
    capabilities: frozenset[Capability]


@dataclass(frozen=True, slots=True)
class Wish:
    """An entry of the outbox, by what its sentence names."""

    action: OutboxAction
    reason: OutboxReason
    title: str
    account: str
    ask: Decimal | None
    old_ask: Decimal | None
    currency: str | None
    unit: ItemStatus | None = None


def price_problem(ask: Decimal, *, whole_units: bool) -> str | None:
    """Why this cannot be a price, as the end of a sentence; None where it can."""
    if not ask.is_finite() or ask <= 0:
        return f"the price {ask} is not above 0; enter the price that a buyer pays"
    if ask >= _HIGHEST:
        return f"the price {ask} is not below {_HIGHEST:,}; check the number of digits"
    if whole_units and ask != ask.to_integral_value():
        return f"the price {ask} has cents; this marketplace takes whole amounts only"
    if ask != ask.quantize(CENT):
        return f"the price {ask} has more than two decimals; round it to cents"
    return None


def amount_words(amount: Decimal | None, currency: str | None) -> str:
    """Without idle decimals: EUR 150, EUR 149.50."""
    if amount is None:
        return "no price"
    whole = amount == amount.to_integral_value()
    return f"{currency} {amount.quantize(Decimal(1) if whole else CENT)}"


def wish_words(wish: Wish) -> str:
    """The wish in one plain sentence, without its full stop."""
    where = f"{wish.title} on {wish.account}"
    price = amount_words(wish.ask, wish.currency)
    match wish.action:
        case OutboxAction.CREATE:
            return f"List {where} for {price}"
        case OutboxAction.REPRICE:
            return _reprice_words(wish, where, price)
        case OutboxAction.ACTIVATE:
            return f"Put the offer of {where} up for sale again"
        case OutboxAction.DEACTIVATE:
            return f"Pause the offer of {where}"
        case OutboxAction.DELETE:
            return f"End the offer of {where}{_why_it_ends(wish)}"
        case OutboxAction.SHIP:
            return f"Report {where} as shipped"


def _why_it_ends(wish: Wish) -> str:
    if wish.reason is OutboxReason.USER:
        return ""
    if wish.unit in _NOT_SOLD:
        return f": the unit is {wish.unit.replace('_', ' ')}"
    return ": the unit was sold elsewhere"


def _reprice_words(wish: Wish, where: str, price: str) -> str:
    if wish.ask is None or wish.old_ask is None or wish.ask == wish.old_ask:
        return f"Set the price of {where} to {price}"
    verb = "Lower" if wish.ask < wish.old_ask else "Raise"
    return f"{verb} {where} from {amount_words(wish.old_ask, wish.currency)} to {price}"


def answer_words(
    state: OutboxState, error: str, operation: str | None, *, synced: bool, delayed: bool
) -> str:
    """What came of an entry. `operation` is the platform's name of what it accepted.

    `synced` says whether its account is, `delayed` that it waits for another try.
    """
    if state is OutboxState.QUEUED and not synced:
        return "waits: account not connected"
    return {
        OutboxState.HELD: "held: it is sent once it is released",
        OutboxState.QUEUED: f"waits: {error}" if error and delayed else "waits to be sent",
        OutboxState.SENDING: "is being sent",
        OutboxState.PENDING: f"accepted, operation {operation}" if operation else "accepted",
        OutboxState.CONFIRMED: "confirmed",
        OutboxState.FAILED: f"refused: {error or 'no reason was given'}",
        OutboxState.UNKNOWN: ("the answer was lost; it is looked up before anything is sent again"),
        OutboxState.DROPPED: f"dropped: {error}" if error else "dropped",
    }[state]


def without_secrets(raw: Raw | None) -> Raw | None:
    """An answer as it may be kept: whatever is named like a secret is left out."""
    return None if raw is None else _cleaned(raw)


def _cleaned(value: Raw) -> Raw:
    return {name: _kept(inner) for name, inner in value.items() if not _is_secret(name)}


def _kept(value: object) -> object:
    if isinstance(value, Mapping):
        return _cleaned(value)
    return [_kept(inner) for inner in value] if isinstance(value, list | tuple) else value


def _is_secret(name: str) -> bool:
    folded = name.lower().replace("-", "_")
    return any(word in folded for word in _SECRETS)
