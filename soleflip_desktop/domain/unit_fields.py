"""The fields of a unit that people edit: one list for the grid, the forms, paste and the CLI."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from soleflip_desktop.domain.inventory import BoxState, Condition, ItemStatus, VatScheme


class ValueKind(StrEnum):
    """What is typed into a field."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    AMOUNT = "amount"
    PERCENT = "percent"
    CURRENCY = "currency"
    MOMENT = "moment"
    DAY = "day"
    CHOICE = "choice"
    PLACE = "place"  # a location, by its path
    SUPPLIER = "supplier"  # by its name
    SIZE = "size"  # of the same product, by its label
    TAGS = "tags"


#: Text for TEXT, LONG_TEXT, CURRENCY, PLACE, SUPPLIER, SIZE; the enum's member for CHOICE; aware
#: UTC for MOMENT; a tuple of words for TAGS. None is "empty".
UnitValue = str | Decimal | datetime | date | StrEnum | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnitField:
    """One editable field. `name` is also the key of its grid column."""

    name: str
    title: str
    kind: ValueKind
    choices: type[StrEnum] | None = None
    clearable: bool = True


UNIT_FIELDS: tuple[UnitField, ...] = (
    UnitField("status", "Status", ValueKind.CHOICE, ItemStatus, clearable=False),
    UnitField("size", "Size", ValueKind.SIZE, clearable=False),
    UnitField("condition", "Condition", ValueKind.CHOICE, Condition),
    UnitField("box_state", "Box", ValueKind.CHOICE, BoxState),
    UnitField("location", "Location", ValueKind.PLACE),
    UnitField("tags", "Tags", ValueKind.TAGS),
    UnitField("supplier", "Supplier", ValueKind.SUPPLIER),
    UnitField("purchase_order_number", "Purchase order", ValueKind.TEXT),
    UnitField("purchase_invoice_number", "Purchase invoice", ValueKind.TEXT),
    UnitField("acquired_at", "Acquired", ValueKind.MOMENT),
    UnitField("delivered_at", "Delivered", ValueKind.MOMENT),
    UnitField("return_until", "Return until", ValueKind.DAY),
    UnitField("cost", "Cost", ValueKind.AMOUNT),
    UnitField("cost_net", "Net cost", ValueKind.AMOUNT),
    UnitField("cost_inbound", "Inbound cost", ValueKind.AMOUNT),
    UnitField("cost_currency", "Cost currency", ValueKind.CURRENCY),
    UnitField("vat_scheme", "VAT scheme", ValueKind.CHOICE, VatScheme),
    UnitField("vat_pct", "VAT %", ValueKind.PERCENT),
    UnitField("notes", "Notes", ValueKind.LONG_TEXT),
)
UNIT_FIELDS_BY_NAME = {field.name: field for field in UNIT_FIELDS}


@dataclass(frozen=True, slots=True)
class CellEdit:
    """A new value for one field of one unit; `was` is what the editor had seen there.

    Where the stored value is another one by now, somebody was faster and the edit is refused.
    """

    item_id: int
    field: str
    value: UnitValue | None
    was: UnitValue | None


@dataclass(frozen=True, slots=True)
class UnitDraft:
    """Units to be added: the same product in one or more sizes, so many of each.

    `product_id`, or the name (with brand and style code) of a product that is found or made.
    `values` are further fields by their names, without size and status.
    """

    sizes: tuple[tuple[str, int], ...]
    values: tuple[tuple[str, UnitValue], ...] = ()
    status: ItemStatus = ItemStatus.AVAILABLE
    product_id: int | None = None
    product: str = ""
    brand: str | None = None
    style_code: str | None = None
    category: str = "sneakers"


@dataclass(frozen=True, slots=True)
class ProductChoice:
    """A product as the add form offers it, with the sizes that are known of it."""

    id: int
    name: str
    brand: str | None
    style_code: str | None
    sizes: tuple[str, ...]
