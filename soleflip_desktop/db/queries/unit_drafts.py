"""What units are made of: products, sizes and suppliers that are found by name, or made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from soleflip_desktop.db.queries.catalog_makers import (
    NewProduct,
    product_ids,
    size_ids,
    variant_ids,
)
from soleflip_desktop.domain.brands import recognise_brand
from soleflip_desktop.domain.categories import Category
from soleflip_desktop.domain.errors import NotFoundError, UserError
from soleflip_desktop.domain.sizes import SizeSystem, parse_size
from soleflip_desktop.domain.style_codes import split_style_codes
from soleflip_desktop.domain.unit_fields import ProductChoice, UnitDraft

Connection = psycopg.Connection[Any]

PRODUCT = """
SELECT p.id, p.name, b.name, c.name FROM catalog.product p
JOIN catalog.category c ON c.id = p.category_id LEFT JOIN catalog.brand b ON b.id = p.brand_id
"""
NAMED = f"""{PRODUCT}
WHERE lower(p.name) = lower(%(name)s)
    AND (%(key)s::text IS NULL OR p.style_code_key = %(key)s)
    AND (%(brand)s::text IS NULL OR lower(b.name) = lower(%(brand)s))
ORDER BY p.id
"""
SUPPLIER = """
WITH made AS (
    INSERT INTO suppliers.supplier (name) VALUES (%(name)s)
    ON CONFLICT (lower(name)) DO NOTHING RETURNING id
)
SELECT id FROM made UNION ALL SELECT id FROM suppliers.supplier WHERE lower(name) = lower(%(name)s)
LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """A product with what helps to read its sizes."""

    id: int
    name: str
    brand: str | None
    category: str


def facts(connection: Connection, ids: Iterable[int]) -> dict[int, ProductFacts]:
    rows = connection.execute(f"{PRODUCT} WHERE p.id = ANY(%s)", (list(ids),))
    return {row[0]: ProductFacts(*row) for row in rows}


def product_of(connection: Connection, draft: UnitDraft) -> ProductFacts:
    """The draft's product, made where there is none yet.

    Raises NotFoundError for an id that is gone, UserError for a draft that names no product,
    several ones, or an unknown category.
    """
    if draft.product_id is not None:
        found = facts(connection, [draft.product_id])
        if not found:
            raise NotFoundError("This product is no longer there: choose another one.")
        return found[draft.product_id]
    name = " ".join(draft.product.split())
    if not name:
        raise UserError("Which product? Choose one, or enter its name.")
    codes = split_style_codes(draft.style_code)
    key = " / ".join(codes) or None
    known = _named(connection, name, key, draft.brand)
    if len(known) > 1:
        raise UserError(
            f"{len(known)} products are called “{name}”. Enter the style code or the brand too, "
            "or choose one from the list."
        )
    return known[0] if known else _make_product(connection, draft, name, codes)


def _named(
    connection: Connection, name: str, key: str | None, brand: str | None
) -> list[ProductFacts]:
    values = {"name": name, "key": key, "brand": brand or None}
    return [ProductFacts(*row) for row in connection.execute(NAMED, values)]


def _make_product(
    connection: Connection, draft: UnitDraft, name: str, codes: Sequence[str]
) -> ProductFacts:
    """Where no brand is given, the name tells it, as in imports."""
    if draft.category not in set(Category):
        raise UserError(
            f"There is no category “{draft.category}”. Choose one of: {', '.join(Category)}."
        )
    match = recognise_brand(name)
    brand = " ".join((draft.brand or "").split()) or (match.brand if match else None)
    new = NewProduct(name, brand, draft.category, draft.style_code, tuple(codes))
    [product_id] = product_ids(connection, [new])
    return ProductFacts(product_id, name, brand, draft.category)


def _id(connection: Connection, statement: str, values: Any) -> int:
    row = connection.execute(statement, values).fetchone()
    if row is None:  # pragma: no cover
        raise LookupError(statement)
    return int(row[0])


def supplier_id(connection: Connection, name: str) -> int:
    """Found without regard to case, or made."""
    return _id(connection, SUPPLIER, {"name": name})


# -- sizes -------------------------------------------------------------------------------------

VARIANTS = """
SELECT v.product_id, lower(s.label), v.id FROM catalog.product_variant v
JOIN catalog.size s ON s.id = v.size_id WHERE v.product_id = ANY(%s) ORDER BY v.id
"""
#: (product id, size as typed)
Wanted = tuple[int, str]


def variants(connection: Connection, wanted: Iterable[Wanted]) -> dict[Wanted, int | str]:
    """The variant of each size, made where the product has none; or why the text is no size."""
    asked = dict.fromkeys(wanted)
    products = list({product for product, _ in asked})
    known = {
        (product, label): variant
        for product, label, variant in connection.execute(VARIANTS, (products,))
    }
    described = facts(connection, products)
    return {
        (product, text): known.get((product, text.lower()))
        or _variant(connection, described[product], text)
        for product, text in asked
    }


def _variant(connection: Connection, product: ProductFacts, text: str) -> int | str:
    size = parse_size(text, item_name=product.name, brand=product.brand, category=product.category)
    if size.system is SizeSystem.OTHER or not size.confidence:
        return (
            f"“{text}” is not a size that can be read: write it like US 9, EU 42.5, 10C, M or W34."
        )
    [size_id] = size_ids(connection, [size]).values()
    found, _ = variant_ids(connection, [(product.id, size_id)])
    return found[product.id, size_id]


# -- the list of products ----------------------------------------------------------------------

CHOICES = """
SELECT p.id, p.name, b.name, p.style_code,
    coalesce((SELECT array_agg(s.label ORDER BY s.system, s.sort_key)
        FROM catalog.product_variant v JOIN catalog.size s ON s.id = v.size_id
        WHERE v.product_id = p.id), '{}')
FROM catalog.product p LEFT JOIN catalog.brand b ON b.id = p.brand_id
WHERE NOT EXISTS (
    SELECT FROM unnest(%(words)s::text[]) w
    WHERE strpos(lower(concat_ws(' ', b.name, p.name, p.style_code)), w) = 0
)
ORDER BY starts_with(lower(p.style_code), %(text)s) DESC NULLS LAST,
    starts_with(lower(p.name), %(text)s) DESC,
    starts_with(lower(concat_ws(' ', b.name, p.name)), %(text)s) DESC, lower(p.name), p.id
LIMIT 50
"""


def choices(connection: Connection, search: str) -> list[ProductChoice]:
    """The products in which all words occur, the best matches first."""
    words = search.lower().split()
    rows = connection.execute(CHOICES, {"words": words, "text": " ".join(words)})
    return [ProductChoice(row[0], row[1], row[2], row[3], tuple(row[4])) for row in rows]


# -- units -------------------------------------------------------------------------------------

MAKE_UNITS = """
INSERT INTO inventory.item ({columns})
SELECT {values} FROM jsonb_array_elements(%s) WITH ORDINALITY AS e (made, n)
CROSS JOIN LATERAL jsonb_populate_record(NULL::inventory.item, e.made -> 'values') r
CROSS JOIN LATERAL generate_series(1, (e.made ->> 'count')::int)
ORDER BY e.n
"""


def insert_units(
    connection: Connection, values: Mapping[str, Any], counts: Mapping[int, int]
) -> None:
    """So many units of each variant, all with the same further column values."""
    made = [
        {"count": count, "values": {**values, "variant_id": variant}}
        for variant, count in counts.items()
    ]
    columns = [*values, "variant_id"]
    statement = sql.SQL(MAKE_UNITS).format(
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        values=sql.SQL(", ").join(sql.SQL("r.") + sql.Identifier(name) for name in columns),
    )
    connection.execute(statement, (Jsonb(made),))
