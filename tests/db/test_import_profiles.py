"""Profiles that somebody saved in the database."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from soleflip_desktop.db.queries import import_profiles

pytestmark = pytest.mark.db


def test_saved_profiles_are_listed_by_title_and_deleted_once(session: Session) -> None:
    import_profiles.save(session, "mine-2", "my sheet", {"target": "items"})
    import_profiles.save(session, "mine-1", "Old shop", {"target": "prices"})
    import_profiles.save(session, "mine-2", "A sheet", {"target": "sales", "columns": ["ä", None]})
    assert import_profiles.saved(session) == [
        ("mine-2", "A sheet", {"target": "sales", "columns": ["ä", None]}),
        ("mine-1", "Old shop", {"target": "prices"}),
    ]
    assert import_profiles.delete(session, "mine-2") is True
    assert import_profiles.delete(session, "mine-2") is False
    assert [key for key, _, _ in import_profiles.saved(session)] == ["mine-1"]
