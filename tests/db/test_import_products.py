"""Lists of products, suppliers and prices: what is found, what is made, what is changed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from helpers.staged_loads import Row, StagedLoads
from soleflip_desktop.db.engine import Database
from soleflip_desktop.domain.import_fields import Target
from soleflip_desktop.domain.import_plan import Identity, ImportMode

pytestmark = pytest.mark.db

PRODUCT: Row = {
    "name": "Dunk Low Panda",
    "brand": "Nike",
    "style": "DD1391-100",
    "audience": "men",
    "retail_price": "109.99",
    "retail_currency": "EUR",
}
OTHER: Row = PRODUCT | {"name": "Samba OG", "brand": "adidas", "style": "B75806"}
OFFER: Row = {
    "name": "Samba OG",
    "style": "B75806",
    "size": "EU 42",
    "supplier": "Shoe Shop",
    "price": "60.00",
    "price_currency": "EUR",
}
STORED = "SELECT name, audience, retail_price::text, image_url, version FROM catalog.product"


@pytest.fixture
def loads(database: Database) -> StagedLoads:
    return StagedLoads(database)


def products(loads: StagedLoads, rows: list[Row], identity: Identity = Identity.NAME) -> None:
    loads.run(Target.PRODUCTS, rows, identity)


def ids(loads: StagedLoads) -> list[int]:
    return [key for (key,) in loads.rows("SELECT id FROM catalog.product ORDER BY name")]


# -- products ----------------------------------------------------------------------------------


def test_new_products_come_in_with_all_their_columns(loads: StagedLoads) -> None:
    rows = [PRODUCT | {"image_url": "https://x.test/1"}, OTHER]
    done = loads.run(Target.PRODUCTS, rows, Identity.NAME)
    assert done.classes == {}
    assert loads.rows(f"{STORED} ORDER BY name DESC") == [
        ("Samba OG", "men", "109.99", None, 2),
        ("Dunk Low Panda", "men", "109.99", "https://x.test/1", 2),
    ]
    journal = loads.rows(
        "SELECT entity, count(*), min(row_no), max(version) FROM integration.import_change "
        "WHERE operation = 'I' GROUP BY entity ORDER BY entity"
    )
    assert journal == [
        ("brand", 2, None, None),
        ("category", 1, None, None),
        ("identifier", 2, 1, None),
        ("product", 2, 1, 2),
    ]


def test_a_list_without_sizes_makes_none(loads: StagedLoads) -> None:
    products(loads, [PRODUCT | {"ean": "0194500874817"}])
    assert loads.rows("SELECT count(*) FROM catalog.product_variant") == [(0,)]


def test_rows_of_one_product_make_its_sizes_and_their_eans(loads: StagedLoads) -> None:
    rows = [PRODUCT | {"size": f"US {size}", "ean": f"019450087481{size}"} for size in (7, 8)]
    assert loads.run(Target.PRODUCTS, rows, Identity.STYLE).classes == {}
    assert loads.rows(
        "SELECT z.label, k.value FROM catalog.product_variant v JOIN catalog.size z "
        "ON z.id = v.size_id JOIN catalog.product_identifier k ON k.variant_id = v.id ORDER BY 1"
    ) == [("US 7", "0194500874817"), ("US 8", "0194500874818")]
    again = loads.run(Target.PRODUCTS, rows, Identity.STYLE)
    assert [again.of(row) for row in (1, 2)] == ["unchanged", "unchanged"]


def test_a_new_size_and_a_new_ean_are_changes_of_a_stored_product(loads: StagedLoads) -> None:
    products(loads, [PRODUCT | {"size": "US 7"}])
    rows = [PRODUCT | {"size": "US 7", "ean": "1"}, PRODUCT | {"size": "US 8", "ean": "2"}]
    done = loads.run(Target.PRODUCTS, rows, Identity.NAME)
    assert done.changes == [
        (1, {"ean": None}, {"ean": "1"}),
        (2, {"size": None, "ean": None}, {"size": "US 8", "ean": "2"}),
    ]
    assert loads.rows("SELECT value FROM catalog.product_identifier WHERE scheme = 'ean'") == [
        ("1",),
        ("2",),
    ]


@pytest.mark.parametrize("identity", [Identity.STYLE, Identity.NAME])
def test_a_found_product_changes_in_the_cells_that_differ(
    loads: StagedLoads, identity: Identity
) -> None:
    products(loads, [PRODUCT, OTHER])
    done = loads.run(
        Target.PRODUCTS, [PRODUCT | {"retail_price": "120.00", "audience": None}, OTHER], identity
    )
    assert done.classes == {1: ("changed", None), 2: ("unchanged", None)}
    assert done.changes == [
        (1, {"retail_price": Decimal("109.99")}, {"retail_price": Decimal("120.00")})
    ]
    assert loads.rows(f"{STORED} WHERE name LIKE 'Dunk%'") == [
        ("Dunk Low Panda", "men", "120.00", None, 3)
    ]


def test_a_style_code_finds_a_product_under_another_name(loads: StagedLoads) -> None:
    products(loads, [PRODUCT])
    row = {"name": "Nike Dunk Low", "style": "DD1391-100", "audience": "women"}
    assert loads.run(Target.PRODUCTS, [row], Identity.STYLE).of(1) == "changed"
    assert loads.rows(STORED) == [("Dunk Low Panda", "women", "109.99", None, 3)]


def test_two_products_with_the_style_code_are_a_conflict(loads: StagedLoads) -> None:
    products(loads, [PRODUCT, PRODUCT | {"name": "Dunk Low Panda 2021"}])
    row = {"name": "Panda", "style": "DD1391-100"}
    done = loads.run(Target.PRODUCTS, [row, PRODUCT], Identity.STYLE, check=True)
    assert done.classes == {
        1: (
            "conflict",
            "2 stored products have the style code DD1391-100; import by Product ID instead.",
        ),
        2: ("unchanged", None),
    }


def test_our_number_lets_brand_category_and_name_change(loads: StagedLoads) -> None:
    products(loads, [PRODUCT, OTHER])
    first, second = ids(loads)
    texts = {"name": "Dunk Low", "brand": "Jordan", "category": "Boots", "style": "0560771"}
    rows = [
        PRODUCT | {"product_id": first} | texts,
        OTHER | {"product_id": second, "brand": "ADIDAS"},
    ]
    done = loads.run(Target.PRODUCTS, rows, Identity.ID)
    assert done.classes == {1: ("changed", None), 2: ("unchanged", None)}
    assert done.changes[0][1:] == (
        {
            "name": "Dunk Low Panda",
            "brand": "Nike",
            "category": "Sneakers",
            "style_code": "DD1391-100",
            "style_code_key": "DD1391-100",
        },
        {
            "name": "Dunk Low",
            "brand": "Jordan",
            "category": "Boots",
            "style_code": "0560771",
            "style_code_key": "0560771",
        },
    )
    assert loads.rows(
        "SELECT p.name, b.name, c.name, p.style_code_key FROM catalog.product p JOIN catalog.brand "
        "b ON b.id = p.brand_id JOIN catalog.category c ON c.id = p.category_id WHERE p.id = :id",
        id=first,
    ) == [("Dunk Low", "Jordan", "Boots", "0560771")]
    assert loads.rows("SELECT count(*) FROM catalog.product") == [(2,)]


def test_numbers_that_are_wrong_or_taken_texts_are_conflicts(loads: StagedLoads) -> None:
    products(loads, [PRODUCT, OTHER])
    first, second = ids(loads)
    rows = [
        OTHER | {"product_id": first},
        PRODUCT | {"product_id": 999_999},
        PRODUCT | {"product_id": second, "name": "New one"},
        PRODUCT | {"product_id": None, "name": "New one"},
    ]
    done = loads.run(Target.PRODUCTS, rows, Identity.ID)
    taken = f"Product {second} has this brand, style code and name already."
    assert done.classes == {
        1: ("conflict", taken),
        2: ("conflict", "There is no product 999999; leave the number out to add a new one."),
        3: ("changed", None),
        4: ("conflict", "Row 3 has the same brand, style code and name."),
    }


def test_repeated_rows_and_contradicting_ones(loads: StagedLoads) -> None:
    rows = [PRODUCT, PRODUCT, PRODUCT | {"audience": "women"}]
    done = loads.run(Target.PRODUCTS, rows, Identity.NAME)
    assert done.classes == {
        2: ("duplicate", None),
        3: ("conflict", "Row 1 says something else about the same product."),
    }


def test_emptied_cells_take_the_currency_along(loads: StagedLoads) -> None:
    products(loads, [PRODUCT])
    (number,) = ids(loads)
    row = {
        "product_id": number,
        "name": "Dunk Low Panda",
        "style": None,
        "brand": None,
        "retail_price": None,
        "cleared": "{retail_price,style,brand}",
    }
    done = loads.run(Target.PRODUCTS, [row], Identity.ID)
    assert done.of(1) == "changed"
    stored = "SELECT brand_id, style_code, style_code_key, retail_price, retail_currency"
    assert loads.rows(f"{stored} FROM catalog.product") == [(None,) * 5]
    kept = loads.run(Target.PRODUCTS, [row | {"cleared": "{name}"}], Identity.ID, check=True)
    assert kept.of(1) == "conflict"


@pytest.mark.parametrize(
    ("mode", "classes"),
    [
        (ImportMode.INSERT, ["skipped", "new"]),
        (ImportMode.UPDATE, ["changed", "skipped"]),
        (ImportMode.BOTH, ["changed", "new"]),
    ],
)
def test_modes(loads: StagedLoads, mode: ImportMode, classes: list[str]) -> None:
    products(loads, [PRODUCT])
    rows = [PRODUCT | {"audience": "women"}, OTHER]
    done = loads.run(Target.PRODUCTS, rows, Identity.NAME, mode)
    assert [done.of(row) for row in (1, 2)] == classes


def test_a_check_writes_nothing(loads: StagedLoads) -> None:
    rows = [PRODUCT | {"size": "US 7", "ean": "1"}]
    assert loads.run(Target.PRODUCTS, rows, Identity.NAME, check=True).classes == {}
    for table in ("catalog.product", "catalog.size", "integration.import_change"):
        assert loads.rows(f"SELECT count(*) FROM {table}") == [(0,)]


# -- suppliers ---------------------------------------------------------------------------------

SUPPLIER: Row = {"supplier": "Shoe Shop", "email": "shop@x.test", "country": "DE", "notes": "a"}


def test_suppliers_are_found_by_name_in_any_case(loads: StagedLoads) -> None:
    assert loads.run(Target.SUPPLIERS, [SUPPLIER], Identity.NAME).classes == {}
    again = SUPPLIER | {"supplier": "SHOE shop", "notes": "b", "email": None}
    done = loads.run(Target.SUPPLIERS, [again], Identity.NAME)
    assert done.changes == [(1, {"notes": "a"}, {"notes": "b"})]
    stored = "SELECT name, email, country, status, notes, version FROM suppliers.supplier"
    assert loads.rows(stored) == [("Shoe Shop", "shop@x.test", "DE", "active", "b", 2)]
    journal = "SELECT operation, row_no, version FROM integration.import_change ORDER BY id"
    assert loads.rows(journal) == [("I", 1, 1), ("U", 1, 2)]


def test_a_supplier_is_renamed_by_its_number_only(loads: StagedLoads) -> None:
    loads.run(Target.SUPPLIERS, [SUPPLIER, {"supplier": "Outlet"}], Identity.NAME)
    numbers = [key for (key,) in loads.rows("SELECT id FROM suppliers.supplier ORDER BY name")]
    rows = [
        {"supplier_id": numbers[0], "supplier": "Outlet Nord"},
        {"supplier_id": numbers[1], "supplier": "outlet"},
        {"supplier_id": 999_999, "supplier": "Nobody"},
        {"supplier_id": None, "supplier": None},
        {"supplier_id": None, "supplier": "Fresh"},
    ]
    done = loads.run(Target.SUPPLIERS, rows, Identity.ID)
    assert done.classes == {
        1: ("changed", None),
        2: ("conflict", f"Supplier {numbers[0]} is called Outlet already."),
        3: ("conflict", "There is no supplier 999999; leave the number out to add a new one."),
        4: ("conflict", "The row names no supplier."),
    }
    assert loads.rows("SELECT name FROM suppliers.supplier ORDER BY name") == [
        ("Fresh",),
        ("Outlet Nord",),
        ("Shoe Shop",),
    ]


def test_suppliers_that_stand_twice_and_cells_that_cannot_be_emptied(loads: StagedLoads) -> None:
    rows = [
        SUPPLIER,
        SUPPLIER,
        SUPPLIER | {"notes": "b"},
        SUPPLIER | {"supplier": "Outlet", "cleared": "{supplier_status}"},
    ]
    done = loads.run(Target.SUPPLIERS, rows, Identity.NAME)
    assert [done.of(row) for row in range(1, 5)] == ["new", "duplicate", "conflict", "conflict"]
    emptied = [SUPPLIER | {"notes": None, "cleared": "{notes}"}]
    assert loads.run(Target.SUPPLIERS, emptied, Identity.NAME).changes == [
        (1, {"notes": "a"}, {"notes": None})
    ]


# -- prices ------------------------------------------------------------------------------------

PRICES = "SELECT source, price::text, availability FROM pricing.source_price ORDER BY id"


def test_an_offer_that_says_the_same_is_no_new_observation(loads: StagedLoads) -> None:
    assert loads.run(Target.PRICES, [OFFER], Identity.OFFER).classes == {}
    again = [OFFER, OFFER | {"size": "EU 43"}]
    done = loads.run(Target.PRICES, again, Identity.OFFER)
    assert [done.of(row) for row in (1, 2)] == ["unchanged", "new"]
    cheaper = loads.run(Target.PRICES, [OFFER | {"price": "55.00"}], Identity.OFFER)
    assert cheaper.of(1) == "new"
    assert loads.rows(PRICES) == [
        ("list", "60.00", "unknown"),
        ("list", "60.00", "unknown"),
        ("list", "55.00", "unknown"),
    ]
    assert loads.rows("SELECT count(*) FROM suppliers.supplier") == [(1,)]


def test_an_older_list_again_finds_what_it_said_then(loads: StagedLoads) -> None:
    may = OFFER | {"seen_at": "2024-05-01 00:00:00+00"}
    june = OFFER | {"seen_at": "2024-06-01 00:00:00+00", "price": "70.00"}
    for row in (may, june):
        loads.run(Target.PRICES, [row], Identity.OFFER)
    done = loads.run(Target.PRICES, [may, june], Identity.OFFER)
    assert [done.of(row) for row in (1, 2)] == ["unchanged", "unchanged"]
    other = loads.run(Target.PRICES, [may | {"price": "1.00"}], Identity.OFFER)
    assert other.classes == {1: ("conflict", "Another price is stored for the same moment.")}


def test_an_ean_that_we_know_finds_the_size(loads: StagedLoads) -> None:
    products(loads, [OTHER | {"size": "EU 42", "ean": "4066746484345"}])
    row = OFFER | {"name": "adidas Samba shoes white", "style": None, "ean": "4066746484345"}
    assert loads.run(Target.PRICES, [row], Identity.OFFER).of(1) == "new"
    assert loads.rows(
        "SELECT p.name FROM pricing.source_price s JOIN catalog.product_variant v "
        "ON v.id = s.variant_id JOIN catalog.product p ON p.id = v.product_id"
    ) == [("Samba OG",)]
    assert loads.rows("SELECT count(*) FROM catalog.product") == [(1,)]


def test_offers_that_stand_twice_or_lack_something(loads: StagedLoads) -> None:
    rows = [
        OFFER,
        OFFER,
        OFFER | {"price": "61.00"},
        OFFER | {"supplier": None},
        OFFER | {"size": "EU 44", "price": None},
        OFFER | {"supplier": "SHOE SHOP", "size": "EU 45"},
    ]
    done = loads.run(Target.PRICES, rows, Identity.OFFER)
    assert done.classes == {
        2: ("duplicate", None),
        3: ("conflict", "Row 1 says something else about the same offer."),
        4: ("conflict", "The row names no supplier."),
        5: ("conflict", "The row names no price."),
    }
    assert loads.rows("SELECT name FROM suppliers.supplier") == [("Shoe Shop",)]


@pytest.mark.parametrize(
    ("mode", "classes"),
    [(ImportMode.INSERT, ["skipped", "new"]), (ImportMode.UPDATE, ["new", "skipped"])],
)
def test_modes_of_prices(loads: StagedLoads, mode: ImportMode, classes: list[str]) -> None:
    loads.run(Target.PRICES, [OFFER], Identity.OFFER)
    rows = [OFFER | {"price": "61.00"}, OFFER | {"size": "EU 44"}]
    done = loads.run(Target.PRICES, rows, Identity.OFFER, mode)
    assert [done.of(row) for row in (1, 2)] == classes
