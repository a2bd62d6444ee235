"""Reads a size as a marketplace prints it.

Rules of design/reference.md, appendix B. A size is not a number: "43" is European, "12W / 10.5M"
is one shoe with two names, "34W/32L" are trousers, and "41 1/3" is exactly a third. What is not
understood stays as it was printed, with confidence 0, for a person to look at. Never raises.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from soleflip_desktop.domain.categories import Audience, SizeHints, size_hints

__all__ = ["ParsedSize", "SizeSystem", "parse_size", "parse_size_with"]


class SizeSystem(StrEnum):
    """How the number is to be read; stored by value."""

    US_M = "us_m"
    US_W = "us_w"
    US_Y = "us_y"
    US_C = "us_c"
    US_J = "us_j"  # Crocs junior
    UK = "uk"
    EU = "eu"
    JP_CM = "jp_cm"
    KR_MM = "kr_mm"
    ALPHA = "alpha"
    WAIST = "waist"
    WAIST_LENGTH = "waist_length"
    ONE_SIZE = "one_size"
    NONE = "none"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ParsedSize:
    """A size; `label` is what people see and parses to the same system and value again."""

    system: SizeSystem
    value: str
    label: str
    sort_key: Decimal  # natural order within all sizes of one system
    equivalent: tuple[ParsedSize, ...] = ()
    note: str | None = None
    confidence: Decimal = Decimal(1)


_CERTAIN, _SUFFIXED, _JUNIOR = Decimal(1), Decimal("0.98"), Decimal("0.95")
_EU_SHOE, _SIZELESS, _FREE_TEXT = Decimal("0.85"), Decimal("0.8"), Decimal("0.7")
_LIKELY, _DOUBTFUL, _WEAK, _ZERO = Decimal("0.9"), Decimal("0.6"), Decimal("0.5"), Decimal(0)
_MILLI = Decimal("0.001")
_MAX_LENGTH = 60  # nothing longer is a size; keeps hostile text away from the patterns

_PLACEHOLDERS = frozenset({"", "n/a", "na", "null", "nan", "none", "-", "--", "–", "—", "no size"})
_ONE_SIZE_WORDS = frozenset(
    {"os", "o/s", "osfa", "osfm", "onesize", "one-size", "one size", "one size fits all"}
    | {"one size fits most", "free size", "einheitsgröße", "einheitsgrösse"}
)

_ALPHA_ORDER = ("XXXS", "XXS", "XS", "S", "M", "L", "XL", "XXL", "3XL", "4XL", "5XL", "6XL")
_ALPHA_RANK = {name: Decimal(rank) for rank, name in enumerate(_ALPHA_ORDER)}


def _spellings(table: str) -> dict[str, str]:
    """Read "name: spelling spelling; name: ..." as spelling -> name."""
    groups = (group.split(":") for group in table.split(";"))
    return {spelling: name.strip() for name, spellings in groups for spelling in spellings.split()}


_ALPHA = {name.lower(): name for name in _ALPHA_ORDER} | _spellings(
    "XXXS: 3xs; XXS: 2xs; XS: x-small xsmall; S: small; M: medium; L: large; 3XL: xxxl; 4XL: xxxxl;"
    "XL: 1xl x-large xlarge; XXL: 2xl xx-large xxlarge; 5XL: xxxxxl"
)


class _Scale(NamedTuple):
    """Lowest and highest value that are believed, the steps per unit, and what people see."""

    low: int
    high: int
    steps: tuple[int, ...]
    label: str


_SCALES = {
    SizeSystem.US_M: _Scale(1, 22, (2,), "US {}"),
    SizeSystem.US_W: _Scale(1, 21, (2,), "US W {}"),
    SizeSystem.US_Y: _Scale(0, 14, (2,), "{}Y"),
    SizeSystem.US_C: _Scale(0, 14, (2,), "{}C"),
    SizeSystem.US_J: _Scale(0, 8, (2,), "{}J"),
    SizeSystem.UK: _Scale(0, 20, (2,), "UK {}"),
    SizeSystem.EU: _Scale(14, 64, (2, 3), "EU {}"),
    SizeSystem.JP_CM: _Scale(7, 36, (10,), "JP {}"),
    SizeSystem.KR_MM: _Scale(70, 360, (1,), "KR {}"),
    SizeSystem.WAIST: _Scale(22, 60, (1,), "W{}"),
}
_LONGEST_LEG = 40
_FRACTIONS = {Fraction(0): "", Fraction(1, 3): " 1/3", Fraction(2, 3): " 2/3"}
_THIRDS = {
    **dict.fromkeys(("33", "333", "34"), Fraction(1, 3)),
    **dict.fromkeys(("66", "666", "667", "67"), Fraction(2, 3)),
}
_SIGNS = str.maketrans({"⅓": " 1/3", "⅔": " 2/3", "½": " 1/2", "’": "", "'": "", "´": ""})

_NUMBER = r"\d{1,3}(?:[.,]\d{1,3}|(?:\s+|-)(?:1/3|2/3|1/2))?"
_PARTS = re.compile(r"(\d{1,3})(?:[\s-]+([12])/([23])|[.,](\d{1,3}))?", re.ASCII)
_PLAIN = re.compile(_NUMBER, re.ASCII)
_WITH_WORDS = re.compile(rf"([a-z .:()\-]*?)({_NUMBER})([a-z .()\-]*)", re.ASCII)
_WORD = re.compile(r"[a-z]+")
_WAIST_LENGTH = re.compile(
    r"(w?)\s*(\d{2})\s*(w?)\s*([/x×*\s-]?)\s*(l?)\s*(\d{2})\s*(l?)", re.ASCII
)
_NUMBER_RANGE = re.compile(r"(?:(?:eu|eur)\s*)?(\d{2})\s*[/-]\s*(\d{2})", re.ASCII)
_ALPHA_TEXT = re.compile(r"([a-z0-9-]+?)\s*[/(,|]\s*(.+)")
_BOTH_WITHOUT_SLASH = re.compile(
    r"([mw]\s*\d{1,2}(?:\.5)?)\s*,?\s*([mw]\s*\d{1,2}(?:\.5)?)", re.ASCII
)

_REGIONS = _spellings(
    "us: us usa; uk: uk gb; eu: eu eur europe; jp: jp jpn japan; kr: kr kor korea; cm: cm; mm: mm"
)
_AUDIENCES = {
    spelling: SizeSystem(system)
    for spelling, system in _spellings(
        "us_m: m men mens man herren; us_w: w women womens wmns woman damen; us_y: y youth gs;"
        "us_c: c child childs td toddler k kid kids t infant; us_j: j junior"
    ).items()
}
_KR = SizeSystem.KR_MM
_REGION_SYSTEMS = {"uk": SizeSystem.UK, "eu": SizeSystem.EU, "kr": _KR, "mm": _KR}
_FILLERS = frozenset({"size", "sz", "gr", "groesse"})
_AUDIENCE_SYSTEMS = {
    Audience.WOMEN: SizeSystem.US_W,
    Audience.YOUTH: SizeSystem.US_Y,
    Audience.CHILDREN: SizeSystem.US_C,
}


def parse_size(
    text: str | None,
    *,
    item_name: str = "",
    brand: str | None = None,
    category: str | None = None,
) -> ParsedSize:
    """Read a size; the product decides only where the text itself leaves it open."""
    shown = " ".join((text or "").split())
    return _from_text(shown) or _from_context(shown, size_hints(item_name, brand, category))


def parse_size_with(text: str | None, hints: SizeHints) -> ParsedSize:
    """The same for a caller that has worked out a product's hints once for all of its sizes."""
    shown = " ".join((text or "").split())
    return _from_text(shown) or _from_context(shown, hints)


@lru_cache(maxsize=4096)
def _from_text(shown: str) -> ParsedSize | None:
    """None where the product has a say: bare numbers, pairs of numbers and placeholders."""
    text = _folded(shown)
    if len(shown) > _MAX_LENGTH:
        return _other(shown)
    if text in _PLACEHOLDERS or _PLAIN.fullmatch(text) or _NUMBER_RANGE.fullmatch(text):
        return None
    if text in _ONE_SIZE_WORDS:
        return _one_size(_CERTAIN)
    return (
        _alpha(text)
        or _with_words(text)
        or _waist_length(text)
        or _two_names(text)
        or _alpha_with_text(text, shown)
        or _other(shown)
    )


def _folded(shown: str) -> str:
    return " ".join(shown.translate(_SIGNS).lower().split())


def _alpha(text: str) -> ParsedSize | None:
    """M, 2XL, S/M."""
    name = _ALPHA.get(text)
    if name:
        return ParsedSize(SizeSystem.ALPHA, name, name, _quantised(_ALPHA_RANK[name]))
    low, slash, high = text.partition("/")
    first, second = _ALPHA.get(low.strip()), _ALPHA.get(high.strip())
    if not (slash and first and second) or _ALPHA_RANK[first] >= _ALPHA_RANK[second]:
        return None
    value = f"{first}/{second}"
    middle = (_ALPHA_RANK[first] + _ALPHA_RANK[second]) / 2
    return ParsedSize(SizeSystem.ALPHA, value, value, _quantised(middle))


def _with_words(text: str) -> ParsedSize | None:
    """A number and words before or behind it: "US W 9", "10C", "27.5 cm"."""
    match = _WITH_WORDS.fullmatch(text)
    if match is None:
        return None
    before, digits, after = match.groups()
    words = [word for word in _WORD.findall(f"{before} {after}") if word not in _FILLERS]
    regions = {_REGIONS[word] for word in words if word in _REGIONS}
    audiences = {_AUDIENCES[word] for word in words if word in _AUDIENCES}
    known = all(word in _REGIONS or word in _AUDIENCES for word in words)
    number = _number(digits)
    if not words or not known or len(audiences) > 1 or number is None:
        return None
    region = _region(regions)
    if region is None:
        return None
    audience = next(iter(audiences), None)
    return _prefixed(region, audience, number)


def _region(regions: set[str]) -> str | None:
    """One region; "JP 27.5 cm" and "KR 270 mm" name theirs twice. "" when none is named."""
    if regions in ({"jp", "cm"}, {"jp", "mm"}, {"kr", "mm"}):
        return "jp" if "jp" in regions else "kr"
    if len(regions) > 1:
        return None
    return next(iter(regions), "")


def _prefixed(region: str, audience: SizeSystem | None, number: Fraction) -> ParsedSize | None:
    if region in {"jp", "cm"}:
        millimetres = number >= _SCALES[SizeSystem.KR_MM].low
        return _sized(SizeSystem.JP_CM, number / 10 if millimetres else number, _CERTAIN)
    if region:
        system = _REGION_SYSTEMS.get(region) or audience or SizeSystem.US_M
        return _sized(system, number, _CERTAIN)
    if audience is SizeSystem.US_W and number >= _SCALES[SizeSystem.WAIST].low:
        return _sized(SizeSystem.WAIST, number, _LIKELY)  # "34W" of trousers, no woman's shoe
    confidence = _JUNIOR if audience is SizeSystem.US_J else _SUFFIXED
    return _sized(audience, number, confidence) if audience else None


def _waist_length(text: str) -> ParsedSize | None:
    """34W/32L, W34 L32, 34x32."""
    match = _WAIST_LENGTH.fullmatch(text)
    if match is None:
        return None
    before, waist, behind, joint, l_before, length, l_behind = match.groups()
    marked = (before or behind) and (l_before or l_behind)
    if not marked and joint not in {"x", "×", "*"}:
        return None
    return _waist_and_length(int(waist), int(length), _CERTAIN)


def _waist_and_length(waist: int, length: int, confidence: Decimal) -> ParsedSize | None:
    low, high, *_ = _SCALES[SizeSystem.WAIST]
    if not (low <= waist <= high and low <= length <= _LONGEST_LEG):
        return None
    value = f"{waist}x{length}"
    order = Decimal(waist) + Decimal(length) / 100
    return ParsedSize(
        SizeSystem.WAIST_LENGTH, value, value, _quantised(order), confidence=confidence
    )


def _two_names(text: str) -> ParsedSize | None:
    """12W / 10.5M, M9/W11, US 9 / EU 42.5: the one printed first, the other as equivalent."""
    match = _BOTH_WITHOUT_SLASH.fullmatch(text)
    first, slash, second = (match[1], "/", match[2]) if match else text.partition("/")
    one, other = _with_words(first.strip()), _with_words(second.strip())
    if not slash or one is None or other is None or one.system is other.system:
        return None
    if SizeSystem.OTHER in {one.system, other.system}:
        return None
    confidence = min(_JUNIOR, one.confidence, other.confidence)
    return replace(one, equivalent=(other,), confidence=confidence)


def _alpha_with_text(text: str, shown: str) -> ParsedSize | None:
    """S / Men's 9-10: the letter counts, the rest is kept as a note."""
    match = _ALPHA_TEXT.fullmatch(text)
    parsed = _alpha(match[1]) if match else None
    if match is None or parsed is None:
        return None
    note = re.split(r"[/(,|]", shown, maxsplit=1)[-1].strip(" )")
    if note.lower() in _ALPHA:
        return None  # "XL/S" is a mistake, not a size with a note
    return replace(parsed, note=note or None, confidence=_FREE_TEXT)


@lru_cache(maxsize=4096)
def _from_context(shown: str, hints: SizeHints) -> ParsedSize:
    text = _folded(shown)
    if text in _PLACEHOLDERS:
        return _one_size(_SIZELESS) if hints.sizeless else _no_size()
    pair = _NUMBER_RANGE.fullmatch(text)
    if pair:
        return _range(int(pair[1]), int(pair[2]), hints) or _other(shown)
    number = _number(text)
    return (_bare(number, hints) if number is not None else None) or _other(shown)


def _range(low: int, high: int, hints: SizeHints) -> ParsedSize | None:
    if hints.bottoms and high <= 36:  # noqa: PLR2004 - legs longer than 36 are not made
        return _waist_and_length(low, high, _LIKELY)
    if not (30 <= low < high <= 60 and high - low <= 4):  # noqa: PLR2004 - appendix B
        return None
    value = f"{low}/{high}"
    middle = (Decimal(low) + Decimal(high)) / 2
    confidence = _LIKELY if high - low == 2 else _SIZELESS  # noqa: PLR2004 - the usual step
    return ParsedSize(
        SizeSystem.EU, value, f"EU {value}", _quantised(middle), confidence=confidence
    )


def _bare(number: Fraction, hints: SizeHints) -> ParsedSize | None:
    """A number without any word; ranges of appendix B."""
    if hints.bottoms and _believable(SizeSystem.WAIST, number):
        return _sized(SizeSystem.WAIST, number, _EU_SHOE)
    if 35 <= number <= 52:  # noqa: PLR2004 - European shoes
        return _sized(SizeSystem.EU, number, _EU_SHOE if hints.shoe else _WEAK)
    if number <= 18:  # noqa: PLR2004 - the largest shoe sold
        return _bare_us(number, _AUDIENCE_SYSTEMS.get(hints.audience) if hints.audience else None)
    if 215 <= number <= 330 and number % 5 == 0:  # noqa: PLR2004 - millimetres
        return _sized(SizeSystem.KR_MM, number, _LIKELY)
    if hints.audience is Audience.CHILDREN and number <= 34:  # noqa: PLR2004 - European children
        return _sized(SizeSystem.EU, number, _DOUBTFUL)
    return None


def _bare_us(number: Fraction, audience: SizeSystem | None) -> ParsedSize | None:
    if audience is SizeSystem.US_Y and number > 9:  # noqa: PLR2004 - pre-school: 10.5C to 3Y
        return _sized(SizeSystem.US_C if number < 14 else SizeSystem.US_M, number, _WEAK)  # noqa: PLR2004
    if audience is SizeSystem.US_C and number > 14:  # noqa: PLR2004 - European children's
        return _sized(SizeSystem.EU, number, _WEAK)
    if audience:
        return _sized(audience, number, _DOUBTFUL)
    if number < 2:  # noqa: PLR2004 - smaller ones exist for children only
        return None
    return _sized(SizeSystem.US_M, number, _LIKELY)


def _number(text: str) -> Fraction | None:
    """Exact; .33 and .67 are thirds, because no size is made in hundredths."""
    match = _PARTS.fullmatch(text)
    if match is None:
        return None
    whole, above, below, digits = match.groups()
    if above:
        return int(whole) + Fraction(int(above), int(below))
    if digits:
        return int(whole) + (_THIRDS.get(digits) or Fraction(int(digits), 10 ** len(digits)))
    return Fraction(int(whole))


def _believable(system: SizeSystem, number: Fraction) -> bool:
    low, high, steps, _label = _SCALES[system]
    return low <= number <= high and any((number * step).denominator == 1 for step in steps)


def _sized(system: SizeSystem, number: Fraction, confidence: Decimal) -> ParsedSize | None:
    if not _believable(system, number):
        return None
    value = _number_text(number)
    order = Decimal(number.numerator) / Decimal(number.denominator)
    label = _SCALES[system].label.format(value)
    return ParsedSize(system, value, label, _quantised(order), confidence=confidence)


def _number_text(number: Fraction) -> str:
    whole, rest = divmod(number, 1)
    if rest in _FRACTIONS:
        return f"{whole}{_FRACTIONS[rest]}"
    return str(Decimal(number.numerator) / Decimal(number.denominator))


def _quantised(order: Decimal) -> Decimal:
    return order.quantize(_MILLI)


def _no_size() -> ParsedSize:
    return ParsedSize(SizeSystem.NONE, "", "No size", _quantised(_ZERO))


def _one_size(confidence: Decimal) -> ParsedSize:
    return ParsedSize(
        SizeSystem.ONE_SIZE, "one size", "One size", _quantised(_ZERO), confidence=confidence
    )


def _other(shown: str) -> ParsedSize:
    """As printed; in lists ordered by the first number inside."""
    match = re.search(r"\d{1,6}(?:\.\d{1,3})?", shown, re.ASCII)
    order = _quantised(Decimal(match[0]) if match else _ZERO)
    return ParsedSize(SizeSystem.OTHER, shown, shown, order, confidence=_ZERO)
