"""Numbers the distinct products and sizes of a file and recognises each of them once."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from soleflip_desktop.domain.brands import recognise_brand
from soleflip_desktop.domain.categories import SizeHints, recognise_category, size_hints
from soleflip_desktop.domain.sizes import ParsedSize, parse_size_with
from soleflip_desktop.domain.staging import StagedProduct, StagedVariant
from soleflip_desktop.domain.style_codes import split_style_codes

#: What makes a product that product: the texts of the file, some of which it may lack.
PRODUCT = ("name", "style", "brand", "category", "product_id")
#: What else a product or variant may be told, from the row that comes first.
TOLD = ("retail_price", "retail_currency", "release_date", "colourway", "ean")
#: Below this a size is shown to a person (reference.md, appendix B).
CERTAIN = Decimal("0.6")

Texts = tuple[str | None, ...]


class VariantRegistry:
    """Gives every product and size of a file a small number.

    Without `sizes` (a list of products) a variant is only the way to its product: it has no size.
    """

    def __init__(self, currency: str | None, *, sizes: bool = True) -> None:
        self.products: list[StagedProduct] = []
        self.variants: list[StagedVariant] = []
        self._currency = currency
        self._sizes_known = sizes
        self._products: dict[Texts, tuple[int, SizeHints]] = {}
        self._sizes: dict[tuple[str | None, SizeHints], ParsedSize] = {}
        self._keys: dict[Texts, int] = {}

    def assign(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Adds `variant_key` to rows that have the columns name, style and size at least.

        The known ones are kept in a dict: joining each chunk with a table of all of them would
        take longer with every chunk.
        """
        identity = [name for name in (*PRODUCT, "size") if name in rows.columns]
        told = [name for name in TOLD if name in rows.columns]
        distinct = rows.select(*identity, *told).unique(identity, keep="first", maintain_order=True)
        texts = distinct.select(identity)
        keys = [
            self._add(text, place, distinct) if (key := self._keys.get(text)) is None else key
            for place, text in enumerate(texts.iter_rows())
        ]
        numbered = texts.with_columns(pl.Series("variant_key", keys, pl.Int32))
        return rows.join(numbered, on=identity, how="left", nulls_equal=True, maintain_order="left")

    def _add(self, text: Texts, place: int, distinct: pl.DataFrame) -> int:
        row = distinct.row(place, named=True)
        product_key, hints = self._product(row)
        key = self._keys[text] = len(self._keys)
        self.variants.append(self._variant(key, product_key, hints, row))
        return key

    def _variant(
        self, key: int, product_key: int, hints: SizeHints, row: dict[str, str | None]
    ) -> StagedVariant:
        if not self._sizes_known:
            return StagedVariant(key, product_key, None, "", "", Decimal(0), certain=True)
        size = self._size(row["size"], hints)
        return StagedVariant(
            key=key,
            product_key=product_key,
            size_system=size.system,
            size_value=size.value,
            size_label=size.label,
            size_sort_key=size.sort_key,
            certain=size.confidence >= CERTAIN,
            ean=row.get("ean"),
        )

    def _product(self, row: dict[str, str | None]) -> tuple[int, SizeHints]:
        texts = tuple(row.get(name) for name in PRODUCT)
        found = self._products.get(texts)
        if found is None:
            product = self._recognise(row)
            self.products.append(product)
            hints = size_hints(product.name, product.brand, product.category)
            found = self._products[texts] = (product.key, hints)
        return found

    def _recognise(self, row: dict[str, str | None]) -> StagedProduct:
        """What the file says counts; where it says nothing, the name tells."""
        name = " ".join((row["name"] or row["style"] or "").split())
        match = recognise_brand(name)
        brand = row.get("brand") or (match.brand if match else None)
        currency = row.get("retail_currency") or self._currency
        retail = row.get("retail_price") if currency else None
        return StagedProduct(
            key=len(self.products),
            name=name,
            brand=brand,
            category=row.get("category") or recognise_category(name, brand),
            style_code=row["style"],
            style_codes=split_style_codes(row["style"]),
            release_date=row.get("release_date"),
            retail_price=Decimal(retail) if retail else None,
            retail_currency=currency if retail else None,
            colourway=row.get("colourway"),
        )

    def _size(self, text: str | None, hints: SizeHints) -> ParsedSize:
        found = self._sizes.get((text, hints))
        if found is None:
            found = self._sizes[text, hints] = parse_size_with(text, hints)
        return found
