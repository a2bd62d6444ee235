"""Exact sums of integer cents, by currency; amounts come out in major units."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

import numpy as np

from soleflip_desktop.domain.grid_query import FieldKind
from soleflip_desktop.services.grid import CurrencySums, FieldSums
from soleflip_desktop.services.mirror import KeyMirror
from soleflip_desktop.services.mirror_fields import Field
from soleflip_desktop.services.mirror_keys import AnyInts, Ints, Mask, Places

_CENT = Decimal("0.01")
#: The figures of a status line and of a group's head.
SUMMED = ("gross", "payout", "cost", "profit")


def currency_sums(mirror: KeyMirror, rows: Mask | None) -> tuple[CurrencySums, ...]:
    """Of some rows or of all."""
    found: dict[str, dict[str, tuple[int, int]]] = {}
    places = slice(None) if rows is None else np.flatnonzero(rows)
    for name in SUMMED:
        column = mirror.columns[mirror.fields[name].key]
        values = column.values[places]
        key = mirror.fields[name].currency or ""
        slots = mirror.columns[key].values[places]
        for slot, currency in _currencies(mirror, key):
            mine = (slots == slot) & (values != column.blank)
            if count := int(np.count_nonzero(mine)):
                sums = found.setdefault(currency, {})
                sums[name] = count, _total(values, mine)
    return _in_currencies(found)


def _total(values: AnyInts, mine: Mask) -> int:
    """Times 0 or 1: faster than picking them out."""
    return int((values * mine).sum(dtype=np.int64))


def group_sums(mirror: KeyMirror, rows: Places, starts: Ints) -> list[tuple[CurrencySums, ...]]:
    """For each group of rows that stand together; `starts` says where each begins."""
    found: list[dict[str, dict[str, tuple[int, int]]]] = [{} for _ in starts]
    for name in SUMMED:
        column = mirror.columns[mirror.fields[name].key]
        amounts = column.values[rows]
        filled = amounts != column.blank
        key = mirror.fields[name].currency or ""
        slots = mirror.columns[key].values[rows]
        for slot, currency in _currencies(mirror, key):
            mine = filled & (slots == slot)
            counts = np.add.reduceat(mine.astype(np.int64), starts)
            if not counts.any():
                continue
            totals = np.add.reduceat(np.where(mine, amounts, 0).astype(np.int64), starts)
            for group in np.flatnonzero(counts).tolist():
                sums = found[group].setdefault(currency, {})
                sums[name] = int(counts[group]), int(totals[group])
    return [_in_currencies(sums) for sums in found]


def _currencies(mirror: KeyMirror, key: str) -> list[tuple[int, str]]:
    part = mirror.tables[key].part(0)
    return [(slot, part.words[rank].text) for slot, rank in enumerate(part.ranks.tolist()) if rank]


def _in_currencies(sums: dict[str, dict[str, tuple[int, int]]]) -> tuple[CurrencySums, ...]:
    lines = []
    for currency, by_name in sorted(sums.items()):
        major = {name: Decimal(total).scaleb(-2) for name, (_, total) in by_name.items()}
        sales = by_name["gross"][0] if "gross" in by_name else 0
        lines.append(CurrencySums(currency, sales, *(major.get(name) for name in SUMMED)))
    return tuple(lines)


def field_sums(mirror: KeyMirror, rows: Places, names: Sequence[str]) -> list[FieldSums]:
    """Of amounts and numbers; other fields have none."""
    return [
        sums
        for name in names
        if mirror.fields[name].kind in {FieldKind.AMOUNT, FieldKind.NUMBER}
        for sums in _of_field(mirror, mirror.fields[name], rows)
    ]


def _of_field(mirror: KeyMirror, of: Field, rows: Places) -> list[FieldSums]:
    column = mirror.columns[of.key]
    values = column.values[rows]
    filled = values != column.blank
    if of.currency is None:
        return _lines(of, None, values[filled])
    slots = mirror.columns[of.currency].values[rows]
    by_currency = sorted((text, slot) for slot, text in _currencies(mirror, of.currency))
    return [
        line
        for text, slot in by_currency
        for line in _lines(of, text, values[filled & (slots == slot)])
    ]


def _lines(of: Field, currency: str | None, values: AnyInts) -> list[FieldSums]:
    if not len(values):
        return []
    total = int(values.sum(dtype=np.int64))
    scaled = (total, int(values.min()), int(values.max()))
    whole, least, most = (Decimal(number).scaleb(-of.places) for number in scaled)
    average = (whole / len(values)).quantize(_CENT, ROUND_HALF_UP)
    return [FieldSums(of.name, currency, len(values), whole, average, least, most)]
