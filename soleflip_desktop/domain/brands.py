"""Which brand made a product, read from its name.

Rules of design/reference.md 3.1: names by longest match on word boundaries first, then models, and
of a collaboration ("A x B") the maker is the brand and the others are kept as collaborators. No
answer is better than a wrong one: a name without any known word yields None.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from soleflip_desktop.domain.brand_data import (
    BRAND_RULES,
    NEW_BALANCE_NUMBERS,
    OFF_WHITE_PARTNERS,
    BrandRule,
    Role,
)

__all__ = ["BrandMatch", "product_words", "recognise_brand"]

_WORD = re.compile(r"[a-z0-9+@]+")
_SPECIAL = str.maketrans({"'": "", "’": "", "`": "", "×": "x", "ß": "ss", "ø": "o", "æ": "ae"})
_COLLABORATION = "x"
# Words that may stand in front of the brand without taking the first place from it.
_NOISE = frozenset(
    {"wmns", "womens", "women", "w", "mens", "men", "kids", "gs", "ps", "td", "new", "the", "nwt"}
)

_OPENING = Decimal("0.98")
_JOINED = Decimal("0.95")
_INSIDE = Decimal("0.85")
_MODEL_FIRST = Decimal("0.8")
_MODEL_INSIDE = Decimal("0.7")
_COLLABORATOR_ONLY = Decimal("0.6")


@dataclass(frozen=True, slots=True)
class BrandMatch:
    """The maker, how sure we are (0..1), and the others named on the product."""

    brand: str
    confidence: Decimal
    collaborators: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Phrase:
    words: tuple[str, ...]
    rule: BrandRule
    anywhere: bool = True
    strong: bool = False


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int
    phrase: _Phrase
    opening: bool

    @property
    def rule(self) -> BrandRule:
        return self.phrase.rule


@lru_cache(maxsize=1024)
def product_words(text: str) -> tuple[str, ...]:
    """Lower-case ASCII words of a product name; a hyphen separates like a blank.

    Cached for the short time in which brand, category and size are read from the same name.
    """
    folded = text.lower().translate(_SPECIAL)
    if not folded.isascii():
        folded = unicodedata.normalize("NFKD", folded).translate(_SPECIAL)
        folded = "".join(char for char in folded if not unicodedata.combining(char))
    return tuple(_WORD.findall(folded))


_Index = dict[str, tuple[_Phrase, ...]]


def _index(phrases: list[_Phrase]) -> _Index:
    """By first word, longest phrase first: the longest match is the first that fits."""
    found: dict[str, list[_Phrase]] = {}
    for phrase in phrases:
        found.setdefault(phrase.words[0], []).append(phrase)
    return {
        word: tuple(sorted(group, key=lambda phrase: len(phrase.words), reverse=True))
        for word, group in found.items()
    }


def _name_phrases() -> list[_Phrase]:
    return [
        *(_Phrase(product_words(t), rule, True) for rule in BRAND_RULES for t in rule.anywhere),
        *(_Phrase(product_words(t), rule, False) for rule in BRAND_RULES for t in rule.leading),
    ]


def _model_phrases() -> list[_Phrase]:
    strong = [
        _Phrase(product_words(text), rule, strong=True)
        for rule in BRAND_RULES
        for text in rule.strong_models
    ]
    weak = [_Phrase(product_words(text), rule) for rule in BRAND_RULES for text in rule.models]
    return strong + weak


_NAMES = _index(_name_phrases())
_MODELS = _index(_model_phrases())
_NEW_BALANCE = next(rule for rule in BRAND_RULES if rule.name == "New Balance")


def _match(index: _Index, words: tuple[str, ...], at: int, *, opening: bool) -> _Phrase | None:
    for phrase in index.get(words[at], ()):
        if not (opening or phrase.anywhere):
            continue
        if words[at : at + len(phrase.words)] == phrase.words:
            return phrase
    return None


def _names(words: tuple[str, ...]) -> list[_Hit]:
    hits: list[_Hit] = []
    opening = True
    at = 0
    while at < len(words):
        phrase = _match(_NAMES, words, at, opening=opening) if words[at] in _NAMES else None
        if phrase is None:
            opening = words[at] == _COLLABORATION or (opening and words[at] in _NOISE)
            at += 1
            continue
        if phrase.rule.role is not Role.IGNORED:
            hits.append(_Hit(at, phrase, opening))
        opening = False
        at += len(phrase.words)
    return hits


def _model(words: tuple[str, ...]) -> _Hit | None:
    """The first strong model, else the first of all."""
    first: _Hit | None = None
    for at, word in enumerate(words):
        phrase = _match(_MODELS, words, at, opening=True) if word in _MODELS else None
        if phrase is None:
            continue
        hit = _Hit(at, phrase, at == 0)
        if phrase.strong:
            return hit
        first = first or hit
    if first is None and words[0] in NEW_BALANCE_NUMBERS:
        return _Hit(0, _Phrase(words[:1], _NEW_BALANCE), opening=True)
    return first


def _without_colour(hits: list[_Hit], item_name: str) -> list[_Hit]:
    """Drop an Off-White that is only the colour of somebody else's shoe."""
    partners = any(hit.rule.name in OFF_WHITE_PARTNERS for hit in hits)
    hyphenated = "off-white" in item_name.lower()
    return [
        hit
        for hit in hits
        if hit.rule.name != "Off-White"
        or hit.opening
        or (hyphenated and (partners or not hits[1:]))
    ]


def _first_maker(hits: list[_Hit]) -> _Hit | None:
    makers = [hit for hit in hits if hit.rule.role is Role.MAKER]
    if not makers:
        return None
    if makers[0].rule.name == "Nike":  # "Nike SB x Air Jordan 4" is a Jordan shoe
        return next((hit for hit in makers if hit.rule.name == "Jordan"), makers[0])
    return makers[0]


def _confidence(hit: _Hit) -> Decimal:
    if hit.opening:
        return _JOINED if hit.start else _OPENING
    return _INSIDE


def _model_confidence(hit: _Hit) -> Decimal:
    return _MODEL_FIRST if hit.opening else _MODEL_INSIDE


def _pick(hits: list[_Hit], words: tuple[str, ...]) -> tuple[str, Decimal] | None:
    maker = _first_maker(hits)
    if maker:
        return maker.rule.name, _confidence(maker)
    model = _model(words)
    label = next((hit for hit in hits if hit.rule.role is not Role.COLLABORATOR), None)
    if label and not (model and _model_outweighs(model, label)):
        return label.rule.name, _confidence(label)
    if model:
        return model.rule.name, _model_confidence(model)
    if hits and hits[0].opening:  # "Yeezy Gap Jacket"; "a concepts poster" is nobody's
        return hits[0].rule.name, _COLLABORATOR_ONLY
    return None


def _model_outweighs(model: _Hit, label: _Hit) -> bool:
    if label.rule.role is Role.ARTIST and label.start < model.start:
        return False  # "Daniel Arsham Air Max 1" stays with the artist (reference 7.2, case 121)
    return model.phrase.strong or (model.start == 0 and label.start > 0)


def _collaborators(hits: list[_Hit], brand: str) -> tuple[str, ...]:
    names = (hit.rule.line or hit.rule.name for hit in hits)
    own = {brand, "Nike"} if brand == "Jordan" else {brand}
    return tuple(name for name in dict.fromkeys(names) if name not in own)


@lru_cache(maxsize=8192)
def recognise_brand(item_name: str) -> BrandMatch | None:
    """The maker of a product, or None where the name does not tell."""
    words = product_words(item_name)
    if not words:
        return None
    hits = _names(words)
    if len(hits) > 1 or (hits and not hits[0].opening):
        hits = _without_colour(hits, item_name)
    picked = _pick(hits, words)
    if picked is None:
        return None
    brand, confidence = picked
    return BrandMatch(brand, confidence, _collaborators(hits, brand))
