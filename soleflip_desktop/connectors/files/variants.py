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
        self._known = pl.DataFrame(
            schema=dict.fromkeys(VARIANT, pl.String) | {"variant_key": pl.Int32}
        )

    def assign(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Adds `variant_key` to rows that have the columns of VARIANT."""
        distinct = rows.select(pl.col("^(name|style|size|retail_price|release_date)$")).unique(
            VARIANT, keep="first", maintain_order=True
        )
        new = distinct.join(self._known, on=VARIANT, how="anti", nulls_equal=True)
        if len(new):
            first = len(self.variants)
            for row in new.iter_rows(named=True):
                self._add(row)
            keys = pl.int_range(first, len(self.variants), dtype=pl.Int32, eager=True)
            added = new.select(VARIANT).with_columns(keys.alias("variant_key"))
            self._known = pl.concat([self._known, added])
        return rows.join(
            self._known, on=VARIANT, how="left", nulls_equal=True, maintain_order="left"
        )

    def _add(self, row: dict[str, str | None]) -> None:
        product_key, hints = self._product(row)
        size = self._size(row["size"], hints)
        self.variants.append(
            StagedVariant(
                key=len(self.variants),
                product_key=product_key,
                size_system=size.system,
                size_value=size.value,
                size_label=size.label,
                size_sort_key=size.sort_key,
                certain=size.confidence >= CERTAIN,
            )
        )

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
