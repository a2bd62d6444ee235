"""What a file reader hands to the loader: checked rows in bulk, not one object a row.

The bytes are CSV text in the column order below, ready for COPY; the reader has validated every
cell, so the database never sees a bad one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from soleflip_desktop.domain.integration import FileFormat, RowIssue

#: Columns of `StagedChunk.sales`, in this order. Fees are positive amounts to subtract, as
#: StockX reports them; `vat` is added; residual = payout - (gross - fees + vat), blank without a
#: payout; times are UTC; `content` identifies rows without a number.
SALE_COLUMNS = (
    "row_no",
    "variant_key",
    "external_id",
    "content",
    "sold_at",
    "gross",
    "gross_currency",
    "seller_fee",
    "payment_processing",
    "shipping",
    "vat",
    "payout",
    "residual",
    "paid_at",
    "payout_ref",
    "payout_total",
    "buyer_country",
    "buyer_region",
)


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
    """The outcome of some megabytes of a file."""

    rows: int
    bytes_done: int
    sales: bytes
    raw: list[RawChunk]
    rejected: list[RejectedRow]


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


@dataclass(frozen=True, slots=True)
class StagedVariant:
    """A product in a size; `certain` is False where a person should look at the size."""

    key: int
    product_key: int
    size_system: str
    size_value: str
    size_label: str
    size_sort_key: Decimal
    certain: bool


class SalesReader(Protocol):
    """A file of sales, read once from front to back. `headers`: our field -> the file's column."""

    name: str
    format: FileFormat
    header: Sequence[str]
    headers: Mapping[str, str]
    encoding: str
    bytes_total: int
    platform: str
    account: str

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


def split_record(text: str, *, strict: bool = False) -> list[str]:
    """The cells of one CSV record. A carriage return is a character; csv.reader ends a row there.

    With `strict`, raises csv.Error where quotes stand in the middle of a cell so that it is
    unclear what they enclose.
    """
    line = text.removesuffix("\n").removesuffix("\r").replace("\r", _RETURN)
    reader = csv.reader(io.StringIO(line, newline=""), strict=strict)
    cells = next(reader, [])
    if strict and next(reader, None) is not None:
        raise csv.Error("a line break within quotes that do not enclose a cell")
    return [cell.replace(_RETURN, "\r") for cell in cells]
