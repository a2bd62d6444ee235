"""File layouts as data: which column holds what, and how its text is to be read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from soleflip_desktop.domain.errors import FileImportError
from soleflip_desktop.domain.integration import FileFormat


class Kind(StrEnum):
    """How a column's text is read."""

    TEXT = "text"
    INSTANT = "instant"  # 2024-05-31 21:40:06 +00
    US_DATE = "us_date"  # 9/1/17, month first; 2017-09-01 from a spreadsheet
    AMOUNT = "amount"  # -12.34: a dot for decimals, at most two of them
    DOLLARS = "dollars"  # $1,097 or 217.7085: rounded half-up from the cell's exact binary value
    CURRENCY = "currency"


@dataclass(frozen=True, slots=True)
class Column:
    """`field` is our name, `header` the file's.

    A required column must have a value in each row; an expected one must be in the header.
    """

    field: str
    header: str
    kind: Kind = Kind.TEXT
    required: bool = False
    expected: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """One layout. `currency` is that of every amount where the file names none."""

    format: FileFormat
    title: str
    platform: str
    account: str
    columns: tuple[Column, ...]
    currency: str | None = None

    def locate(self, header: Sequence[str]) -> dict[str, int]:
        """Positions of our fields in a header; fields whose column is absent are left out."""
        places: dict[str, int] = {}
        for index, name in enumerate(header):
            places.setdefault(normalise(name), index)
        found = ((column.field, places.get(normalise(column.header))) for column in self.columns)
        return {field: place for field, place in found if place is not None}


def normalise(name: str) -> str:
    """Headers are compared without regard to case, blanks and punctuation."""
    return re.sub(r"[\W_]+", " ", name.removeprefix("\ufeff").casefold()).strip()


STOCKX_SALES = Profile(
    format=FileFormat.STOCKX_SALES,
    title="StockX historical seller sales report",
    platform="stockx",
    account="StockX",
    columns=(
        Column("external_id", "Order Number", required=True),
        Column("sold_at", "Sale Date", Kind.INSTANT, required=True),
        Column("name", "Item", required=True),
        Column("style", "Style"),
        Column("size", "Sku Size"),
        Column("gross", "Listing Price", Kind.AMOUNT, required=True),
        Column("gross_currency", "Listing Price Currency", Kind.CURRENCY, required=True),
        Column("seller_fee", "Seller Fee", Kind.AMOUNT),
        Column("seller_fee_currency", "Seller Fee Currency", Kind.CURRENCY),
        Column("payment_processing", "Payment Processing", Kind.AMOUNT),
        Column("payment_processing_currency", "Payment Processing Currency", Kind.CURRENCY),
        Column("shipping", "Shipping Fee", Kind.AMOUNT),
        Column("shipping_currency", "Shipping Fee Currency", Kind.CURRENCY),
        Column("vat", "Total VAT Amount", Kind.AMOUNT),
        Column("vat_currency", "Total VAT Amount Currency", Kind.CURRENCY),
        Column("payout", "Total Gross Amount (Total Payout)", Kind.AMOUNT, expected=True),
        Column("payout_currency", "Total Gross Amount (Total Payout) Currency", Kind.CURRENCY),
        Column("paid_at", "Payout date", Kind.INSTANT),
        Column("payout_ref", "Provider Transaction ID"),
        Column("payout_total", "Total Invoice Amount", Kind.AMOUNT),
        Column("buyer_country", "Buyer Destination Country"),
    ),
)

CONTEST_2019 = Profile(
    format=FileFormat.CONTEST_2019,
    title="StockX 2019 data contest",
    platform="stockx",
    account="StockX 2019 data contest",
    currency="USD",
    columns=(
        Column("sold_at", "Order Date", Kind.US_DATE, required=True),
        Column("label", "Brand"),
        Column("name", "Sneaker Name", required=True),
        Column("gross", "Sale Price", Kind.DOLLARS, required=True),
        Column("retail_price", "Retail Price", Kind.DOLLARS, expected=True),
        Column("release_date", "Release Date", Kind.US_DATE),
        Column("size", "Shoe Size"),
        Column("buyer_region", "Buyer Region"),
    ),
)

PROFILES: Mapping[FileFormat, Profile] = {
    profile.format: profile for profile in (STOCKX_SALES, CONTEST_2019)
}


def choose(header: Sequence[str], wanted: FileFormat | None, file_name: str) -> Profile:
    """The layout that a header belongs to.

    Raises FileImportError where no layout fits, or the wanted one does not.
    """
    candidates = [PROFILES[wanted]] if wanted else list(PROFILES.values())
    missing = {profile.format: _missing(profile, header) for profile in candidates}
    fitting = [profile for profile in candidates if not missing[profile.format]]
    if fitting:
        return max(fitting, key=lambda profile: len(profile.locate(header)))
    nearest = min(candidates, key=lambda profile: len(missing[profile.format]))
    shown = ", ".join(repr(name[:40]) for name in header[:6])
    msg = (
        f"{file_name}: this file is not recognised. Its columns begin with {shown}; the nearest "
        f"layout, “{nearest.title}”, also needs {', '.join(missing[nearest.format])}. "
        "Export that report again, with its header line."
    )
    raise FileImportError(msg)


def _missing(profile: Profile, header: Sequence[str]) -> list[str]:
    found = profile.locate(header)
    return [
        c.header for c in profile.columns if (c.required or c.expected) and c.field not in found
    ]
