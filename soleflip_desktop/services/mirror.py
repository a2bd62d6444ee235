"""The mirror of a table's sort keys: sorting and filtering a million rows in memory.

24 MB of keys and a cached permutation for each sorted column replace every ORDER BY, OFFSET and
ILIKE that a grid would send (performance.md B, strategy 4b).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from soleflip_desktop.db.queries.mirror import BLANK, VariantTexts
from soleflip_desktop.services.grid import CurrencySums

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
LARGEST = np.iinfo(np.int64).max


@dataclass(slots=True)
class TextIndex:
    """Ranks and search texts of the variants that rows refer to."""

    ids: Ints
    ranks: dict[str, Ints]
    haystacks: list[str]

    @classmethod
    def of(cls, variants: Sequence[VariantTexts]) -> TextIndex:
        """`variants` in id order."""
        columns: dict[str, list[tuple[object, ...]]] = {
            "product": [(v.product.casefold(),) for v in variants],
            "brand": [(v.brand.casefold(),) for v in variants],
            "style_code": [(v.style_code.casefold(),) for v in variants],
            "category": [(v.category,) for v in variants],
            "size": [v.size_order for v in variants],
        }
        return cls(
            ids=np.array([v.id for v in variants], dtype=np.int64),
            ranks={name: _ranks(values, variants, name) for name, values in columns.items()},
            haystacks=[
                f"{v.product} {v.brand} {v.style_code} {v.category} {v.size}".casefold()
                for v in variants
            ],
        )

    def matching(self, words: Sequence[str]) -> Mask:
        """Variants whose text holds every word."""
        found = (all(word in text for word in words) for text in self.haystacks)
        return np.fromiter(found, dtype=np.bool_, count=len(self.haystacks))


def _ranks(values: list[tuple[object, ...]], variants: Sequence[VariantTexts], name: str) -> Ints:
    """Equal texts share a rank; an empty text is a blank and sorts last."""
    order = {value: rank for rank, value in enumerate(sorted(set(values)))}
    ranks = np.array([order[value] for value in values], dtype=np.int64)
    if name in {"brand", "style_code"}:
        blank = np.array([not getattr(v, name) for v in variants], dtype=np.bool_)
        ranks[blank] = BLANK
    return ranks


@dataclass(slots=True)
class KeyMirror:
    """All rows of a table in id order: their ids, their keys, and what follows from them."""

    ids: Ints
    columns: dict[str, Ints]
    texts: TextIndex
    _orders: dict[str, tuple[Ints, int]] = field(default_factory=dict)
    _places: NDArray[np.int32] | None = None
    _all_sums: tuple[CurrencySums, ...] | None = None

    @property
    def variant_places(self) -> NDArray[np.int32]:
        """Where each row's variant stands in `texts`."""
        if self._places is None:
            places = np.searchsorted(self.texts.ids, self.columns["variant"])
            self._places = places.astype(np.int32)
        return self._places

    def key(self, name: str) -> Ints:
        if name in self.texts.ranks:
            return self.texts.ranks[name][self.variant_places]
        return self.columns[name]

    def order(self, name: str, *, descending: bool) -> Ints:
        """Row places in order of a key; blanks come last either way."""
        if name not in self._orders:
            key = self.key(name)
            blank = key == BLANK
            order = np.argsort(np.where(blank, LARGEST, key), kind="stable")
            self._orders[name] = order, int(blank.sum())
        order, blanks = self._orders[name]
        if not descending:
            return order
        filled = len(order) - blanks
        return np.concatenate((order[:filled][::-1], order[filled:]))

    def mask(self, words: Sequence[str], extra_ids: Sequence[int]) -> Mask:
        """Rows whose variant holds all words, and those with one of the extra ids."""
        rows: Mask = self.texts.matching(words)[self.variant_places]
        if extra_ids:
            places = np.searchsorted(self.ids, np.array(sorted(extra_ids), dtype=np.int64))
            places = places[places < len(self.ids)]
            rows[places[np.isin(self.ids[places], extra_ids)]] = True
        return rows

    def sums(self, rows: Mask | None) -> tuple[CurrencySums, ...]:
        """One line for each currency that occurs; exact, from integer cents."""
        if rows is None:
            if self._all_sums is None:
                self._all_sums = self._sums(slice(None))
            return self._all_sums
        return self._sums(rows)

    def _sums(self, rows: Mask | slice) -> tuple[CurrencySums, ...]:
        by_currency: dict[str, dict[str, Decimal]] = {}
        sales: dict[str, int] = {}
        for name in ("gross", "payout", "cost"):
            amounts = self.columns[name][rows]
            codes = self.columns[f"{name}_currency"][rows]
            filled = amounts != BLANK
            for code in np.unique(codes[filled]):
                mine = amounts[filled & (codes == code)]
                currency = _currency(int(code))
                by_currency.setdefault(currency, {})[name] = Decimal(int(mine.sum())).scaleb(-2)
                if name == "gross":
                    sales[currency] = len(mine)
        return tuple(
            CurrencySums(
                currency,
                sales.get(currency, 0),
                sums.get("gross"),
                sums.get("payout"),
                sums.get("cost"),
            )
            for currency, sums in sorted(by_currency.items())
        )


def unpack(data: bytes, names: Sequence[str]) -> tuple[Ints, dict[str, Ints]]:
    """Ids and columns of what `packed_keys` sent."""
    table = np.frombuffer(data, dtype=">i8").reshape(-1, len(names) + 1)
    columns = {name: table[:, n + 1].astype(np.int64) for n, name in enumerate(names)}
    return table[:, 0].astype(np.int64), columns


def _currency(code: int) -> str:
    return bytes((code >> 16, code >> 8 & 255, code & 255)).decode()
