"""The fields of the two mirrored tables: what kind they are and which keys they stand on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from soleflip_desktop.db.queries import mirror_texts as texts
from soleflip_desktop.domain.grid_query import FieldKind
from soleflip_desktop.domain.inventory import PROMISED, BoxState, Condition, ItemStatus, VatScheme
from soleflip_desktop.domain.sizes import SizeSystem
from soleflip_desktop.domain.transactions import OrderStatus
from soleflip_desktop.services.mirror_words import Word, Words

#: Texts of a key's values by the values.
Lookup = Callable[[Session, Sequence[int]], dict[int, Words]]
SECOND = 1_000_000
_SYSTEMS = {system.value: place for place, system in enumerate(SizeSystem)}
_K = FieldKind


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a grid. `key` names its integers, which are `places` decimals too large.

    Words: `part` says which text of the thing it is; `several` words stand in one text. Amounts:
    `currency` names the key of their currency.
    """

    name: str
    kind: FieldKind
    key: str
    part: int = 0
    several: bool = False
    currency: str | None = None
    places: int = 0

    @property
    def is_moment(self) -> bool:
        return self.kind in {FieldKind.MOMENT, FieldKind.DAY}


def _amount(name: str, currency: str) -> Field:
    return Field(name, _K.AMOUNT, name, currency=currency, places=2)


def _number(name: str, places: int = 0) -> Field:
    return Field(name, _K.NUMBER, name, places=places)


def _moment(name: str) -> Field:
    return Field(name, _K.MOMENT, name)


def _choice(name: str) -> Field:
    return Field(name, _K.CHOICE, name)


_SHARED = (
    _number("id"),
    Field("product", _K.TEXT, "variant", 0),
    Field("brand", _K.CHOICE, "variant", 1),
    Field("style_code", _K.TEXT, "variant", 2),
    Field("category", _K.CHOICE, "variant", 3),
    Field("size", _K.CHOICE, "variant", 4),
    _choice("status"),
    Field("platform", _K.CHOICE, "account", 0),
    Field("account", _K.CHOICE, "account", 1),
    _amount("gross", "gross_currency"),
    _amount("payout", "payout_currency"),
    _amount("profit", "payout_currency"),
    _amount("cost", "cost_currency"),
    _moment("sold_at"),
)

ITEM_FIELDS = (
    *(field for field in _SHARED if field.name != "account"),
    _choice("condition"),
    _choice("box_state"),
    _choice("location"),
    Field("tags", _K.CHOICE, "tags", several=True),
    _choice("supplier"),
    Field("purchase_order_number", _K.TEXT, "purchase_order_number"),
    Field("purchase_invoice_number", _K.TEXT, "purchase_invoice_number"),
    _amount("cost_net", "cost_currency"),
    _amount("cost_inbound", "cost_currency"),
    _amount("landed_cost", "cost_currency"),
    _choice("cost_currency"),
    _number("roi_pct", 2),
    _amount("profit_per_day", "payout_currency"),
    _number("days_held"),
    _amount("market_value", "market_currency"),
    _number("margin_at_ask_pct", 2),
    Field("listed", _K.CHOICE, "listed", several=True),
    _moment("acquired_at"),
    _moment("delivered_at"),
    Field("return_until", _K.DAY, "return_until"),
    _choice("vat_scheme"),
    _number("vat_pct", 4),
    Field("notes", _K.TEXT, "notes"),
    _number("attachments"),
    _choice("presale"),
    _moment("ship_by"),
)

ORDER_FIELDS = (
    *_SHARED,
    Field("order_number", _K.TEXT, "order_number"),
    _amount("charges", "payout_currency"),
    _moment("paid_at"),
    _choice("buyer_country"),
    _moment("ship_by"),
    _choice("remote_status"),
)


def _looked_up(statement: sa.TextClause, *words: Callable[[tuple[object, ...]], Word]) -> Lookup:
    def look_up(session: Session, values: Sequence[int]) -> dict[int, Words]:
        known: dict[Word, Word] = {}  # many variants share a product: one text for all of them
        return {
            row[0]: tuple(known.setdefault(w, w) for w in (word(row[1:]) for word in words))
            for row in texts.looked_up(session, statement, values)
        }

    return look_up


def _text(place: int) -> Callable[[tuple[object, ...]], Word]:
    return lambda row: Word.plain(str(row[place] or ""))


def _shown(text: str) -> str:
    return text.replace("_", " ").capitalize()


def _category(row: tuple[object, ...]) -> Word:
    return Word.plain(_shown(str(row[3])))


def _size(row: tuple[object, ...]) -> Word:
    """In natural order inside its system."""
    label, system, place = str(row[4]), str(row[5]), row[6]
    return Word(label, (_SYSTEMS[system], Decimal(str(place)), label))


def _members(words: type[StrEnum]) -> Lookup:
    """In the order in which they are declared, as the cells show them."""
    known = {place: (Word(_shown(word.value), place),) for place, word in enumerate(words, 1)}
    return lambda _session, values: {value: known[value] for value in values}


_SHARED_LOOKUPS: dict[str, Lookup] = {
    "variant": _looked_up(texts.VARIANTS, _text(0), _text(1), _text(2), _category, _size),
    "account": _looked_up(texts.ACCOUNTS, _text(0), _text(1)),
}
ITEM_LOOKUPS: Mapping[str, Lookup] = _SHARED_LOOKUPS | {
    "status": _members(ItemStatus),
    "condition": _members(Condition),
    "box_state": _members(BoxState),
    "vat_scheme": _members(VatScheme),
    "presale": lambda _session, values: dict.fromkeys(values, (Word.plain(PROMISED),)),
    "location": _looked_up(texts.LOCATIONS, _text(0)),
    "supplier": _looked_up(texts.SUPPLIERS, _text(0)),
}
ORDER_LOOKUPS: Mapping[str, Lookup] = _SHARED_LOOKUPS | {
    "status": _members(OrderStatus),
}
