"""Which layout a header belongs to, and how sure that is. Pure Python: the window uses it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from soleflip_desktop.connectors.files.codes import PLACEHOLDERS
from soleflip_desktop.connectors.files.profiles import builtin, headers_of, normalise
from soleflip_desktop.domain.import_fields import FIELDS, Kind
from soleflip_desktop.domain.import_plan import Profile, ProfileColumn
from soleflip_desktop.domain.import_sketch import Candidate
from soleflip_desktop.domain.integration import ERROR_COLUMN

#: A first candidate below this, or not that far ahead of the second, needs a person's word.
CERTAIN, LEAD = 0.8, 0.1
#: A saved profile that fits as well as this goes before shipped ones.
OWN = 0.95
#: A header known by a field's general names says less than one that the layout names itself.
_GENERAL = 0.88
#: What counts: the share of the file's columns that are known, that enough of the layout's are
#: there (people leave out most of them), and the share of the layout's that are.
_COVERAGE, _SOME, _ALL = 0.8, 0.1, 0.1
_ENOUGH = 6
_MISSING, _UNREADABLE = 0.5, 0.6

_AMOUNT = re.compile(
    r"[^\d\w]*[A-Za-z]{0,3}[^\d\w]*\d[\d.,'’ \u00a0\u202f]*[^\d\w]*[A-Za-z]{0,3}[^\d\w]*"
)
_DATE = re.compile(r"\d{4}-\d\d?-\d\d?|\d{1,2}([./-])\d{1,2}\1\d{2,4}")
_MONTH = re.compile(
    r"(?=.*\d)(^|.*[\W\d])(jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])"
)
_DATES = {Kind.DAY, Kind.INSTANT}


@dataclass(frozen=True, slots=True)
class Placing:
    """Where a profile's columns stand in a header: field -> position.

    `ties` are fields that more than one column claims with equal right, `named` the positions of
    headers that the profile writes out, `kind` the position of the column that tells row kinds.
    """

    places: Mapping[str, int]
    ties: Mapping[str, tuple[int, ...]]
    named: frozenset[int]
    kind: int | None
    missing: tuple[str, ...]


def is_blank(cell: str) -> bool:
    """True for blank cells and placeholders, which say nothing."""
    return cell.strip() in PLACEHOLDERS


def looks_like(kind: Kind, cell: str) -> bool:
    """A quick look at one cell; the reader of the whole file is stricter."""
    text = cell.strip()
    if kind is Kind.AMOUNT:
        return bool(_AMOUNT.fullmatch(text))
    if kind in _DATES:
        return bool(_DATE.match(text) or _MONTH.match(text.casefold()))
    return True


def locate(profile: Profile, header: Sequence[str]) -> Placing:
    """Finds the columns. The names that a profile writes out go before the general ones.

    Of several general names the field's title wins, then the longest; of equal headers the first.
    """
    names = [normalise(name) for name in header]
    places: dict[str, int] = {}
    ties: dict[str, tuple[int, ...]] = {}
    for written in (True, False):
        for column in profile.columns:
            if bool(column.headers) is written:
                best = _best(profile, column, names, places.values())
                if best:
                    places[column.field] = best[0]
                if len(best) > 1:
                    ties[column.field] = best
    kind = _kind_place(profile, names)
    ordered = {c.field: places[c.field] for c in profile.columns if c.field in places}
    return Placing(ordered, ties, _named(profile, names), kind, _missing(profile, ordered, kind))


def _best(
    profile: Profile, column: ProfileColumn, names: Sequence[str], taken: Collection[int]
) -> tuple[int, ...]:
    """Positions that no other name beats: more than one of them is a tie."""
    wanted = [normalise(name) for name in headers_of(column, profile)]
    ranks = {
        place: (-wanted.index(name) if column.headers or name == wanted[0] else -1, len(name))
        for place, name in enumerate(names)
        if name and name in wanted and place not in taken
    }
    return tuple(place for place, rank in ranks.items() if rank == max(ranks.values()))


def _kind_place(profile: Profile, names: Sequence[str]) -> int | None:
    wanted = {normalise(name) for name in profile.rows.kind_column}
    return next((place for place, name in enumerate(names) if name in wanted), None)


def _written(profile: Profile) -> Iterable[str]:
    yield from profile.ignored
    yield from profile.rows.kind_column
    for column in profile.columns:
        yield from column.headers


def _named(profile: Profile, names: Sequence[str]) -> frozenset[int]:
    written = {normalise(name) for name in _written(profile)}
    return frozenset(place for place, name in enumerate(names) if name in written)


def _missing(profile: Profile, places: Mapping[str, int], kind: int | None) -> tuple[str, ...]:
    wanted = [c for c in profile.columns if c.required or c.expected]
    missing = [headers_of(c, profile)[0] for c in wanted if c.field not in places]
    if profile.rows.kind_column and kind is None:
        missing.append(profile.rows.kind_column[0])
    return tuple(missing)


def candidates(
    header: Sequence[str], rows: Sequence[Sequence[str]], profiles: Iterable[Profile]
) -> tuple[Candidate, ...]:
    """All profiles that know a column of the header, best first; `rows` are sample records."""
    own = set(builtin())
    found = [_candidate(header, rows, profile) for profile in profiles]
    fitting = [candidate for candidate in found if candidate.found]
    fitting.sort(key=lambda c: (-c.confidence, bool(c.missing), c.profile in own))
    return tuple(fitting)


def is_certain(found: Sequence[Candidate]) -> bool:
    """Whether the first candidate needs no question."""
    if not found or found[0].missing or found[0].confidence < CERTAIN:
        return False
    first = found[0]
    rivals = [c for c in found[1:] if c.confidence > first.confidence - LEAD and not c.missing]
    shipped = builtin()
    if first.profile not in shipped and first.confidence >= OWN:
        rivals = [c for c in rivals if c.profile not in shipped]
    return not rivals


def known_names(profiles: Iterable[Profile]) -> frozenset[str]:
    """Every normalised header that any of the profiles knows: a line of them is a header line."""
    names = {
        normalise(name)
        for profile in profiles
        for source in (_written(profile), *(headers_of(c, profile) for c in profile.columns))
        for name in source
    }
    return frozenset(names - {""})


def _candidate(header: Sequence[str], rows: Sequence[Sequence[str]], profile: Profile) -> Candidate:
    placing = locate(profile, header)
    told = header[:-1] if header and normalise(header[-1]) == normalise(ERROR_COLUMN) else header
    filled = [place for place, name in enumerate(told) if name.strip()]
    claimed = {*placing.places.values(), *(place for tie in placing.ties.values() for place in tie)}
    general = claimed - placing.named
    known = len(placing.named) + _GENERAL * len(general)
    wanted = len(profile.columns)
    confidence = _COVERAGE * min(1.0, known / max(1, len(filled)))
    confidence += _SOME * min(1.0, len(placing.places) / min(wanted, _ENOUGH))
    confidence += _ALL * len(placing.places) / wanted
    confidence *= _MISSING if placing.missing else 1.0
    confidence *= 1.0 if _readable(profile, placing, rows) else _UNREADABLE
    return Candidate(
        profile.key,
        profile.title,
        profile.target,
        round(confidence, 3),
        len(placing.places),
        len(profile.columns),
        placing.missing,
    )


def _readable(profile: Profile, placing: Placing, rows: Sequence[Sequence[str]]) -> bool:
    """Whether the columns that a row must have hold what they should."""
    for column in profile.columns:
        place = placing.places.get(column.field)
        kind = FIELDS[profile.target][column.field].kind
        if place is None or not (column.required or column.expected):
            continue
        cells = [row[place] for row in rows if place < len(row) and not is_blank(row[place])]
        if cells and sum(looks_like(kind, cell) for cell in cells) * 2 < len(cells):
            return False
    return True
