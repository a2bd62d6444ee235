"""What can be bought and sold: brands, categories, sizes, products and their variants."""

from __future__ import annotations

from enum import StrEnum


class PatternKind(StrEnum):
    """How a brand pattern is matched against an item's name."""

    PREFIX = "prefix"
    KEYWORD = "keyword"
    REGEX = "regex"


class Audience(StrEnum):
    """Who a product is cut for."""

    MEN = "men"
    WOMEN = "women"
    YOUTH = "youth"
    CHILD = "child"
    UNISEX = "unisex"


class IdentifierScheme(StrEnum):
    """Whose code an identifier is."""

    STYLE = "style"
    SKU = "sku"
    EAN = "ean"
    UPC = "upc"
    STOCKX_PRODUCT = "stockx_product"
    STOCKX_VARIANT = "stockx_variant"
    ALIAS_CATALOG = "alias_catalog"
    EBAY_EPID = "ebay_epid"
