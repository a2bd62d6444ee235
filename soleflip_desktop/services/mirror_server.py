"""What the mirror cannot answer is asked of the server: order numbers, countless texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from soleflip_desktop.db.queries import mirror as queries
from soleflip_desktop.domain.grid_query import Condition, GridQuery, Operator
from soleflip_desktop.services.mirror_filter import positive

#: Shorter words would be found in nearly every text that the server has to look through.
LEAST_LETTERS = 3
_O = Operator


@dataclass(slots=True)
class Found:
    """Ids that the server found: for each word of a search, and for conditions by field."""

    words: list[set[int]]
    conditions: dict[tuple[str, Condition], Iterable[int]] = field(default_factory=dict)

    @property
    def nothing(self) -> bool:
        return not any(self.words) and not self.conditions


@dataclass(frozen=True, slots=True)
class Question:
    """A part of a query. `searched` are the fields in which the server looks for words.

    `number_place` says which of the two ids of an order found by its number is ours; None where
    numbers are not searched.
    """

    table: queries.KeyTable
    words: tuple[str, ...]
    searched: tuple[str, ...]
    conditions: tuple[tuple[str, Condition], ...]
    number_place: int | None

    @classmethod
    def of(
        cls,
        query: GridQuery,
        table: queries.KeyTable,
        searched: Sequence[str],
        ranked: frozenset[str],
        number_place: int,
    ) -> Question:
        """`searched` are the fields of the search; `ranked` those whose texts the mirror lacks."""
        numbers = query.search_fields is None or "order_number" in query.search_fields
        return cls(
            table,
            tuple(query.search.casefold().split()),
            tuple(name for name in searched if name in ranked and name != "order_number"),
            tuple(
                (one.field, positive(condition))
                for one in query.filters
                if one.field in ranked
                for condition in one.conditions
            ),
            number_place if numbers else None,
        )

    @property
    def empty(self) -> bool:
        return not self.conditions and not any(self._asked(word) for word in self.words)

    def _asked(self, word: str) -> bool:
        return self._is_number(word) or (bool(self.searched) and len(word) >= LEAST_LETTERS)

    def _is_number(self, word: str) -> bool:
        return self.number_place is not None and any(letter.isdigit() for letter in word)

    def ask(self, session: Session) -> Found:
        return Found(
            [self._rows_with(session, word) for word in self.words],
            {key: self._meeting(session, *key) for key in self.conditions},
        )

    def _rows_with(self, session: Session, word: str) -> set[int]:
        ids: set[int] = set()
        if self.number_place is not None and self._is_number(word):
            found = queries.orders_by_number(session, word.upper())
            ids.update(pair[self.number_place] for pair in found)
        if len(word) >= LEAST_LETTERS:
            for name in self.searched:
                ids.update(queries.ids_by_text(session, self.table, name, "contains", word))
        return ids

    def _meeting(self, session: Session, name: str, condition: Condition) -> set[int]:
        def ids(compared: str, value: str) -> set[int]:
            return set(queries.ids_by_text(session, self.table, name, compared, value))

        operator, values = condition.operator, [str(value) for value in condition.values]
        if operator is _O.FILLED:
            return ids("filled", "")
        if operator is _O.BETWEEN:
            return ids(_O.AT_LEAST, values[0]) & ids(_O.AT_MOST, values[1])
        if operator is _O.ONE_OF:
            return {id_ for value in filter(None, values) for id_ in ids(_O.EQUALS, value)}
        return ids(operator, values[0])
