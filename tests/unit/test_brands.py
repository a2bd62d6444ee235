"""Brand recognition against the reference's mistakes and the StockX 2019 contest names."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soleflip_desktop.domain.brand_data import BRAND_RULES, SEED_BRANDS, BrandRule, Role
from soleflip_desktop.domain.brands import product_words, recognise_brand

# The 50 names of StockX's public 2019 data contest.
ADIDAS_YEEZY = (
    "Adidas-Yeezy-Boost-350-Low-Moonrock",
    "Adidas-Yeezy-Boost-350-Low-Oxford-Tan",
    "Adidas-Yeezy-Boost-350-Low-Pirate-Black-2015",
    "Adidas-Yeezy-Boost-350-Low-Pirate-Black-2016",
    "Adidas-Yeezy-Boost-350-Low-Turtledove",
    "Adidas-Yeezy-Boost-350-Low-V2-Beluga",
    "Adidas-Yeezy-Boost-350-V2-Beluga-2pt0",
    "Adidas-Yeezy-Boost-350-V2-Blue-Tint",
    "Adidas-Yeezy-Boost-350-V2-Core-Black-Copper",
    "Adidas-Yeezy-Boost-350-V2-Core-Black-Green",
    "Adidas-Yeezy-Boost-350-V2-Core-Black-Red",
    "Adidas-Yeezy-Boost-350-V2-Core-Black-Red-2017",
    "Adidas-Yeezy-Boost-350-V2-Core-Black-White",
    "Adidas-Yeezy-Boost-350-V2-Cream-White",
    "Adidas-Yeezy-Boost-350-V2-Semi-Frozen-Yellow",
    "Adidas-Yeezy-Boost-350-V2-Sesame",
    "Adidas-Yeezy-Boost-350-V2-Zebra",
    "adidas-Yeezy-Boost-350-V2-Butter",
    "adidas-Yeezy-Boost-350-V2-Static",
    "adidas-Yeezy-Boost-350-V2-Static-Reflective",
)
JORDAN_OFF_WHITE = (
    "Air-Jordan-1-Retro-High-Off-White-Chicago",
    "Air-Jordan-1-Retro-High-Off-White-University-Blue",
    "Air-Jordan-1-Retro-High-Off-White-White",
)
NIKE_OFF_WHITE = (
    "Nike-Air-Force-1-Low-Off-White",
    "Nike-Air-Force-1-Low-Off-White-Black-White",
    "Nike-Air-Force-1-Low-Off-White-Volt",
    "Nike-Air-Force-1-Low-Virgil-Abloh-Off-White-AF100",
    "Nike-Air-Max-90-Off-White",
    "Nike-Air-Max-90-Off-White-Black",
    "Nike-Air-Max-90-Off-White-Desert-Ore",
    "Nike-Air-Max-97-Off-White",
    "Nike-Air-Max-97-Off-White-Black",
    "Nike-Air-Max-97-Off-White-Elemental-Rose-Queen",
    "Nike-Air-Max-97-Off-White-Menta",
    "Nike-Air-Presto-Off-White",
    "Nike-Air-Presto-Off-White-Black-2018",
    "Nike-Air-Presto-Off-White-White-2018",
    "Nike-Air-VaporMax-Off-White",
    "Nike-Air-VaporMax-Off-White-2018",
    "Nike-Air-VaporMax-Off-White-Black",
    "Nike-Blazer-Mid-Off-White",
    "Nike-Blazer-Mid-Off-White-All-Hallows-Eve",
    "Nike-Blazer-Mid-Off-White-Grim-Reaper",
    "Nike-Blazer-Mid-Off-White-Wolf-Grey",
    "Nike-React-Hyperdunk-2017-Flyknit-Off-White",
    "Nike-Zoom-Fly-Mercurial-Off-White-Black",
    "Nike-Zoom-Fly-Mercurial-Off-White-Total-Orange",
    "Nike-Zoom-Fly-Off-White",
    "Nike-Zoom-Fly-Off-White-Black-Silver",
    "Nike-Zoom-Fly-Off-White-Pink",
)

CONTEST = [
    *((name, "adidas", "Yeezy") for name in ADIDAS_YEEZY),
    *((name, "Jordan", "Off-White") for name in JORDAN_OFF_WHITE),
    *((name, "Nike", "Off-White") for name in NIKE_OFF_WHITE),
]


def test_all_contest_names_are_listed() -> None:
    assert len(CONTEST) == 50


@pytest.mark.parametrize(("name", "brand", "collaborator"), CONTEST)
def test_contest_names(name: str, brand: str, collaborator: str) -> None:
    match = recognise_brand(name)
    assert match is not None
    assert match.brand == brand
    assert collaborator in match.collaborators
    assert match.confidence >= Decimal("0.9")


@pytest.mark.parametrize(
    ("name", "brand"),
    [
        ("Nike Air Max 90", "Nike"),  # reference 7.2, cases 116-128
        ("Daniel Arsham Air Max 1", "Daniel Arsham"),
        ("Crocs Classic Clog", "Crocs"),
        ("New Balance 990v5", "New Balance"),
        ("adidas Campus 00s", "adidas"),
        ("OFF-WHITE Pool Slides", "Off-White"),
        ("Birkenstock Boston Soft Footbed Suede Taupe", "Birkenstock"),  # mistakes of 3.1
        ("Reebok Question Mid Red Toe", "Reebok"),
        ("New Era 59Fifty New York Yankees Cap", "New Era"),
        ("Nike Dunk Low Retro White Black", "Nike"),
        ("LEGO Star Wars Millennium Falcon Set", "LEGO"),
        ("Telfar Shopping Bag Small", "Telfar"),
        ("KAWS Holiday Figure", "KAWS"),
        ("Timberland 6 Inch Premium Boot", "Timberland"),
        ("UGG Tasman Slipper", "UGG"),
        ("Air Jordan 1 Retro High OG", "Jordan"),
        ("Nike Air Jordan 4 Retro", "Jordan"),
        ("Jordan 4 Retro Military Black", "Jordan"),
        ("Wmns Air Jordan 1 Low", "Jordan"),
        ("Nike SB x Air Jordan 4 Pine Green", "Jordan"),
        ("Dunk Low Panda", "Nike"),
        ("Samba OG Cloud White", "adidas"),
        ("Gel-Kayano 14 Silver", "ASICS"),
        ("GT-2160 Black", "ASICS"),
        ("990v6 Grey", "New Balance"),
        ("550 White Green", "New Balance"),
        ("XT-6 Gore-Tex", "Salomon"),
        ("Hot Wheels Tesla Cybertruck", "Mattel"),
        ("Fear of God Essentials Hoodie", "Essentials"),
        ("Fear of God Eternal Jacket", "Fear of God"),
        ("Stüssy 8 Ball Tee", "Stussy"),
        ("Hoka One One Bondi 8", "HOKA"),
        ("Dr. Martens 1460 Boot", "Dr. Martens"),
        ("The North Face 1996 Nuptse Jacket", "The North Face"),
        ("On Cloudmonster White", "On"),
        ("A Bathing Ape Bape Sta", "BAPE"),
        ("Pokémon TCG Booster Box", "Pokemon"),
        ("LV Trainer Sneaker", "Louis Vuitton"),
        ("Comme des Garçons Play Tee", "Comme des Garcons"),
        ("Yeezy Slide Onyx", "adidas"),
        ("Yeezy Gap Round Jacket", "Yeezy"),
        ("Y-3 Kaiwa", "Y-3"),
        ("PlayStation 5 Console", "Sony"),
        ("Mattel Creations x Gucci Cadillac", "Mattel"),
        ("Taschen Virgil Abloh Nike ICONS Book", "Taschen"),
    ],
)
def test_brand(name: str, brand: str) -> None:
    match = recognise_brand(name)
    assert match is not None
    assert match.brand == brand


@pytest.mark.parametrize(
    "name",
    [
        "",
        "   ",
        "-",
        "some product name",
        "On the Road",
        "Artist Proof",
        "Field Boot",
        "日本",
        "Michael Jordan Biography",
        "Suede Loafer",
        "Question of Era",
        "A book of concepts",
        "350",
    ],
)
def test_no_brand_is_better_than_a_wrong_one(name: str) -> None:
    assert recognise_brand(name) is None


@pytest.mark.parametrize(
    ("name", "brand", "collaborators"),
    [
        ("Travis Scott x Air Jordan 1 Low OG Mocha", "Jordan", ("Travis Scott",)),
        ("Jordan 1 High OG Travis Scott x Fragment", "Jordan", ("Travis Scott", "Fragment")),
        ("Jordan 1 Retro High Union Los Angeles", "Jordan", ("Union",)),
        ("Nike x NOCTA Running Camo Cap", "Nike", ("NOCTA",)),
        ("adidas x Gucci Gazelle", "adidas", ("Gucci",)),
        ("Gucci × adidas Gazelle", "adidas", ("Gucci",)),
        ("Supreme x The North Face Nuptse", "The North Face", ("Supreme",)),
        ("KAWS x Air Jordan 4", "Jordan", ("KAWS",)),
        ("Kith x Gel-Lyte III", "ASICS", ("Kith",)),
        ("Dunk Low Off-White Lot 5", "Nike", ("Off-White",)),
        ("adidas Samba OG Off-White Gum", "adidas", ()),
        ("Nike Dunk Low Off White Sail", "Nike", ()),
        ("Reebok Classic Union Jack", "Reebok", ()),
        ("Salehe Bembury x Crocs Pollex Clog", "Crocs", ("Salehe Bembury",)),
    ],
)
def test_collaborations(name: str, brand: str, collaborators: tuple[str, ...]) -> None:
    match = recognise_brand(name)
    assert match is not None
    assert (match.brand, match.collaborators) == (brand, collaborators)


def test_confidence_falls_with_the_evidence() -> None:
    names = [
        "Nike Dunk Low",
        "Stussy x Nike Dunk",
        "Vintage Nike Dunk",
        "Dunk Low Panda",
        "Vintage Dunk Low",
        "Yeezy Gap Jacket",
    ]
    found = [recognise_brand(name) for name in names]
    assert [str(match.confidence) for match in found if match] == [
        "0.98",
        "0.95",
        "0.85",
        "0.8",
        "0.7",
        "0.6",
    ]


@pytest.mark.parametrize("rule", [rule for rule in BRAND_RULES if rule.role is not Role.IGNORED])
def test_every_name_in_the_table_is_recognised(rule: BrandRule) -> None:
    for text in (*rule.leading, *rule.anywhere):
        match = recognise_brand(text)
        assert match is not None
        assert match.brand == rule.name


def test_table_is_written_in_the_form_it_is_compared_in() -> None:
    for rule in BRAND_RULES:
        for text in (*rule.leading, *rule.anywhere, *rule.models, *rule.strong_models):
            assert " ".join(product_words(text)) == text


def test_seed_rows_are_distinct_and_complete() -> None:
    assert len({(brand, kind, pattern) for brand, kind, pattern, _ in SEED_BRANDS}) == len(
        SEED_BRANDS
    )
    assert {kind for _, kind, _, _ in SEED_BRANDS} == {"leading", "anywhere", "model"}
    assert {"Nike", "adidas", "Jordan", "LEGO", "Off-White"} <= {row[0] for row in SEED_BRANDS}


_KNOWN = {rule.name for rule in BRAND_RULES if rule.name}
_TOKENS = st.sampled_from(
    [
        "Nike",
        "x",
        "Off-White",
        "Air",
        "Jordan",
        "1",
        "Yeezy",
        "Boost",
        "KAWS",
        "(W)",
        "Union",
        "Jack",
    ]
)


@given(st.one_of(st.text(max_size=80), st.lists(_TOKENS, max_size=8).map(" ".join)))
def test_never_raises_and_answers_from_the_table(text: str) -> None:
    match = recognise_brand(text)
    if match is not None:
        assert match.brand in _KNOWN
        assert match.brand not in match.collaborators
        assert Decimal(0) < match.confidence <= Decimal(1)
