"""Category recognition: head nouns, models, brands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soleflip_desktop.domain.brands import recognise_brand
from soleflip_desktop.domain.categories import (
    Audience,
    Category,
    SizeHints,
    recognise_category,
    size_hints,
)

C = Category


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("Nike Dunk Low Retro White Black Panda (GS)", C.SNEAKERS),  # reference 7.2, 130-134
        ("Crocs Classic Clog Wu-Tang", C.FOOTWEAR),
        ("Nike x NOCTA Running Camo Cap", C.ACCESSORIES),
        ("Air Jordan T-Shirt", C.APPAREL),
        ("Jordan Flight Shorts", C.APPAREL),  # mistakes of 3.2
        ("Nike Air Max Hoodie", C.APPAREL),
        ("ASICS Gel-Kayano 14", C.SNEAKERS),
        ("Birkenstock Boston", C.FOOTWEAR),
        ("LEGO Star Wars Millennium Falcon Set", C.TOYS),
        ("LEGO London Phone Booth", C.TOYS),
        ("Artist Signature Edition", C.OTHER),
        ("Telfar Shopping Bag Small", C.ACCESSORIES),
        ("KAWS Holiday Japan Figure", C.COLLECTIBLES),
        ("KAWS Companion Open Edition", C.COLLECTIBLES),
        ("Taschen Virgil Abloh Nike ICONS Book", C.COLLECTIBLES),
        ("Jordan 11 Retro Cap and Gown", C.SNEAKERS),
        ("Nike SB Dunk Low Comic Book", C.SNEAKERS),
        ("Nike Dunk Low SE Jersey", C.SNEAKERS),
        ("Jordan 1 Mid Shell Toe Cap", C.SNEAKERS),
        ("New Era 59Fifty Yankees Cap", C.ACCESSORIES),
        ("KAWS Figure with Book", C.COLLECTIBLES),
        ("Supreme Box Logo Hooded Sweatshirt", C.APPAREL),
        ("Supreme Nike Shoulder Bag", C.ACCESSORIES),
        ("Supreme Hoodie Keychain", C.ACCESSORIES),
        ("Supreme Skateboard Deck", C.COLLECTIBLES),
        ("Yeezy Slide Onyx", C.FOOTWEAR),
        ("Adidas-Yeezy-Boost-350-V2-Zebra", C.SNEAKERS),
        ("Air-Jordan-1-Retro-High-Off-White-White", C.SNEAKERS),
        ("Nike-Blazer-Mid-Off-White-All-Hallows-Eve", C.SNEAKERS),
        ("Pokemon TCG Scarlet Booster Box", C.TRADING_CARDS),
        ("Hot Wheels Tesla Cybertruck", C.TOYS),
        ("Sony PlayStation 5 Console", C.ELECTRONICS),
        ("Reebok Question", C.SNEAKERS),
        ("Stanley Quencher H2.0", C.ACCESSORIES),
        ("Levi's 501", C.APPAREL),
        ("The North Face Nuptse Jacket", C.APPAREL),
        ("Timberland 6 Inch Premium Boot", C.FOOTWEAR),
        ("Air Force 1 White", C.SNEAKERS),
        ("Unknown thing", C.OTHER),
        ("", C.OTHER),
    ],
)
def test_category(name: str, category: Category) -> None:
    match = recognise_brand(name)
    assert recognise_category(name, match.brand if match else None) is category


def test_without_a_brand_the_model_decides() -> None:
    assert recognise_category("Dunk Low Panda", None) is C.SNEAKERS


@pytest.mark.parametrize(
    ("hints", "expected"),
    [
        (size_hints("", None, None), SizeHints()),
        (size_hints("Nike Dunk (W)", "Nike", None), SizeHints(audience=Audience.WOMEN)),
        (size_hints("Mesh Shorts", None, None), SizeHints(bottoms=True, shoe=False)),
        (size_hints("501", "Levi's", None), SizeHints(bottoms=True, shoe=False)),
        (size_hints("", None, "Bag"), SizeHints(sizeless=True, shoe=False)),
        (size_hints("", None, "shorts"), SizeHints(bottoms=True, shoe=False)),
        (size_hints("Dickies Shoe", "Dickies", "footwear"), SizeHints()),
    ],
)
def test_size_hints(hints: SizeHints, expected: SizeHints) -> None:
    assert hints == expected


@given(st.text(max_size=80), st.one_of(st.none(), st.text(max_size=10)))
def test_never_raises(name: str, brand: str | None) -> None:
    assert recognise_category(name, brand) in Category
