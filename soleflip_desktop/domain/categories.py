"""What kind of product a name describes, read from its head noun.

Replaces the substring groups of design/reference.md 3.2, where any "Jordan" or "Max" made a shoe.
Whole words only: the last noun wins ("Running Camo Cap" is a cap), nouns beat model words, and the
brand decides only where nothing else does.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from soleflip_desktop.domain.brands import product_words, recognise_brand

__all__ = ["Audience", "Category", "SizeHints", "recognise_category", "size_hints"]


class Category(StrEnum):
    """Values are stored; their order is the one shown in lists."""

    SNEAKERS = "sneakers"
    FOOTWEAR = "footwear"
    APPAREL = "apparel"
    ACCESSORIES = "accessories"
    COLLECTIBLES = "collectibles"
    TOYS = "toys"
    TRADING_CARDS = "trading_cards"
    ELECTRONICS = "electronics"
    OTHER = "other"


def _words(category: Category, text: str) -> dict[str, Category]:
    return dict.fromkeys(text.split(), category)


def _pairs(category: Category, text: str) -> dict[tuple[str, str], Category]:
    phrases = (part.partition(" ") for part in text.split(","))
    return dict.fromkeys(((first, second) for first, _, second in phrases), category)


def _makers(category: Category, text: str) -> dict[str, Category]:
    return dict.fromkeys(text.split(","), category)


class Audience(StrEnum):
    """For whom a shoe is made, where its name says so."""

    WOMEN = "women"
    YOUTH = "youth"
    CHILDREN = "children"


class SizeHints(NamedTuple):
    """What a product says about a size that is only a number or missing."""

    audience: Audience | None = None
    bottoms: bool = False
    sizeless: bool = False
    shoe: bool = True


# Nouns that name the thing wherever they stand.
_NOUNS: dict[str, Category] = {
    **_words(Category.SNEAKERS, "sneaker sneakers trainers runner runners"),
    **_words(
        Category.FOOTWEAR,
        "clog clogs sandal sandals slide slides boot boots shoe shoes slipper slippers moccasin"
        " moccasins loafer loafers heel heels pump pumps mule mules flipflop flipflops brogue"
        " espadrille espadrilles footbed",
    ),
    **_words(
        Category.APPAREL,
        "hoodie hoody shirt tshirt tee jacket pants shorts sweater sweatshirt dress skirt"
        " jeans crewneck sweatpants tracksuit tracksuits trackpants jogger joggers cardigan parka"
        " windbreaker longsleeve leggings bra anorak jumper trousers"
        " overalls bodysuit blouse pajama pajamas swimsuit trunks underwear boxers socks sock"
        " shirts hoodies jackets tees anzug hemd hose jacke pullover",
    ),
    **_words(
        Category.ACCESSORIES,
        "bag bags hat beanie backpack wallet cardholder tote duffle duffel purse handbag"
        " sunglasses scarf gloves necklace bracelet earrings keychain snapback luggage"
        " suitcase umbrella jewelry sling crossbody pouch bandana balaclava visor socken muetze"
        " headband tumbler quencher",
    ),
    **_words(
        Category.COLLECTIBLES,
        "hardcover paperback figure figurine sculpture poster collectible skateboard deck"
        " bearbrick be@rbrick lithograph screenprint snowglobe ornament",
    ),
    **_words(Category.TOYS, "lego plush plushie doll minifigure squishmallow puzzle diecast"),
    **_words(Category.TRADING_CARDS, "tcg"),
    **_words(
        Category.ELECTRONICS,
        "headphone headphones earbuds airpods speaker console controller smartphone iphone laptop"
        " macbook ipad charger playstation xbox gpu camera",
    ),
}
# Nouns that are just as often part of a shoe's nickname ("Cap and Gown", "Comic Book").
_WEAK_NOUNS: dict[str, Category] = {
    **_words(Category.APPAREL, "coat suit top robe uniform jersey fleece polo puffer tank vest"),
    **_words(
        Category.ACCESSORIES,
        "cap bucket belt watch chain ring case mug blanket towel pillow cup rug bottle candle mask"
        " pin",
    ),
    **_words(Category.COLLECTIBLES, "book vinyl print magazine album statue toy toys"),
    **_words(Category.TRADING_CARDS, "card cards"),
    **_words(Category.ELECTRONICS, "phone tv"),
}

_PAIR_NOUNS: dict[tuple[str, str], Category] = {
    **_pairs(Category.APPAREL, "t shirt,tank top,crew neck,track top,long sleeve,track pants"),
    **_pairs(Category.ACCESSORIES, "phone case,card holder,card case,bucket hat,trucker hat"),
    **_pairs(Category.ACCESSORIES, "water bottle,key chain,ski mask,air freshener,bag charm"),
    **_pairs(
        Category.TRADING_CARDS,
        "trading card,trading cards,booster box,booster pack,booster bundle,trainer box,card game,"
        "elite trainer,hobby box,blaster box,booster display,ultra premium",
    ),
    **_pairs(Category.COLLECTIBLES, "art print,vinyl record,skate deck,fine art,coffee table"),
    **_pairs(Category.TOYS, "hot wheels,building set,play set,die cast,mega construx"),
    **_pairs(Category.FOOTWEAR, "flip flop,flip flops,soft footbed"),
    **_pairs(Category.ELECTRONICS, "graphics card,game console,geforce rtx,steam deck"),
}
# A colour or fabric that looks like a noun: the pair is skipped.
_NO_NOUN_PAIRS = frozenset(
    {
        ("tank", "green"),
        ("fleece", "lined"),
        ("polo", "ralph"),
        ("jersey", "city"),
        ("new", "jersey"),
        ("running", "shoe"),
        ("bucket", "list"),
        ("slide", "of"),
        ("boot", "camp"),
        ("vinyl", "upper"),
        ("jeans", "blue"),
        ("top", "3"),
        ("top", "three"),
        ("high", "top"),
        ("low", "top"),
        ("mid", "top"),
        ("toe", "cap"),
        ("shell", "toe"),
        ("tee", "time"),
    }
)

_MODEL_WORDS = frozenset(
    _words(
        Category.SNEAKERS,
        "dunk jordan yeezy boost max retro gel gt samba gazelle campus superstar nmd forum"
        " ultraboost blazer cortez vapormax presto foamposite huarache lebron kobe kd 550 574"
        " 990 991 992 993 2002r 1906r 9060 990v3 990v4 990v5 990v6 speedcross xt kayano nimbus"
        " cloudmonster clifton bondi chuck basketball running trainer skool sk8 hyperdunk uptempo"
        " spezial",
    )
)
_MODEL_PAIRS = frozenset(
    {("air", "force"), ("zoom", "fly"), ("all", "star"), ("stan", "smith"), ("club", "c")}
)
# Next to a model these say "a shoe", so that a nickname's noun cannot say otherwise.
_SHOE_WORDS = frozenset(
    _words(Category.SNEAKERS, "retro low mid high og gs td ps protro boost v2 v3")
)
# What follows these belongs to the description, not to the thing ("figure with cap").
_TAIL_WORDS = frozenset({"with", "w", "for", "featuring", "mit", "inkl", "incl", "including"})

_BY_BRAND: dict[str, Category] = {
    **_makers(
        Category.SNEAKERS,
        "Nike,Jordan,adidas,New Balance,ASICS,Converse,Vans,Puma,Reebok,Saucony,Salomon,HOKA,On,"
        "Mizuno,Onitsuka Tiger,Diadora,Karhu,Li-Ning,Golden Goose,Autry,Veja,Le Coq Sportif,"
        "Under Armour,Skechers,Fila,Anta,Common Projects,Axel Arigato",
    ),
    **_makers(
        Category.FOOTWEAR,
        "Crocs,Birkenstock,UGG,Timberland,Dr. Martens,Clarks,Suicoke,Teva,Red Wing,Merrell,KEEN,"
        "Paraboot",
    ),
    **_makers(Category.TOYS, "LEGO,Mattel,Hasbro,Squishmallows,Jellycat"),
    **_makers(
        Category.COLLECTIBLES,
        "KAWS,Taschen,Funko,Medicom Toy,Pop Mart,Bandai,Daniel Arsham,Murakami,Banksy,Jeff Koons,"
        "Damien Hirst,Keith Haring,Yayoi Kusama,Rizzoli,Phaidon,Assouline",
    ),
    **_makers(
        Category.TRADING_CARDS, "Pokemon,Topps,Panini,Upper Deck,Konami,Wizards of the Coast"
    ),
    **_makers(
        Category.ACCESSORIES,
        "Telfar,New Era,Eastpak,JanSport,Rimowa,Ray-Ban,Swatch,Casio,Rolex,Goyard,Stanley,'47,"
        "Oakley",
    ),
    **_makers(Category.ELECTRONICS, "Sony,Microsoft,Nintendo,Apple,Beats by Dre,NVIDIA,Valve"),
    **_makers(
        Category.APPAREL,
        "Essentials,Stone Island,The North Face,Patagonia,Arc'teryx,Carhartt,Carhartt WIP,Levi's,"
        "Champion,Denim Tears,Gallery Dept.,Hellstar,Sp5der,Eric Emanuel,Corteiz,Represent,"
        "Canada Goose,Mitchell & Ness,C.P. Company",
    ),
}
# These makers sell their thing under words that are nouns elsewhere ("LEGO Phone Booth").
_BRAND_FIRST = frozenset(
    {Category.TOYS, Category.TRADING_CARDS},
)
_WEARABLE = frozenset(
    {Category.APPAREL, Category.SNEAKERS, Category.FOOTWEAR, Category.ACCESSORIES}
)


def _head_noun(words: tuple[str, ...], *, weak: bool) -> Category | None:
    """The category of the last noun before a "with"."""
    found: Category | None = None
    skip = -1
    for at, word in enumerate(words):
        if at and word in _TAIL_WORDS and found:
            break
        if at <= skip:
            continue
        pair = (word, words[at + 1] if at + 1 < len(words) else "")
        if pair in _NO_NOUN_PAIRS:
            skip = at + 1
        elif pair in _PAIR_NOUNS:
            found, skip = _PAIR_NOUNS[pair], at + 1
        else:
            found = _NOUNS.get(word) or (_WEAK_NOUNS.get(word) if weak else None) or found
    return found


def _is_model(words: tuple[str, ...]) -> bool:
    if not _MODEL_WORDS.isdisjoint(words):
        return True
    return any(pair in _MODEL_PAIRS for pair in pairwise(words))


@lru_cache(maxsize=8192)
def recognise_category(item_name: str, brand: str | None = None) -> Category:
    """The kind of product; `brand` is the canonical name of `recognise_brand`."""
    words = product_words(item_name)
    by_brand = _BY_BRAND.get(brand or "")
    model = _is_model(words)
    shoe = model and not _SHOE_WORDS.isdisjoint(words)
    noun = _head_noun(words, weak=not shoe)
    if by_brand in _BRAND_FIRST and noun not in _WEARABLE:
        return by_brand
    if noun:
        return noun
    # A model word does not turn a clog maker's or a toy maker's product into a sneaker.
    if model and by_brand in {None, Category.SNEAKERS, Category.APPAREL}:
        return Category.SNEAKERS
    return by_brand or Category.OTHER


_AUDIENCE_WORDS = {
    **dict.fromkeys(("womens", "wmns", "women", "w"), Audience.WOMEN),
    **dict.fromkeys(("gs", "youth", "ps", "kids"), Audience.YOUTH),
    **dict.fromkeys(("td", "infant", "infants", "toddler"), Audience.CHILDREN),
}
_BOTTOMS = frozenset(
    {"shorts", "pants", "jeans", "trousers", "sweatpants", "joggers", "jogger", "trackpants"}
    | {"chinos", "slacks", "hose", "cargos"}
)
# Besides our own values, the words other sources use for a category.
_SHOE_KINDS = frozenset({"sneakers", "footwear", "shoes"})
_BOTTOM_KINDS = frozenset({"bottoms", "pants", "shorts", "jeans"})
_SIZELESS_KINDS = frozenset(
    {"accessories", "collectibles", "toys", "trading_cards", "electronics"}
    | {"bag", "bags", "book", "books", "toy", "figure", "figures", "hat", "hats"}
)
_US_WAIST_BRANDS = frozenset(
    {"Levi's", "Denim Tears", "Gallery Dept.", "Dickies", "Carhartt", "Carhartt WIP"}
)


def size_hints(item_name: str, brand: str | None, category: str | None) -> SizeHints:
    """Read from the name what is not given: an importer that knows all three saves the time."""
    words = product_words(item_name) if item_name else ()
    if category is None and item_name:
        match = None if brand else recognise_brand(item_name)
        brand = match.brand if match else brand
        category = recognise_category(item_name, brand).value
    kind = (category or "").strip().lower()
    shoe = kind in _SHOE_KINDS
    bottoms = kind in _BOTTOM_KINDS or (
        not shoe and (brand in _US_WAIST_BRANDS or not _BOTTOMS.isdisjoint(words))
    )
    audience = next((_AUDIENCE_WORDS[word] for word in words if word in _AUDIENCE_WORDS), None)
    return SizeHints(audience, bottoms, kind in _SIZELESS_KINDS, shoe or not kind)
