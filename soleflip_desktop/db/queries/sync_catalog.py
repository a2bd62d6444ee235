"""Which of our sizes a platform means: by its ids, by EAN, by style code or name; else it is made.

A product without a style code is another one than its namesake with a code, as in imports: which
of several codes would be a guess.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from soleflip_desktop.db.queries import unit_drafts
from soleflip_desktop.db.queries.catalog_makers import (
    Identifier,
    NewProduct,
    add_identifiers,
    product_ids,
    size_ids,
    variant_ids,
)
from soleflip_desktop.db.queries.unit_drafts import ProductFacts
from soleflip_desktop.domain.brands import recognise_brand
from soleflip_desktop.domain.catalog import IdentifierScheme
from soleflip_desktop.domain.categories import recognise_category
from soleflip_desktop.domain.marketplace import RemoteVariant
from soleflip_desktop.domain.sizes import ParsedSize, SizeSystem, parse_size
from soleflip_desktop.domain.style_codes import split_style_codes

Connection = psycopg.Connection[Any]

#: A code that means several sizes tells nothing (alias has one id for all sizes of a product).
BY_VARIANT = """
SELECT k.scheme, k.value, min(k.variant_id)
FROM unnest(%s::text[], %s::text[]) AS w (scheme, value)
JOIN catalog.product_identifier k USING (scheme, value)
WHERE k.variant_id IS NOT NULL
GROUP BY k.scheme, k.value HAVING count(DISTINCT k.variant_id) = 1
"""
BY_PRODUCT = """
SELECT k.scheme, k.value, min(k.product_id)
FROM unnest(%s::text[], %s::text[]) AS w (scheme, value)
JOIN catalog.product_identifier k USING (scheme, value)
GROUP BY k.scheme, k.value HAVING count(DISTINCT k.product_id) = 1
"""
BY_STYLE = """
SELECT p.style_code_key, p.id, lower(p.name), lower(b.name)
FROM catalog.product p LEFT JOIN catalog.brand b ON b.id = p.brand_id
WHERE p.style_code_key = ANY(%(keys)s)
UNION
SELECT k.value, p.id, lower(p.name), lower(b.name)
FROM catalog.product_identifier k JOIN catalog.product p ON p.id = k.product_id
LEFT JOIN catalog.brand b ON b.id = p.brand_id
WHERE k.scheme = 'style' AND k.value = ANY(%(keys)s)
ORDER BY 2
"""
BY_NAME = """
SELECT lower(p.name), p.id, p.style_code_key IS NULL
FROM catalog.product p WHERE lower(p.name) = ANY(%s) ORDER BY 2
"""
SIZES = """
SELECT v.product_id, s.system, s.value, lower(s.label), v.id
FROM catalog.product_variant v JOIN catalog.size s ON s.id = v.size_id
WHERE v.product_id = ANY(%s) ORDER BY v.id DESC
"""

_UPC_DIGITS = 12
#: (scheme, value)
_Code = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Resolved:
    """Our variants. `unclear` are those that were made for a size that nobody could read."""

    ids: Mapping[RemoteVariant, int]
    unclear: frozenset[RemoteVariant]


def title(variant: RemoteVariant) -> str:
    """Product and size, for people."""
    return ", ".join(filter(None, (variant.product_name, variant.size_text)))


def resolve(connection: Connection, wanted: Collection[RemoteVariant]) -> Resolved:
    """The variant of each; what is missing of it in the catalogue is made, ids are remembered."""
    ids = by_id(connection, wanted)
    rest = [variant for variant in dict.fromkeys(wanted) if variant not in ids]
    if not rest:
        return Resolved(ids, frozenset())
    by_gtin = _by_gtin(connection, rest)
    products = _products(connection, [variant for variant in rest if variant not in by_gtin])
    sized, unclear = _sized(connection, products)
    found = by_gtin | sized
    _remember(connection, found)
    return Resolved(ids | found, unclear)


def by_id(connection: Connection, wanted: Collection[RemoteVariant]) -> dict[RemoteVariant, int]:
    """Those whose own id is known."""
    codes = {variant: _variant_code(variant) for variant in wanted}
    known = _known(connection, BY_VARIANT, filter(None, codes.values()))
    return {variant: known[code] for variant, code in codes.items() if code in known}


def _variant_code(variant: RemoteVariant) -> _Code | None:
    if variant.variant_id is None or variant.variant_scheme is None:
        return None
    return variant.variant_scheme.value, variant.variant_id


def _product_code(variant: RemoteVariant) -> _Code | None:
    if variant.product_id is None or variant.product_scheme is None:
        return None
    return variant.product_scheme.value, variant.product_id


def _known(connection: Connection, statement: str, codes: Any) -> dict[_Code | None, int]:
    asked = list(dict.fromkeys(codes))
    if not asked:
        return {}
    schemes, values = zip(*asked, strict=True)
    rows = connection.execute(statement.encode(), (list(schemes), list(values)))
    return {(scheme, value): id_ for scheme, value, id_ in rows}


def gtin_codes(variant: RemoteVariant) -> list[_Code]:
    """EANs and UPCs by their length; anything that is not a number is none."""
    return [
        (IdentifierScheme.UPC if len(gtin) == _UPC_DIGITS else IdentifierScheme.EAN, gtin)
        for gtin in variant.gtins
        if gtin.isascii() and gtin.isdigit()
    ]


def _by_gtin(connection: Connection, wanted: Sequence[RemoteVariant]) -> dict[RemoteVariant, int]:
    codes = {variant: gtin_codes(variant) for variant in wanted}
    known = _known(connection, BY_VARIANT, (code for many in codes.values() for code in many))
    meant = {variant: {known[c] for c in many if c in known} for variant, many in codes.items()}
    return {variant: min(ids) for variant, ids in meant.items() if len(ids) == 1}


# -- products ------------------------------------------------------------------------------------


def _products(
    connection: Connection, wanted: Sequence[RemoteVariant]
) -> dict[RemoteVariant, ProductFacts]:
    if not wanted:
        return {}
    found = known_products(connection, wanted)
    new = {v: _new_product(v) for v in wanted if v not in found}
    kinds = list(dict.fromkeys(new.values()))
    made = dict(zip(kinds, product_ids(connection, kinds), strict=True)) if kinds else {}
    ids = found | {variant: made[product] for variant, product in new.items()}
    facts = unit_drafts.facts(connection, set(ids.values()))
    return {variant: facts[id_] for variant, id_ in ids.items()}


def known_products(
    connection: Connection, wanted: Sequence[RemoteVariant]
) -> dict[RemoteVariant, int]:
    """Stored products: by the platform's id, else by style code, else by name without a code."""
    codes = {variant: _product_code(variant) for variant in wanted}
    known = _known(connection, BY_PRODUCT, filter(None, codes.values()))
    found = {variant: known[code] for variant, code in codes.items() if code in known}
    rest = [variant for variant in wanted if variant not in found]
    return found | (_by_texts(connection, rest) if rest else {})


def _by_texts(connection: Connection, wanted: Sequence[RemoteVariant]) -> dict[RemoteVariant, int]:
    keys = {variant: _style_key(variant) for variant in wanted}
    names = {variant: _name(variant).lower() for variant in wanted}
    styles: dict[str, list[tuple[int, str, str | None]]] = {}
    for key, *product in connection.execute(BY_STYLE, {"keys": list(filter(None, keys.values()))}):
        styles.setdefault(key, []).append((product[0], product[1], product[2]))
    named: dict[str, list[tuple[int, bool]]] = {}
    bare = [names[variant] for variant, key in keys.items() if key is None]
    for name, product_id, without_code in connection.execute(BY_NAME, (bare,)):
        named.setdefault(name, []).append((product_id, without_code))
    found = {
        variant: _by_name(named.get(names[variant], []))
        if key is None
        else _by_style(variant, styles.get(key, []))
        for variant, key in keys.items()
    }
    return {variant: id_ for variant, id_ in found.items() if id_ is not None}


def _by_style(variant: RemoteVariant, products: list[tuple[int, str, str | None]]) -> int | None:
    """Of several with one code the namesake, else the one of that brand, else the oldest."""
    brand = (variant.brand or "").lower()
    ranked = sorted(
        products, key=lambda p: (p[1] != _name(variant).lower(), p[2] not in {None, brand}, p[0])
    )
    return ranked[0][0] if ranked else None


def _by_name(products: list[tuple[int, bool]]) -> int | None:
    """The one without a style code, else the only one."""
    bare = [product_id for product_id, without_code in products if without_code]
    if bare:
        return bare[0]
    return products[0][0] if len(products) == 1 else None


def _new_product(variant: RemoteVariant) -> NewProduct:
    """Where the platform names no brand, the name tells it, as in imports."""
    name = _name(variant)
    match = recognise_brand(name)
    brand = " ".join((variant.brand or "").split()) or (match.brand if match else None)
    codes = split_style_codes(variant.style_code)
    return NewProduct(
        name=name,
        brand=brand,
        category=recognise_category(name, match.brand if match else brand),
        style_code=variant.style_code,
        codes=codes,
        colourway=variant.colourway,
    )


def _name(variant: RemoteVariant) -> str:
    """A product without a name is called by its code, as in imports."""
    name = " ".join(variant.product_name.split())
    return name or variant.style_code or variant.sku or variant.product_id or "Unnamed product"


def _style_key(variant: RemoteVariant) -> str | None:
    return " / ".join(split_style_codes(variant.style_code)) or None


# -- sizes ---------------------------------------------------------------------------------------


def _sized(
    connection: Connection, products: Mapping[RemoteVariant, ProductFacts]
) -> tuple[dict[RemoteVariant, int], frozenset[RemoteVariant]]:
    """The variant of each, and those that are new and whose size could not be read."""
    if not products:
        return {}, frozenset()
    found = known_sizes(connection, products)
    new = {v: _size(v, product) for v, product in products.items() if v not in found}
    if not new:
        return found, frozenset()
    sizes = size_ids(connection, new.values())
    pairs = {v: (products[v].id, sizes[size.system.value, size.value]) for v, size in new.items()}
    variants, made = variant_ids(connection, list(dict.fromkeys(pairs.values())))
    found |= {variant: variants[pair] for variant, pair in pairs.items()}
    unclear = frozenset(
        v for v, size in new.items() if size.system is SizeSystem.OTHER and found[v] in made
    )
    return found, unclear


def known_sizes(
    connection: Connection, products: Mapping[RemoteVariant, ProductFacts]
) -> dict[RemoteVariant, int]:
    """Stored variants: the size as it is read, one of its other names, or the same label."""
    by_size: dict[tuple[int, str, str], int] = {}
    by_label: dict[tuple[int, str], int] = {}
    ids = list({product.id for product in products.values()})
    for product_id, system, value, label, variant_id in connection.execute(SIZES, (ids,)):
        by_size[product_id, system, value] = variant_id
        by_label[product_id, label] = variant_id
    found: dict[RemoteVariant, int] = {}
    for variant, product in products.items():
        size = _size(variant, product)
        names = [(product.id, s.system.value, s.value) for s in (size, *size.equivalent)]
        known = next((by_size[name] for name in names if name in by_size), None)
        known = known or by_label.get((product.id, (variant.size_text or "").strip().lower()))
        if known is not None:
            found[variant] = known
    return found


def _size(variant: RemoteVariant, product: ProductFacts) -> ParsedSize:
    return parse_size(
        variant.size_text,
        item_name=product.name,
        brand=product.brand,
        category=product.category,
    )


# -- ids -----------------------------------------------------------------------------------------

OWNERS = "SELECT id, product_id FROM catalog.product_variant WHERE id = ANY(%s)"


def _remember(connection: Connection, found: Mapping[RemoteVariant, int]) -> None:
    """The platform's ids and the EANs, so that the next time one look is enough."""
    owners = dict(connection.execute(OWNERS, (list(set(found.values())),)).fetchall())
    codes: list[Identifier] = []
    for variant, id_ in found.items():
        product, own = _product_code(variant), _variant_code(variant)
        if product:
            codes.append(Identifier(owners[id_], None, IdentifierScheme(product[0]), product[1]))
        for scheme, value in [*([own] if own else []), *gtin_codes(variant)]:
            codes.append(Identifier(owners[id_], id_, IdentifierScheme(scheme), value))
    add_identifiers(connection, codes)


def remember(connection: Connection, product_id: int, variants: Sequence[RemoteVariant]) -> None:
    """The platform's ids of a stored product and of those of its sizes that are stored."""
    product = unit_drafts.facts(connection, [product_id]).get(product_id)
    if product is None:
        return
    codes = {code for code in map(_product_code, variants) if code}
    add_identifiers(
        connection,
        (Identifier(product_id, None, IdentifierScheme(scheme), v) for scheme, v in sorted(codes)),
    )
    _remember(connection, known_sizes(connection, dict.fromkeys(variants, product)))


def find(connection: Connection, wanted: Collection[RemoteVariant]) -> dict[RemoteVariant, int]:
    """Those that are stored; makes nothing."""
    ids = by_id(connection, wanted)
    rest = [variant for variant in dict.fromkeys(wanted) if variant not in ids]
    products = known_products(connection, rest) if rest else {}
    facts = unit_drafts.facts(connection, set(products.values()))
    return ids | known_sizes(connection, {v: facts[id_] for v, id_ in products.items()})
