"""Mirrors made of plain rows, as if they had been read from a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from soleflip_desktop.db.queries.mirror import BLANK
from soleflip_desktop.domain.grid_query import FieldKind
from soleflip_desktop.services.inventory import KEYS
from soleflip_desktop.services.mirror import Fetched, KeyMirror
from soleflip_desktop.services.mirror_keys import KeyColumn
from soleflip_desktop.services.mirror_words import References, Word

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Keys of words that have one text each here.
WORDS = ("tags", "notes", "supplier", "status")
CURRENCIES = ("gross_currency", "payout_currency", "cost_currency")
NUMBERS = ("gross", "payout", "cost", "profit", "days_held", "sold_at", "return_until")


def mirror_of(rows: Sequence[Mapping[str, Any]]) -> KeyMirror:
    """Rows as {field: value}; ids are 1, 2, 3 ...; what is missing is blank.

    Words are ordered by their folded text; amounts without a currency are in EUR.
    """
    ids = np.arange(1, len(rows) + 1, dtype=np.int64)
    numbers = {name: KeyColumn.numbers(_wide(name, rows)) for name in NUMBERS}
    fetched = Fetched(0, ids, numbers, {}, {})
    for name in (*WORDS, *CURRENCIES):
        default = "EUR" if name in CURRENCIES else None
        texts = [row.get(name, default) or "" for row in rows]
        values = {text: value for value, text in enumerate(sorted(set(texts)), 7) if text}
        references = References()
        wide = [values.get(text, BLANK) for text in texts]
        references.add(np.array(wide, dtype=np.int64), ids)
        fetched.references[name] = references
        fetched.words[name] = {value: (Word.plain(text),) for text, value in values.items()}
    return KeyMirror.of(KEYS.fields, fetched)


def _wide(name: str, rows: Sequence[Mapping[str, Any]]) -> Any:
    values = [_integer(name, row.get(name)) for row in rows]
    return np.array(values, dtype=np.int64)


def _integer(name: str, value: Any) -> int:
    if value is None:
        return BLANK
    if isinstance(value, datetime):
        return (value - _EPOCH) // timedelta(microseconds=1)
    if isinstance(value, date):
        return (value - _EPOCH.date()).days
    places = KEYS.fields[name].places if KEYS.fields[name].kind is FieldKind.AMOUNT else 0
    return int(Decimal(value).scaleb(places))
