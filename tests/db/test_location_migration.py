"""Texts that say where a unit lies become places, and what imports had set there can go back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from soleflip_desktop.db import schema
from soleflip_desktop.db.engine import Database
from soleflip_desktop.domain.changes import ChangeBus
from soleflip_desktop.services.undo import ImportUndo

pytestmark = pytest.mark.db

BEFORE, AFTER = "20261123_1600", "20261123_1900"

FILLED = """
INSERT INTO catalog.category (name) VALUES ('Test');
INSERT INTO catalog.product (category_id, name) SELECT id, 'Samba' FROM catalog.category
    WHERE name = 'Test';
INSERT INTO catalog.size (system, value, label, sort_key) VALUES ('us_m', '9', 'US 9', 9)
    ON CONFLICT DO NOTHING;
INSERT INTO catalog.product_variant (product_id, size_id)
    SELECT p.id, z.id FROM catalog.product p, catalog.size z LIMIT 1;
INSERT INTO integration.import_batch (id, file_name, file_size, format, status, finished_at)
    VALUES (1, 'made.csv', 1, 'x', 'completed', now()),
           (2, 'moved.csv', 1, 'x', 'completed', now());
INSERT INTO inventory.item (id, variant_id, status, location, import_batch_id, import_row)
    SELECT n, (SELECT id FROM catalog.product_variant), 'available', l, 1, n
    FROM (VALUES (1, 'Old shelf'), (2, ' A  /  B '), (3, NULL), (4, '  ')) AS t (n, l);
UPDATE inventory.item SET location = 'New shelf' WHERE id IN (1, 3);
INSERT INTO integration.import_change
    (batch_id, row_no, entity, entity_id, operation, before, after, version)
VALUES (2, 1, 'item', 1, 'U', '{"location": "Old shelf"}', '{"location": "New shelf"}', 2),
       (2, 2, 'item', 3, 'U', '{"location": null}', '{"location": "New shelf"}', 2);
"""
PLACES = (
    "SELECT i.id, l.path, i.version FROM inventory.item i "
    "LEFT JOIN inventory.location l ON l.id = i.location_id ORDER BY i.id"
)


@pytest.fixture
def engine(empty_database: str) -> Iterator[sa.Engine]:
    made = sa.create_engine(empty_database, poolclass=sa.NullPool)
    _move(made, BEFORE)
    with made.begin() as connection:
        connection.exec_driver_sql(FILLED)
    yield made
    made.dispose()


def _move(engine: sa.Engine, revision: str) -> None:
    with engine.connect() as connection:
        schema.migrate(connection, revision)


def _rows(engine: sa.Engine, statement: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(statement)]


def _undo(url: str, batch_id: int) -> tuple[int, int]:
    database = Database(url, ChangeBus())
    try:
        report = asyncio.run(ImportUndo(database).undo(batch_id))
    finally:
        database.close()
    return report.reverted, len(report.kept)


def test_texts_become_places_and_no_unit_counts_as_edited(engine: sa.Engine) -> None:
    _move(engine, AFTER)
    assert _rows(engine, PLACES) == [
        (1, "New shelf", 2),
        (2, "A/B", 1),
        (3, "New shelf", 2),
        (4, None, 1),
    ]
    assert _rows(engine, "SELECT name, parent_id FROM inventory.location ORDER BY name") == [
        ("A/B", None),
        ("New shelf", None),
        ("Old shelf", None),
    ]


def test_an_import_of_before_is_undone_to_the_places_of_before(
    engine: sa.Engine, empty_database: str
) -> None:
    _move(engine, schema.HEAD)  # an undo knows today's tables only
    assert _undo(empty_database, 2) == (2, 0)
    assert [row[:2] for row in _rows(engine, PLACES)] == [
        (1, "Old shelf"),
        (2, "A/B"),
        (3, None),
        (4, None),
    ]
    assert _undo(empty_database, 1) == (4, 0)
    assert _rows(engine, PLACES) == []


def test_the_way_back_keeps_the_texts_and_the_journal(engine: sa.Engine) -> None:
    journal = "SELECT before, after FROM integration.import_change ORDER BY id"
    before = _rows(engine, journal)
    _move(engine, AFTER)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO integration.import_change (batch_id, entity, entity_id, operation) "
            "VALUES (2, 'location', 1, 'I')"
        )
    _move(engine, BEFORE)
    assert _rows(engine, "SELECT id, location, version FROM inventory.item ORDER BY id") == [
        (1, "New shelf", 2),
        (2, "A/B", 1),
        (3, "New shelf", 2),
        (4, None, 1),
    ]
    assert _rows(engine, journal) == before
