"""Curated brand names, spellings and models.

Source: the seed lists A-C of the reference (design/reference.md 3.1) without the patterns it shows
to be wrong ("Suede", "Question", "Era", bare "Air"), completed with the leading words of 2.4 and
public product names. Kept as data: a brand is added here, never in code.

Spelling inside the tables: lower case, hyphen = blank, no apostrophes, no accents.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Role(StrEnum):
    """What a name means when several stand in one product text."""

    MAKER = "maker"  # wins over every other role
    LABEL = "label"  # makes its own goods, but lends its name to makers too
    ARTIST = "artist"  # sells works of its own; a model word does not take them away
    COLLABORATOR = "collaborator"  # practically always made by somebody else
    IGNORED = "ignored"  # phrases that only look like a name


@dataclass(frozen=True, slots=True)
class BrandRule:
    """One brand: where its spellings may stand, and the models that give it away."""

    name: str
    role: Role
    leading: tuple[str, ...] = ()  # count at the start of a name or behind "x"
    anywhere: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    strong_models: tuple[str, ...] = ()  # unmistakable: outweigh a label that stands in front
    line: str | None = None  # a sub-line that is named as the collaborator


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _rule(
    name: str,
    role: Role,
    anywhere: str = "",
    *,
    leading: str = "",
    models: str = "",
    strong: str = "",
    line: str | None = None,
) -> BrandRule:
    return BrandRule(
        name, role, _split(leading), _split(anywhere), _split(models), _split(strong), line
    )


_MAKERS = (
    _rule(
        "Nike",
        Role.MAKER,
        "nike",
        models="dunk, blazer low, blazer mid, blazer high, cortez, p 6000, vapormax, presto, "
        "vomero, shox, pegasus, zoom fly, react element, hyperdunk, kobe 4, kobe 5, kobe 6, kobe 8,"
        " lebron, kd, ja 1, ja 2, foamposite, huarache, air zoom, air presto, air more uptempo,"
        " air tech challenge, air trainer, air flight, mercurial, killshot, waffle, sb blazer",
        strong="air force 1, air force one, air max, dunk low, dunk high, dunk mid, sb dunk, "
        "air foamposite, air vapormax, air yeezy, hot step, air fear of god",
    ),
    _rule("Nike", Role.MAKER, "nocta", line="NOCTA"),
    _rule(
        "Jordan",
        Role.MAKER,
        "air jordan, nike air jordan, nike jordan, wmns air jordan, jordan brand, jordan retro, "
        + ", ".join(f"jordan {n}" for n in range(1, 41)),
        leading="jordan",
    ),
    _rule(
        "adidas",
        Role.MAKER,
        "adidas",
        models="campus 00s, campus 80s, gazelle, forum low, forum 84, ultraboost, ultra boost, "
        "samba, stan smith, superstar, nmd, spezial, handball spezial, zx 8000, adizero, "
        "adifom, crazy 8, crazy 1, response cl, adilette, yeezy season",
        strong="yeezy boost, yeezy foam, yeezy slide, yeezy slides, yeezy knit, yeezy qntm, "
        "yeezy quantum, yeezy bsktbl, yeezy desert, yeezy powerphase, yeezy pod, yeezy 350, "
        "yeezy 380, yeezy 450, yeezy 500, yeezy 700, yeezy 750, yeezy 950, yeezy calabasas, "
        "foam rnr, foam runner, samba og, stan smith, nmd r1, nmd hu, ultraboost",
    ),
    _rule("adidas", Role.MAKER, "ivy park", line="Ivy Park"),
    _rule("adidas", Role.MAKER, "fear of god athletics", line="Fear of God"),
    _rule(
        "New Balance",
        Role.MAKER,
        "new balance",
        models="990v1, 990v2, 990v3, 990v4, 990v5, 990v6, 991v1, 991v2, 993v1, 2002r, 2002rd, "
        "1906r, 1906d, 1906l, 1906a, 1906u, 860v2, 610t, 610v1, 1080v12, 1080v13, 550v1, bb550, "
        "m990, m991, m992, m993, u9060, ml2002r, fresh foam, 1500v1, 574v1, 580v1, 1000v1",
        strong="990v3, 990v4, 990v5, 990v6, 2002r, 1906r",
    ),
    _rule(
        "ASICS",
        Role.MAKER,
        "asics, asics tiger",
        models="gel kayano, gel lyte, gel nimbus, gel quantum, gel nyc, gel 1130, gel 1090, "
        "gel sonoma, gel venture, gel cumulus, gel terrain, gel preleus, gel kinsei, gel resolution"
        ", gel flexkee, gel ds, gel mexico, gel saga, gel respector, gel 2160, gt 2160, gt ii, "
        "gt 2000, gt 1000, novalis, japan s, ex89, kayano 14",
        strong="gel kayano, gel lyte, gel 1130, gt 2160, gel nyc, gel quantum",
    ),
    _rule(
        "Converse",
        Role.MAKER,
        "converse",
        models="chuck taylor, chuck 70, all star, one star, run star, weapon cx",
        strong="chuck taylor, chuck 70",
    ),
    _rule("Puma", Role.MAKER, "puma", models="speedcat, palermo, rs x, mb 01, mb 02, mb 03, mb 04"),
    _rule(
        "Vans",
        Role.MAKER,
        "vans",
        models="old skool, sk8 hi, sk8 low, half cab, knu skool",
        strong="old skool, sk8 hi",
    ),
    _rule(
        "Crocs",
        Role.MAKER,
        "crocs",
        models="classic clog, pollex clog, echo clog, siren clog, mega crush, pollex",
        strong="classic clog, pollex clog",
    ),
    _rule(
        "Birkenstock",
        Role.MAKER,
        "birkenstock",
        models="boston soft footbed, boston clog, arizona eva, arizona soft footbed, boston suede",
    ),
    _rule(
        "UGG",
        Role.MAKER,
        "ugg, uggs",
        models="classic ultra mini, classic mini platform, tasman, tazz, scuffette, neumel",
    ),
    _rule(
        "Timberland",
        Role.MAKER,
        "timberland",
        models="6 inch premium, 6 inch boot, 6 premium boot, earthkeepers",
    ),
    _rule(
        "Dr. Martens",
        Role.MAKER,
        "dr martens, doc martens, drmartens, doctor martens",
        models="1460 boot, 1460 smooth, 1461 oxford, 1461 shoe, jadon boot",
    ),
    _rule(
        "Salomon",
        Role.MAKER,
        "salomon",
        models="xt 6, xt 4, xt 4 og, xt wings, xt quest, xt slate, xt whisper, speedcross, s lab, "
        "acs pro, acs+, rx moc, rx slide, xa pro",
        strong="xt 6, xt 4, xt wings, speedcross, acs pro",
    ),
    _rule(
        "HOKA",
        Role.MAKER,
        "hoka, hoka one one",
        models="clifton, bondi, mafate, tor ultra, ora recovery, kaha, transport, stinson, hopara",
    ),
    _rule(
        "On",
        Role.MAKER,
        "on running",
        leading="on cloud, on cloud 5, on cloud 6, on cloudmonster, on cloudtilt, on cloudnova, "
        "on cloudsurfer, on cloudstratus, on cloudswift, on cloudflow, on cloudboom, on cloudvista,"
        " on cloudultra, on cloudrock, on cloudaway, on cloudzone, on cloudhoy, on the roger, "
        "on roger, on x",
        models="cloudmonster, cloudtilt, cloudnova, cloudsurfer, cloudstratus, cloudswift, "
        "cloudflow, cloudboom, cloudvista, cloudultra, cloudrock, the roger",
    ),
    _rule(
        "Reebok",
        Role.MAKER,
        "reebok",
        models="club c 85, question mid, question low, instapump fury, classic leather legacy, "
        "answer iv, shaqnosis, shaq attaq, kamikaze ii",
    ),
    _rule(
        "Saucony", Role.MAKER, "saucony", models="progrid omni, grid azura, triumph 4, shadow 6000"
    ),
    _rule("Under Armour", Role.MAKER, "under armour", models="curry flow, curry 1, curry 4"),
    _rule("Mizuno", Role.MAKER, "mizuno", models="wave rider, wave prophecy"),
    _rule("Onitsuka Tiger", Role.MAKER, "onitsuka tiger, onitsuka", models="mexico 66"),
    _rule("Diadora", Role.MAKER, "diadora"),
    _rule("Le Coq Sportif", Role.MAKER, "le coq sportif"),
    _rule("Karhu", Role.MAKER, "karhu"),
    _rule("Li-Ning", Role.MAKER, "li ning", models="way of wade"),
    _rule("Anta", Role.MAKER, leading="anta", models="kai 1"),
    _rule("Fila", Role.MAKER, "fila"),
    _rule("Skechers", Role.MAKER, "skechers"),
    _rule("Autry", Role.MAKER, leading="autry"),
    _rule("Veja", Role.MAKER, "veja"),
    _rule("Clarks", Role.MAKER, "clarks, clarks originals", models="wallabee, desert trek"),
    _rule("Merrell", Role.MAKER, "merrell", models="hydro moc, jungle moc"),
    _rule("KEEN", Role.MAKER, leading="keen", models="jasper rocks, uneek"),
    _rule("Teva", Role.MAKER, "teva"),
    _rule("Oakley", Role.MAKER, "oakley"),
    _rule("Suicoke", Role.MAKER, "suicoke"),
    _rule("Red Wing", Role.MAKER, leading="red wing, red wing heritage, red wing shoes"),
    _rule("Paraboot", Role.MAKER, "paraboot"),
    _rule("Axel Arigato", Role.MAKER, "axel arigato"),
    _rule("Common Projects", Role.MAKER, "common projects", models="achilles low"),
    _rule("MSCHF", Role.MAKER, "mschf", models="big red boot"),
    _rule("Golden Goose", Role.MAKER, "golden goose", models="super star sneakers"),
    _rule("The North Face", Role.MAKER, "the north face, north face, tnf", models="nuptse"),
    _rule("Patagonia", Role.MAKER, leading="patagonia"),
    _rule("Arc'teryx", Role.MAKER, "arcteryx"),
    _rule("Carhartt WIP", Role.MAKER, "carhartt wip"),
    _rule("Carhartt", Role.MAKER, "carhartt"),
    _rule("Dickies", Role.MAKER, "dickies"),
    _rule("Levi's", Role.MAKER, "levis"),
    _rule("Champion", Role.MAKER, leading="champion"),
    _rule("New Era", Role.MAKER, "new era", models="59fifty, 9fifty, 9forty"),
    _rule("Mitchell & Ness", Role.MAKER, "mitchell ness, mitchell and ness"),
    _rule("'47", Role.MAKER, leading="47 brand"),
    _rule("Eastpak", Role.MAKER, "eastpak"),
    _rule("JanSport", Role.MAKER, "jansport"),
    _rule("Rimowa", Role.MAKER, "rimowa"),
    _rule("Ray-Ban", Role.MAKER, "ray ban"),
    _rule("Swatch", Role.MAKER, "swatch", models="bioceramic moonswatch, moonswatch"),
    _rule("Casio", Role.MAKER, "casio, g shock"),
    _rule("Rolex", Role.MAKER, "rolex"),
    _rule("LEGO", Role.MAKER, "lego"),
    _rule(
        "Mattel",
        Role.MAKER,
        "mattel, hot wheels, mega construx, mattel creations",
        leading="barbie, monster high",
    ),
    _rule("Hasbro", Role.MAKER, "hasbro"),
    _rule("Funko", Role.MAKER, "funko"),
    _rule("Bandai", Role.MAKER, "bandai, tamashii nations"),
    _rule("Medicom Toy", Role.MAKER, "medicom toy, medicom", models="bearbrick, be@rbrick"),
    _rule("Pop Mart", Role.MAKER, "pop mart", models="labubu"),
    _rule("Squishmallows", Role.MAKER, "squishmallows"),
    _rule("Jellycat", Role.MAKER, "jellycat"),
    _rule(
        "Pokemon",
        Role.LABEL,
        "pokemon, pokemon tcg, pokemon company",
    ),
    _rule("Topps", Role.MAKER, "topps"),
    _rule("Panini", Role.MAKER, "panini"),
    _rule("Upper Deck", Role.MAKER, "upper deck"),
    _rule("Konami", Role.MAKER, "konami, yu gi oh, yugioh"),
    _rule("Wizards of the Coast", Role.MAKER, "wizards of the coast, magic the gathering"),
    _rule("Taschen", Role.MAKER, "taschen"),
    _rule("Rizzoli", Role.MAKER, leading="rizzoli"),
    _rule("Phaidon", Role.MAKER, leading="phaidon"),
    _rule("Assouline", Role.MAKER, leading="assouline"),
    _rule("IKEA", Role.MAKER, "ikea"),
    _rule("Stanley", Role.MAKER, leading="stanley, stanley quencher", models="quencher h2 0"),
    _rule("Sony", Role.MAKER, leading="sony", models="playstation 5, playstation 4"),
    _rule(
        "Microsoft", Role.MAKER, leading="microsoft, xbox", models="xbox series x, xbox series s"
    ),
    _rule("Nintendo", Role.MAKER, "nintendo", models="nintendo switch"),
    _rule("Apple", Role.MAKER, leading="apple", models="airpods, iphone, macbook, ipad"),
    _rule("Beats by Dre", Role.MAKER, "beats by dre, beats by dr dre", leading="beats"),
    _rule("NVIDIA", Role.MAKER, "nvidia", models="geforce rtx"),
    _rule("Valve", Role.MAKER, leading="valve", models="steam deck"),
)

_LABELS = tuple(
    _rule(name, Role.LABEL, anywhere, leading=leading)
    for name, anywhere, leading in (
        ("Off-White", "off white", ""),
        ("Supreme", "supreme", ""),
        ("Palace", "palace skateboards", "palace"),
        ("Stussy", "stussy", ""),
        ("Kith", "kith", ""),
        ("BAPE", "bape, a bathing ape, bathing ape, aape", ""),
        ("Fear of God", "fear of god, fog athletics", "fog"),
        ("Essentials", "fear of god essentials, fog essentials", "essentials"),
        ("Telfar", "telfar", ""),
        ("Stone Island", "stone island", ""),
        ("C.P. Company", "cp company, c p company", ""),
        ("Palm Angels", "palm angels", ""),
        ("Represent", "", "represent, represent clo"),
        ("Corteiz", "corteiz", ""),
        ("Broken Planet", "broken planet, broken planet market", ""),
        ("Gallery Dept.", "gallery dept", ""),
        ("Chrome Hearts", "chrome hearts", ""),
        ("Denim Tears", "denim tears", ""),
        ("Hellstar", "hellstar", ""),
        ("Sp5der", "sp5der", ""),
        ("Eric Emanuel", "eric emanuel", ""),
        ("Rhude", "rhude", ""),
        ("Amiri", "amiri", ""),
        ("Vlone", "vlone", ""),
        ("Anti Social Social Club", "anti social social club, assc", ""),
        ("Human Made", "human made", ""),
        ("Neighborhood", "", "neighborhood"),
        ("WTAPS", "wtaps", ""),
        ("Undercover", "", "undercover"),
        ("Sacai", "sacai", ""),
        ("Ambush", "ambush", ""),
        ("CLOT", "clot", ""),
        ("Awake NY", "awake ny", ""),
        ("Noah", "", "noah"),
        ("Aime Leon Dore", "aime leon dore, ald", ""),
        ("JJJJound", "jjjjound", ""),
        ("Fragment", "fragment design, fragment", ""),
        ("A-COLD-WALL*", "a cold wall, acw", ""),
        ("Heron Preston", "heron preston", ""),
        ("Marcelo Burlon", "marcelo burlon", ""),
        ("Casablanca", "", "casablanca"),
        ("Jacquemus", "jacquemus", ""),
        ("Louis Vuitton", "louis vuitton", "lv"),
        ("Gucci", "gucci", ""),
        ("Prada", "prada", ""),
        ("Balenciaga", "balenciaga", ""),
        ("Balmain", "balmain", ""),
        ("Bottega Veneta", "bottega veneta", ""),
        ("Burberry", "burberry", ""),
        ("Celine", "celine", ""),
        ("Chanel", "chanel", ""),
        ("Christian Louboutin", "christian louboutin, louboutin", ""),
        ("Coach", "", "coach"),
        ("Comme des Garcons", "comme des garcons, cdg", ""),
        ("Dior", "dior, christian dior", ""),
        ("Dolce & Gabbana", "dolce gabbana, dolce and gabbana", ""),
        ("Fendi", "fendi", ""),
        ("Giuseppe Zanotti", "giuseppe zanotti", ""),
        ("Givenchy", "givenchy", ""),
        ("Goyard", "goyard", ""),
        ("Hermes", "hermes", ""),
        ("Kenzo", "kenzo", ""),
        ("Lanvin", "lanvin", ""),
        ("Loewe", "loewe", ""),
        ("Maison Margiela", "maison margiela, margiela, mm6", ""),
        ("Alexander McQueen", "alexander mcqueen, mcqueen", ""),
        ("Alexander Wang", "alexander wang", ""),
        ("Marni", "marni", ""),
        ("Moncler", "moncler", ""),
        ("Canada Goose", "canada goose", ""),
        ("Miu Miu", "miu miu", ""),
        ("Raf Simons", "raf simons", ""),
        ("Rick Owens", "rick owens", ""),
        ("Saint Laurent", "saint laurent, ysl", ""),
        ("Valentino", "valentino garavani", "valentino"),
        ("Versace", "versace", ""),
        ("Vetements", "vetements", ""),
        ("Acne Studios", "acne studios", ""),
        ("Ami Paris", "ami paris", ""),
        ("Tiffany & Co.", "tiffany co, tiffany and co", ""),
        ("Y-3", "yohji yamamoto", "y 3, adidas y 3"),
        ("Polo Ralph Lauren", "ralph lauren, polo ralph lauren", ""),
        ("Tommy Hilfiger", "tommy hilfiger", ""),
        ("Guess", "", "guess"),
        ("Diesel", "", "diesel"),
        ("Skims", "skims", ""),
        ("Brain Dead", "brain dead", ""),
        ("Market", "chinatown market", ""),
        ("Billionaire Boys Club", "billionaire boys club, bbc icecream", ""),
        ("Cactus Plant Flea Market", "cactus plant flea market, cpfm", ""),
        ("Advisory Board Crystals", "advisory board crystals", ""),
        ("Aries", "", "aries"),
        ("Arte", "", "arte antwerp"),
        ("Daily Paper", "daily paper", ""),
        ("Patta", "patta", ""),
        ("Pleasures", "", "pleasures"),
        ("Acronym", "acronym", ""),
        ("Drew House", "drew house", ""),
        ("Golf Wang", "golf wang, golf le fleur", ""),
        ("Cole Buxton", "cole buxton", ""),
    )
)

_ARTISTS = tuple(
    _rule(name, Role.ARTIST, anywhere)
    for name, anywhere in (
        ("KAWS", "kaws"),
        ("Daniel Arsham", "daniel arsham, arsham studio"),
        ("Murakami", "takashi murakami, murakami"),
        ("Banksy", "banksy"),
        ("Jeff Koons", "jeff koons"),
        ("Damien Hirst", "damien hirst"),
        ("Keith Haring", "keith haring"),
        ("Yayoi Kusama", "yayoi kusama"),
        ("Hebru Brantley", "hebru brantley"),
        ("Futura", "futura laboratories"),
    )
)

_COLLABORATORS = tuple(
    _rule(name, Role.COLLABORATOR, anywhere)
    for name, anywhere in (
        ("Yeezy", "yeezy"),
        ("Travis Scott", "travis scott, cactus jack"),
        ("Union", "union la, union los angeles, union"),
        ("Virgil Abloh", "virgil abloh"),
        ("A Ma Maniere", "a ma maniere"),
        ("Atmos", "atmos"),
        ("Bad Bunny", "bad bunny"),
        ("Ben & Jerry's", "ben and jerrys, ben jerrys"),
        ("Billie Eilish", "billie eilish"),
        ("Bodega", "bodega"),
        ("Cecilie Bahnsen", "cecilie bahnsen"),
        ("Concepts", "concepts"),
        ("Doernbecher", "doernbecher"),
        ("Dover Street Market", "dover street market"),
        ("Drake", "drake"),
        ("Eastside Golf", "eastside golf"),
        ("Eminem", "eminem"),
        ("GmbH", "gmbh"),
        ("Grateful Dead", "grateful dead"),
        ("HAL Studios", "hal studios"),
        ("J Balvin", "j balvin"),
        ("Jerry Lorenzo", "jerry lorenzo"),
        ("Joe Freshgoods", "joe freshgoods"),
        ("Justin Bieber", "justin bieber"),
        ("Kiko Kostadinov", "kiko kostadinov"),
        ("Lil Yachty", "lil yachty"),
        ("Maison Chateau Rouge", "maison chateau rouge"),
        ("Martine Rose", "martine rose"),
        ("Matthew M. Williams", "matthew m williams, matthew williams"),
        ("Nigel Sylvester", "nigel sylvester"),
        ("Parra", "parra"),
        ("Pharrell", "pharrell, pharrell williams, humanrace"),
        ("PlayStation", "playstation"),
        ("Post Malone", "post malone"),
        ("Ronnie Fieg", "ronnie fieg"),
        ("Salehe Bembury", "salehe bembury"),
        ("Sean Cliver", "sean cliver"),
        ("Sean Wotherspoon", "sean wotherspoon"),
        ("Skepta", "skepta"),
        ("Social Status", "social status"),
        ("SoleFly", "solefly"),
        ("Stranger Things", "stranger things"),
        ("Teddy Santis", "teddy santis"),
        ("Tom Sachs", "tom sachs"),
        ("Trophy Room", "trophy room"),
        ("Undefeated", "undefeated, undftd"),
        ("Wales Bonner", "wales bonner"),
        ("Wu-Tang", "wu tang, wu tang clan"),
        ("size?", "size exclusive"),
        ("END.", "end clothing"),
    )
)

# Swallowed whole, so that the name inside them is not found.
_IGNORED = (_rule("", Role.IGNORED, "union jack, credit union, soviet union, supreme court"),)

BRAND_RULES: tuple[BrandRule, ...] = (*_MAKERS, *_LABELS, *_ARTISTS, *_COLLABORATORS, *_IGNORED)

# Bare model numbers are New Balance only at the very start of a name: "350" or "700" inside one
# belong to Yeezy, and a year can look the same.
NEW_BALANCE_NUMBERS = frozenset(
    _split("327, 530, 550, 574, 580, 990, 991, 992, 993, 998, 1300, 1906, 2002, 9060")
)

# Off-White is also a colour. In the middle of a name it counts only next to these makers.
OFF_WHITE_PARTNERS = frozenset({"Nike", "Jordan", "Converse", "Vans", "Timberland", "Levi's"})

LEADING_PRIORITY, ANYWHERE_PRIORITY, STRONG_MODEL_PRIORITY, MODEL_PRIORITY = 10, 20, 30, 40


def _seed() -> Iterator[tuple[str, str, str, int]]:
    for rule in BRAND_RULES:
        if rule.role is Role.IGNORED:
            continue
        yield from ((rule.name, "leading", text, LEADING_PRIORITY) for text in rule.leading)
        yield from ((rule.name, "anywhere", text, ANYWHERE_PRIORITY) for text in rule.anywhere)
        yield from (
            (rule.name, "model", text, STRONG_MODEL_PRIORITY) for text in rule.strong_models
        )
        yield from (
            (rule.name, "model", text, MODEL_PRIORITY)
            for text in rule.models
            if text not in rule.strong_models
        )


# (brand, kind of pattern, pattern, priority; smaller is tried first) for the catalog tables.
SEED_BRANDS: tuple[tuple[str, str, str, int], ...] = tuple(dict.fromkeys(_seed()))
