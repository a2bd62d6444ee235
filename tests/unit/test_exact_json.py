"""Records are kept as their platform sent them: digit by digit, in one spelling."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from soleflip_desktop.db.queries.remote_records import exact_json, told

NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9)
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Co"], exclude_characters="\0"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


@given(value=JSON)
def test_nothing_is_lost(value: Any) -> None:
    text = exact_json(value)
    read = json.loads(text, parse_float=Decimal)
    assert read == value
    assert exact_json(read) == text


def test_one_spelling() -> None:
    assert exact_json({"b": Decimal("76.0000"), "a": Decimal("1E+3")}) == '{"a":1000,"b":76.0000}'
    assert exact_json(MappingProxyType({"at": datetime(2026, 3, 1, tzinfo=UTC)})) == (
        '{"at":"2026-03-01T00:00:00+00:00"}'
    )
    assert told("1", {"a": 1, "b": 2}) == told("1", {"b": 2, "a": 1})
    assert told("1", {"a": 1}).digest != told("1", {"a": 2}).digest


def test_what_postgresql_cannot_store_is_replaced() -> None:
    assert exact_json(["a\0b", "\ud800", r"\u0000", Decimal("NaN")]) == (
        '["a\ufffdb","?","\\\\u0000",null]'
    )
