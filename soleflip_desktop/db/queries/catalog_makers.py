"""Records of the catalogue that are found, or made where they are missing: many with one statement.

Whoever else makes the same at the same time, there is one of each in the end.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from soleflip_desktop.domain.catalog import IdentifierScheme
from soleflip_desktop.domain.sizes import ParsedSize

Connection = psycopg.Connection[Any]

#: The first spelling of a name makes the brand.
BRANDS = """
INSERT INTO catalog.brand (name)
SELECT DISTINCT ON (lower(n)) n FROM unnest(%(names)s::text[]) WITH ORDINALITY AS w (n, place)
WHERE NOT EXISTS (SELECT FROM catalog.brand b WHERE lower(b.name) = lower(n))
ORDER BY lower(n), place
ON CONFLICT (lower(name)) DO NOTHING
"""
BRAND_IDS = """
SELECT n, b.id FROM unnest(%(names)s::text[]) AS n
JOIN catalog.brand b ON lower(b.name) = lower(n)
"""
CATEGORIES = """
INSERT INTO catalog.category (name)
SELECT DISTINCT n FROM unnest(%(names)s::text[]) AS n
WHERE NOT EXISTS (SELECT FROM catalog.category c WHERE c.name = n AND c.parent_id IS NULL)
ON CONFLICT ON CONSTRAINT uq_category_parent_id_name DO NOTHING
"""
CATEGORY_IDS = """
SELECT name, id FROM catalog.category WHERE name = ANY(%(names)s) AND parent_id IS NULL
"""
SIZES = """
INSERT INTO catalog.size (system, value, label, sort_key)
SELECT system, value, label, sort_key
FROM jsonb_to_recordset(%s) AS w (system text, value text, label text, sort_key numeric)
WHERE NOT EXISTS (
    SELECT FROM catalog.size z WHERE z.system = w.system AND z.value = w.value
)
ON CONFLICT ON CONSTRAINT uq_size_system_value DO NOTHING
"""
SIZE_IDS = """
SELECT z.system, z.value, z.id
FROM unnest(%s::text[], %s::text[]) AS w (system, value) JOIN catalog.size z USING (system, value)
"""
VARIANTS = """
INSERT INTO catalog.product_variant (product_id, size_id)
SELECT DISTINCT w.product_id, w.size_id
FROM unnest(%(products)s::bigint[], %(sizes)s::bigint[]) AS w (product_id, size_id)
WHERE NOT EXISTS (
    SELECT FROM catalog.product_variant v
    WHERE v.product_id = w.product_id AND v.size_id = w.size_id
)
ON CONFLICT ON CONSTRAINT uq_product_variant_product_id_size_id DO NOTHING
RETURNING id
"""
VARIANT_IDS = """
SELECT v.product_id, v.size_id, v.id
FROM unnest(%(products)s::bigint[], %(sizes)s::bigint[]) AS w (product_id, size_id)
JOIN catalog.product_variant v USING (product_id, size_id)
"""
PRODUCTS = """
INSERT INTO catalog.product
    (brand_id, category_id, name, style_code, style_code_key, colourway)
SELECT brand_id, category_id, name, style_code, style_code_key, colourway
FROM jsonb_to_recordset(%s) AS w (brand_id bigint, category_id bigint, name text, style_code text,
    style_code_key text, colourway text)
ON CONFLICT ON CONSTRAINT uq_product_brand_id_style_code_key_name DO NOTHING
"""
PRODUCT_IDS = """
SELECT w.place, p.id
FROM jsonb_to_recordset(%s) AS w (place int, brand_id bigint, name text, style_code_key text)
JOIN catalog.product p ON p.name = w.name AND p.brand_id IS NOT DISTINCT FROM w.brand_id
    AND p.style_code_key IS NOT DISTINCT FROM w.style_code_key
"""
IDENTIFIERS = """
INSERT INTO catalog.product_identifier (product_id, variant_id, scheme, value)
SELECT DISTINCT product_id, variant_id, scheme, value
FROM jsonb_to_recordset(%s)
    AS w (product_id bigint, variant_id bigint, scheme text, value text)
WHERE NOT EXISTS (
    SELECT FROM catalog.product_identifier k
    WHERE k.scheme = w.scheme AND k.value = w.value AND k.product_id = w.product_id
        AND k.variant_id IS NOT DISTINCT FROM w.variant_id
)
ON CONFLICT ON CONSTRAINT uq_product_identifier_scheme_value_product_id_variant_id DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class NewProduct:
    """A product to be found or made by brand, style codes and name."""

    name: str
    brand: str | None
    category: str
    style_code: str | None
    codes: tuple[str, ...]
    colourway: str | None = None

    @property
    def style_code_key(self) -> str | None:
        return " / ".join(self.codes) or None


@dataclass(frozen=True, slots=True)
class Identifier:
    """A code of a product, or with `variant_id` of one size of it."""

    product_id: int
    variant_id: int | None
    scheme: IdentifierScheme
    value: str


def brand_ids(connection: Connection, names: Collection[str]) -> dict[str, int]:
    """Found without regard to case."""
    return _by_name(connection, BRANDS, BRAND_IDS, names)


def category_ids(connection: Connection, names: Collection[str]) -> dict[str, int]:
    return _by_name(connection, CATEGORIES, CATEGORY_IDS, names)


def _by_name(
    connection: Connection, make: str, find: str, names: Collection[str]
) -> dict[str, int]:
    values = {"names": list(names)}
    connection.execute(make.encode(), values)
    return dict(connection.execute(find.encode(), values).fetchall())


def product_ids(connection: Connection, wanted: Sequence[NewProduct]) -> list[int]:
    """The id of each, in this order; style codes are kept as identifiers, too."""
    brands = brand_ids(connection, {p.brand for p in wanted if p.brand})
    categories = category_ids(connection, {p.category for p in wanted})
    values = Jsonb(
        [
            {
                "place": place,
                "brand_id": brands[product.brand] if product.brand else None,
                "category_id": categories[product.category],
                "name": product.name,
                "style_code": product.style_code if product.codes else None,
                "style_code_key": product.style_code_key,
                "colourway": product.colourway,
            }
            for place, product in enumerate(wanted)
        ]
    )
    connection.execute(PRODUCTS, (values,))
    found = dict(connection.execute(PRODUCT_IDS, (values,)).fetchall())
    ids = [found[place] for place in range(len(wanted))]
    styles = (
        Identifier(product_id, None, IdentifierScheme.STYLE, code)
        for product_id, product in zip(ids, wanted, strict=True)
        for code in product.codes
    )
    add_identifiers(connection, styles)
    return ids


def size_ids(connection: Connection, sizes: Iterable[ParsedSize]) -> dict[tuple[str, str], int]:
    """By system and value."""
    wanted = {(size.system.value, size.value): size for size in sizes}
    values = [
        {
            "system": size.system,
            "value": size.value,
            "label": size.label,
            "sort_key": str(size.sort_key),
        }
        for size in wanted.values()
    ]
    connection.execute(SIZES, (Jsonb(values),))
    keys = ([system for system, _ in wanted], [value for _, value in wanted])
    rows = connection.execute(SIZE_IDS, keys)
    return {(system, value): size_id for system, value, size_id in rows}


def variant_ids(
    connection: Connection, pairs: Collection[tuple[int, int]]
) -> tuple[dict[tuple[int, int], int], frozenset[int]]:
    """The variant of each product and size, and which of them are new."""
    values = {"products": [p for p, _ in pairs], "sizes": [s for _, s in pairs]}
    made = frozenset(row[0] for row in connection.execute(VARIANTS, values))
    rows = connection.execute(VARIANT_IDS, values)
    return {(product, size): variant for product, size, variant in rows}, made


def add_identifiers(connection: Connection, identifiers: Iterable[Identifier]) -> None:
    """Those that are stored already stay as they are."""
    values = [
        {
            "product_id": identifier.product_id,
            "variant_id": identifier.variant_id,
            "scheme": identifier.scheme,
            "value": identifier.value,
        }
        for identifier in dict.fromkeys(identifiers)
    ]
    if values:
        connection.execute(IDENTIFIERS, (Jsonb(values),))
