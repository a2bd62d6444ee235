"""Numbers the distinct products and sizes of a file and recognises each of them once."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from soleflip_desktop.domain.brands import recognise_brand
from soleflip_desktop.domain.categories import SizeHints, recognise_category, size_hints
from soleflip_desktop.domain.sizes import ParsedSize, parse_size_with
from soleflip_desktop.domain.staging import StagedProduct, StagedVariant
from soleflip_desktop.domain.style_codes import split_style_codes

PRODUCT = ["name", "style"]
VARIANT = [*PRODUCT, "size"]
#: The identity of a variant, and what else a product may be told from the row that comes first.
WANTED = "^(name|style|size|retail_price|release_date)$"
#: Below this a size is shown to a person (reference.md, appendix B).
CERTAIN = Decimal("0.6")


class VariantRegistry:
    """Gives every (name, style code, size) of a file a small number."""

    def __init__(self, currency: str | None) -> None:
        self.products: list[StagedProduct] = []
        self.variants: list[StagedVariant] = []
        self._currency = currency
        self._products: dict[tuple[str | None, str | None], tuple[int, SizeHints]] = {}
        self._sizes: dict[tuple[str | None, SizeHints], ParsedSize] = {}
        self._keys: dict[tuple[str | None, ...], int] = {}

    def assign(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Adds `variant_key` to rows that have the columns of VARIANT.

        The known ones are kept in a dict: joining each chunk with a table of all of them would
        take longer with every chunk.
        """
        distinct = rows.select(pl.col(WANTED)).unique(VARIANT, keep="first", maintain_order=True)
        texts = distinct.select(VARIANT)
        keys = [
            self._add(text, place, distinct) if (key := self._keys.get(text)) is None else key
            for place, text in enumerate(texts.iter_rows())
        ]
        numbered = texts.with_columns(pl.Series("variant_key", keys, pl.Int32))
        return rows.join(numbered, on=VARIANT, how="left", nulls_equal=True, maintain_order="left")

    def _add(self, text: tuple[str | None, ...], place: int, distinct: pl.DataFrame) -> int:
        row = distinct.row(place, named=True)
        product_key, hints = self._product(row)
        size = self._size(row["size"], hints)
        key = self._keys[text] = len(self._keys)
        self.variants.append(
            StagedVariant(
                key=key,
                product_key=product_key,
                size_system=size.system,
                size_value=size.value,
                size_label=size.label,
                size_sort_key=size.sort_key,
                certain=size.confidence >= CERTAIN,
            )
        )
        return key

    def _product(self, row: dict[str, str | None]) -> tuple[int, SizeHints]:
        texts = row["name"], row["style"]
        found = self._products.get(texts)
        if found is None:
            product = self._recognise(row)
            self.products.append(product)
            hints = size_hints(product.name, product.brand, product.category)
            found = self._products[texts] = (product.key, hints)
        return found

    def _recognise(self, row: dict[str, str | None]) -> StagedProduct:
        name = " ".join((row["name"] or "").split())
        match = recognise_brand(name)
        brand = match.brand if match else None
        retail = row.get("retail_price")
        return StagedProduct(
            key=len(self.products),
            name=name,
            brand=brand,
            category=recognise_category(name, brand),
            style_code=row["style"],
            style_codes=split_style_codes(row["style"]),
            release_date=row.get("release_date"),
            retail_price=Decimal(retail) if retail else None,
            retail_currency=self._currency if retail else None,
        )

    def _size(self, text: str | None, hints: SizeHints) -> ParsedSize:
        found = self._sizes.get((text, hints))
        if found is None:
            found = self._sizes[text, hints] = parse_size_with(text, hints)
        return found
