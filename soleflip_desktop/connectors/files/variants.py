"""Numbers the distinct products and sizes of a file and recognises each of them once."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from soleflip_desktop.domain.brands import recognise_brand
from soleflip_desktop.domain.categories import recognise_category
from soleflip_desktop.domain.sizes import ParsedSize, parse_size
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
        self._product_keys: dict[tuple[str, str | None], int] = {}
        self._known = pl.DataFrame(
            schema=dict.fromkeys(VARIANT, pl.String) | {"variant_key": pl.Int32}
        )

    def assign(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Adds `variant_key` to rows that have the columns of VARIANT."""
        distinct = rows.unique(VARIANT, keep="first", maintain_order=True)
        new = distinct.join(self._known, on=VARIANT, how="anti", nulls_equal=True)
        if len(new):
            keys = [self._add(row) for row in new.iter_rows(named=True)]
            added = new.select(VARIANT).with_columns(pl.Series("variant_key", keys, pl.Int32))
            self._known = pl.concat([self._known, added])
        return rows.join(
            self._known, on=VARIANT, how="left", nulls_equal=True, maintain_order="left"
        )

    def _add(self, row: dict[str, str | None]) -> int:
        product = self.products[self._product(row)]
        size = self._size(row["size"], product)
        self.variants.append(
            StagedVariant(
                key=len(self.variants),
                product_key=product.key,
                size_system=size.system,
                size_value=size.value,
                size_label=size.label,
                size_sort_key=size.sort_key,
                certain=size.confidence >= CERTAIN,
            )
        )
        return len(self.variants) - 1

    def _product(self, row: dict[str, str | None]) -> int:
        name, style = " ".join((row["name"] or "").split()), row["style"]
        key = self._product_keys.setdefault((name, style), len(self.products))
        if key == len(self.products):
            brand = recognise_brand(name)
            brand_name = brand.brand if brand else None
            codes = split_style_codes(style)
            retail = row.get("retail_price")
            self.products.append(
                StagedProduct(
                    key=key,
                    name=name,
                    brand=brand_name,
                    category=recognise_category(name, brand_name),
                    style_code=style,
                    style_codes=codes,
                    release_date=row.get("release_date"),
                    retail_price=Decimal(retail) if retail else None,
                    retail_currency=self._currency if retail else None,
                )
            )
        return key

    def _size(self, text: str | None, product: StagedProduct) -> ParsedSize:
        return parse_size(
            text, item_name=product.name, brand=product.brand, category=product.category
        )
