"""What a file reader hands to the loader: checked rows in bulk, not one object a row.

The bytes are CSV text in the column order that the reader names, ready for COPY; the reader has
validated every cell, so the database never sees a bad one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from soleflip_desktop.domain.import_fields import Target
from soleflip_desktop.domain.import_plan import ImportPlan
from soleflip_desktop.domain.integration import RowIssue

_ROW = {"seq": "int", "row_no": "int"}
_MONEY = "numeric(14, 2)"

#: Columns of staged units and sales, with their types in Postgres; a reader fills those it has.
#: `seq` numbers records from 1: a row of three units becomes three of them, with one `row_no`.
#: Charges are positive amounts to subtract, `vat` is added; residual = payout - (gross - charges
#: + vat), blank without a payout; times are UTC; `location` is a path like "Room / Shelf"; `tags`
#: have commas between them; `content` identifies rows without a number;
#: `cleared` names fields that the file empties (`<empty>`). A row with a `charge_kind` adds its
#: `payout`, mostly negative, to the order that `external_id` begins with.
UNIT_COLUMNS: Mapping[str, str] = _ROW | {
    "variant_key": "int",
    "content": "text",
    "cleared": "text[]",
    "item_id": "bigint",
    "item_status": "text",
    "condition": "text",
    "box_state": "text",
    "supplier": "text",
    "purchase_order_number": "text",
    "purchase_invoice_number": "text",
    "acquired_at": "timestamptz",
    "delivered_at": "timestamptz",
    "return_until": "date",
    "cost_gross": _MONEY,
    "cost_net": _MONEY,
    "cost_inbound": _MONEY,
    "cost_currency": "char(3)",
    "vat_scheme": "text",
    "vat_pct": "numeric(7, 4)",
    "location": "text",
    "tags": "text",
    "notes": "text",
    "order_id": "bigint",
    "external_id": "text",
    "order_status": "text",
    "platform": "text",
    "account": "text",
    "sold_at": "timestamptz",
    "gross": _MONEY,
    "gross_currency": "char(3)",
    "seller_fee": _MONEY,
    "payment_processing": _MONEY,
    "shipping": _MONEY,
    "advertising": _MONEY,
    "cash_out": _MONEY,
    "refund": _MONEY,
    "adjustment": _MONEY,
    "vat": _MONEY,
    "payout": _MONEY,
    "residual": _MONEY,
    "paid_at": "timestamptz",
    "payout_ref": "text",
    "payout_total": _MONEY,
    "buyer_country": "char(2)",
    "buyer_region": "text",
    "stated_profit": _MONEY,
    "charge_kind": "text",
}

#: Columns of staged products: name, brand, category and style code stand in `StagedProduct`.
PRODUCT_COLUMNS: Mapping[str, str] = _ROW | {
    "variant_key": "int",
    "cleared": "text[]",
    "product_id": "bigint",
    "ean": "text",
    "colourway": "text",
    "audience": "text",
    "release_date": "date",
    "retail_price": _MONEY,
    "retail_currency": "char(3)",
    "image_url": "text",
}

SUPPLIER_COLUMNS: Mapping[str, str] = _ROW | {
    "cleared": "text[]",
    "supplier_id": "bigint",
    "supplier": "text",
    "supplier_kind": "text",
    "website": "text",
    "email": "text",
    "country": "char(2)",
    "vat_number": "text",
    "return_policy_days": "int",
    "supplier_status": "text",
    "notes": "text",
}

#: Columns of staged offers. A blank `source` is the profile's key, a blank `seen_at` now.
PRICE_COLUMNS: Mapping[str, str] = _ROW | {
    "variant_key": "int",
    "cleared": "text[]",
    "supplier": "text",
    "source": "text",
    "offer_id": "text",
    "ean": "text",
    "price": _MONEY,
    "price_currency": "char(3)",
    "availability": "text",
    "stock_quantity": "int",
    "url": "text",
    "seen_at": "timestamptz",
}

STAGE_COLUMNS: Mapping[Target, Mapping[str, str]] = {
    Target.SALES: UNIT_COLUMNS,
    Target.ITEMS: UNIT_COLUMNS,
    Target.PRODUCTS: PRODUCT_COLUMNS,
    Target.SUPPLIERS: SUPPLIER_COLUMNS,
    Target.PRICES: PRICE_COLUMNS,
}

#: Columns of a stage that a charge line comes from, and the ChargeKind of each.
CHARGE_FIELDS: Mapping[str, str] = {
    "seller_fee": "seller_fee",
    "payment_processing": "payment_processing",
    "shipping": "shipping",
    "advertising": "advertising",
    "cash_out": "cash_out",
    "refund": "refund",
    "adjustment": "adjustment",
    "vat": "tax",
}


@dataclass(frozen=True, slots=True)
class RawChunk:
    """About a thousand raw records, compressed with zstd; record i starts at `offsets[i]`."""

    first_row: int
    offsets: list[int]
    data: bytes

    @property
    def last_row(self) -> int:
        return self.first_row + len(self.offsets) - 1


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A record that does not go in: its cells as read and everything that is wrong with them."""

    row: int
    cells: list[str]
    issues: list[RowIssue]


@dataclass(frozen=True, slots=True)
class StagedChunk:
    """The outcome of some megabytes of a file.

    `rows` counts its records without blank lines and footers; `skipped` are the numbers of rows
    that are not records (roll-ups, holds) or were unticked. `sequence` is the last `seq` so far.
    """

    rows: int
    bytes_done: int
    data: bytes
    raw: list[RawChunk]
    rejected: list[RejectedRow]
    skipped: list[int]
    sequence: int


@dataclass(frozen=True, slots=True)
class StagedProduct:
    """A product as recognised from its texts; `key` is this file's own number for it."""

    key: int
    name: str
    brand: str | None
    category: str
    style_code: str | None
    style_codes: tuple[str, ...]
    release_date: str | None = None
    retail_price: Decimal | None = None
    retail_currency: str | None = None
    colourway: str | None = None


@dataclass(frozen=True, slots=True)
class StagedVariant:
    """A product in a size; `certain` is False where a person should look at the size.

    Without a `size_system` it is the product alone, as in a list of products.
    """

    key: int
    product_key: int
    size_system: str | None
    size_value: str
    size_label: str
    size_sort_key: Decimal
    certain: bool
    ean: str | None = None


class TableReader(Protocol):
    """A file of records, read once from front to back with one plan."""

    name: str
    plan: ImportPlan
    #: Of STAGE_COLUMNS[plan.target], in the order of the chunks' bytes.
    columns: Sequence[str]
    bytes_total: int

    def chunks(self) -> Iterator[StagedChunk]:
        """Raises FileImportError where the file cannot be read on."""

    @property
    def products(self) -> Sequence[StagedProduct]:
        """Complete when `chunks` has ended."""

    @property
    def variants(self) -> Sequence[StagedVariant]:
        """Complete when `chunks` has ended."""

    @property
    def sha256(self) -> str:
        """Of the file's bytes; complete when `chunks` has ended."""


#: No cell is longer: the importer takes no longer record.
csv.field_size_limit(1 << 20)
_RETURN = "\uffff"  # no character, so no text holds it


def split_record(text: str, *, delimiter: str = ",", strict: bool = False) -> list[str]:
    """The cells of one CSV record. A carriage return is a character; csv.reader ends a row there.

    With `strict`, raises csv.Error where quotes stand in the middle of a cell so that it is
    unclear what they enclose.
    """
    line = text.removesuffix("\n").removesuffix("\r").replace("\r", _RETURN)
    reader = csv.reader(io.StringIO(line, newline=""), strict=strict, delimiter=delimiter)
    cells = next(reader, [])
    if strict and next(reader, None) is not None:
        raise csv.Error("a line break within quotes that do not enclose a cell")
    return [cell.replace(_RETURN, "\r") for cell in cells]
