"""Words of sentences that count things."""

from __future__ import annotations

import pytest

from soleflip_desktop.domain.integration import ChangedEntity
from soleflip_desktop.domain.words import in_number


@pytest.mark.parametrize(
    ("noun", "many"),
    [("category", "categories"), ("item", "items"), ("price", "prices"), ("row", "rows")],
)
def test_a_noun_follows_its_number(noun: str, many: str) -> None:
    assert in_number(noun, 1) == noun
    assert (in_number(noun, 0), in_number(noun, 2)) == (many, many)


def test_everything_that_an_undo_removes_has_a_plural() -> None:
    assert not [entity for entity in ChangedEntity if in_number(entity, 2).endswith("ys")]
