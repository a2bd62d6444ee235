"""Where an import says that units lie: places of a path, made when missing and taken back."""

from __future__ import annotations

import asyncio
import csv
from pathlib import Path
from typing import Any

import pytest

from helpers.import_runs import Imports
from soleflip_desktop.db.queries import import_review, rebuild
from soleflip_desktop.domain.integration import (
    BatchStatus,
    ImportAction,
    ImportResult,
    UndoReport,
)
from soleflip_desktop.services.undo import ImportUndo

pytestmark = pytest.mark.db

UNIT = {"Product": "Samba OG", "Style code": "B75806", "Size": "US 9", "Status": "available"}


class Stock:
    """Imports of units that name their places, and what they leave."""

    def __init__(self, imports: Imports, folder: Path) -> None:
        self.imports = imports
        self._path = folder / "stock.csv"

    def run(
        self, *rows: dict[str, str], action: ImportAction = ImportAction.IMPORT, **choices: Any
    ) -> ImportResult:
        """Each row a unit of its own, or with a `Unit ID` a stored one."""
        header = ["Unit ID", *UNIT, *dict.fromkeys(name for row in rows for name in row)]
        with self._path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(dict.fromkeys(header)), restval="")
            writer.writeheader()
            writer.writerows({**UNIT, **row} for row in rows)
        return self.imports.run(self._path, profile="soleflip-items", action=action, **choices)

    def undo(self, batch_id: int | None) -> UndoReport:
        return asyncio.run(ImportUndo(self.imports.database).undo(batch_id or 0))

    def places(self) -> list[str]:
        rows = self.imports.rows("SELECT path FROM inventory.location ORDER BY path")
        return [path for (path,) in rows]

    def units(self) -> list[tuple[int, str | None]]:
        """Number and place."""
        rows = self.imports.rows(
            "SELECT i.id, l.path FROM inventory.item i "
            "LEFT JOIN inventory.location l ON l.id = i.location_id ORDER BY i.id"
        )
        return [(key, path) for key, path in rows]

    def execute(self, statement: str) -> None:
        with self.imports.database.bulk() as connection:
            connection.execute(statement.encode())

    def changes(self, batch_id: int | None) -> list[tuple[str, str | None, str | None]]:
        with self.imports.database.session(read_only=True) as session:
            rows = import_review.changes_of(session, batch_id or 0, range(1, 10))
        return [(c.field, c.old, c.new) for row in rows.values() for c in row]


@pytest.fixture
def stock(imports: Imports, tmp_path: Path) -> Stock:
    return Stock(imports, tmp_path)


def at(path: str, **more: str) -> dict[str, str]:
    return {"Location": path, **more}


def test_missing_places_are_made_level_by_level(stock: Stock) -> None:
    stock.execute("INSERT INTO inventory.location (name) VALUES ('Store Room')")
    paths = ["store room / Shelf 1 / Box A", " STORE ROOM /  shelf 1", "Desk", "A/B", ""]
    result = stock.run(*(at(path) for path in paths))
    assert result.imported == 5, result.issues
    assert stock.places() == [
        "A/B",
        "Desk",
        "Store Room",
        "Store Room / Shelf 1",
        "Store Room / Shelf 1 / Box A",
    ]
    assert [path for _, path in stock.units()] == [
        "Store Room / Shelf 1 / Box A",
        "Store Room / Shelf 1",
        "Desk",
        "A/B",
        None,
    ]


def test_levels_without_a_name_are_nothing(stock: Stock) -> None:
    stock.run(at("Room /  / Shelf"), at("Room / Shelf /"))
    assert stock.places() == ["Room", "Room / Shelf", "Room / Shelf /"]


def test_of_places_that_differ_in_case_the_one_as_written_is_meant(stock: Stock) -> None:
    stock.execute("INSERT INTO inventory.location (name) VALUES ('bay'), ('Bay'), ('BAY')")
    stock.run(at("Bay"), at("bAy"), at("Bay / 1"))
    assert [path for _, path in stock.units()] == ["Bay", "bay", "Bay / 1"]


def test_the_same_place_is_no_change_whatever_its_case(stock: Stock) -> None:
    stock.run(at("Room / Shelf"))
    ((key, _),) = stock.units()
    again = stock.run(at("ROOM / shelf ", **{"Unit ID": str(key)}))
    assert (again.unchanged, again.changed) == (1, 0)


def test_a_check_makes_no_places_and_a_review_names_them(stock: Stock) -> None:
    stock.run(at("Room / Shelf"))
    ((key, _),) = stock.units()
    draft = stock.run(
        at("room / Box 7", **{"Unit ID": str(key)}), at("Attic"), action=ImportAction.CHECK
    )
    assert draft.status is BatchStatus.DRAFT
    assert stock.changes(draft.batch_id) == [("location", "Room / Shelf", "room / Box 7")]
    assert stock.places() == ["Room", "Room / Shelf"]
    done = stock.imports.again(draft.batch_id or 0, ImportAction.RUN)
    assert (done.changed, done.imported) == (1, 1)
    assert stock.places() == ["Attic", "Room", "Room / Box 7", "Room / Shelf"]
    assert stock.units()[0] == (key, "Room / Box 7")


def test_rows_that_do_not_go_in_make_no_places(stock: Stock) -> None:
    lost = at("Nowhere", **{"Unit ID": "987654"})
    assert stock.run(lost, at("Room")).conflicts == 1
    assert stock.places() == ["Room"]


def test_an_undo_removes_the_places_that_nobody_else_uses(stock: Stock) -> None:
    stock.execute("INSERT INTO inventory.location (name) VALUES ('Room')")
    stock.run(at("Attic / Trunk"))
    second = stock.run(
        at("Room / Shelf / Box"), at("Attic / Trunk / Bag"), at("Cellar / Rack"), at("Yard")
    )
    stock.run(at("Cellar", Product="Other"))
    before = stock.places()
    report = stock.undo(second.batch_id)
    assert (report.reverted, report.removed["location"]) == (4, 5)
    assert stock.places() == ["Attic", "Attic / Trunk", "Cellar", "Room"]
    again = stock.imports.again(second.batch_id or 0, ImportAction.REDO)
    assert again.imported == 4
    assert stock.places() == before


@pytest.mark.parametrize(
    "use",
    [
        (
            "INSERT INTO inventory.stock_count (location_id, actor) SELECT id, 'Ann' "
            "FROM inventory.location WHERE name = 'Shelf'"
        ),
        (
            "SELECT set_config('soleflip.step', gen_random_uuid()::text, false); "
            "UPDATE inventory.location SET code = 'S-1' WHERE name = 'Shelf'; "
            "SELECT set_config('soleflip.step', '', false)"
        ),
        (
            "INSERT INTO inventory.location (parent_id, name) SELECT id, 'Box' "
            "FROM inventory.location WHERE name = 'Shelf'"
        ),
    ],
    ids=["counted", "labelled", "divided"],
)
def test_an_undo_keeps_a_place_that_somebody_uses(stock: Stock, use: str) -> None:
    made = stock.run(at("Room / Shelf"), at("Other / Shelf 2"))
    stock.execute(use)
    report = stock.undo(made.batch_id)
    assert (report.reverted, report.removed["location"]) == (2, 2)
    assert stock.places()[:2] == ["Room", "Room / Shelf"]


def test_an_undo_moves_units_back(stock: Stock) -> None:
    stock.run(at("Room / Shelf"), at(""))
    (first, _), (second, _) = before = stock.units()
    moved = stock.run(
        at("Attic", **{"Unit ID": str(first)}), at("Attic", **{"Unit ID": str(second)})
    )
    assert [path for _, path in stock.units()] == ["Attic", "Attic"]
    assert stock.changes(moved.batch_id) == [
        ("location", "Room / Shelf", "Attic"),
        ("location", None, "Attic"),
    ]
    report = stock.undo(moved.batch_id)
    assert (report.restored, report.removed) == ({"item": 2}, {"location": 1})
    assert stock.units() == before
    assert stock.places() == ["Room", "Room / Shelf"]


def test_a_cleared_place_comes_back_too(stock: Stock) -> None:
    stock.run(at("Room"))
    ((key, _),) = stock.units()
    emptied = stock.run(at("<empty>", **{"Unit ID": str(key)}))
    assert stock.units() == [(key, None)]
    assert stock.changes(emptied.batch_id) == [("location", "Room", None)]
    stock.undo(emptied.batch_id)
    assert stock.units() == [(key, "Room")]


def test_a_unit_stays_where_its_place_before_is_gone(stock: Stock) -> None:
    stock.run(at("Room"))
    ((key, _),) = stock.units()
    moved = stock.run(at("Attic", **{"Unit ID": str(key)}))
    stock.execute("DELETE FROM inventory.location WHERE name = 'Room'")
    report = stock.undo(moved.batch_id)
    (kept,) = report.kept
    assert (report.reverted, kept.reason) == (0, "its location before, Room, is gone")
    assert stock.units() == [(key, "Attic")]


def test_an_undo_says_where_a_unit_that_was_moved_since_lies(stock: Stock) -> None:
    stock.run(at("Room"))
    ((key, _),) = stock.units()
    moved = stock.run(at("Attic", **{"Unit ID": str(key)}))
    stock.execute(
        "SELECT set_config('soleflip.actor', 'Ann', false); "
        "SELECT set_config('soleflip.step', gen_random_uuid()::text, false); "
        "INSERT INTO inventory.location (name) VALUES ('Yard'); "
        "UPDATE inventory.item SET location_id = (SELECT max(id) FROM inventory.location); "
        "SELECT set_config('soleflip.step', '', false)"
    )
    (kept,) = stock.undo(moved.batch_id).kept
    assert "by Ann on" in kept.reason
    assert kept.reason.endswith("; the import had set location Room to Attic, now Yard")


def test_a_unit_with_a_photo_stays(stock: Stock) -> None:
    made = stock.run(at("Room"), at("Attic"))
    stock.execute(
        "INSERT INTO inventory.attachment (item_id, sha256, file_name, media_type, size_bytes) "
        "SELECT min(id), repeat('0', 64), 'heel.jpg', 'image/jpeg', 1 FROM inventory.item"
    )
    report = stock.undo(made.batch_id)
    (kept,) = report.kept
    assert (report.reverted, kept.row, kept.reason) == (1, 1, "heel.jpg was attached since")
    assert stock.places() == ["Room"]


def test_tags_are_words_with_commas_between(stock: Stock) -> None:
    stock.run({"Tags": "gift,, to photo ,"}, {"Tags": ","}, {})
    tags = "SELECT tags FROM inventory.item ORDER BY id"
    assert stock.imports.rows(tags) == [(["gift", "to photo"],), ([],), ([],)]
    one, two, three = (str(key) for key, _ in stock.units())
    changed = stock.run(
        {"Unit ID": one, "Tags": "<empty>"},
        {"Unit ID": two, "Tags": "<empty>"},
        {"Unit ID": three, "Tags": "new, old"},
    )
    assert (changed.changed, changed.unchanged) == (2, 1)
    assert stock.imports.rows(tags) == [([],), ([],), (["new", "old"],)]
    assert stock.changes(changed.batch_id) == [
        ("tags", "gift, to photo", None),
        ("tags", None, "new, old"),
    ]
    stock.undo(changed.batch_id)
    assert stock.imports.rows(tags) == [(["gift", "to photo"],), ([],), ([],)]


def test_a_big_import_keeps_counts_attachments_and_triggers(
    stock: Stock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It drops keys that sheets of counts and attachments rest on, and builds them again."""
    monkeypatch.setattr(rebuild, "REBUILD_ROWS", 1)
    monkeypatch.setattr(rebuild, "REBUILD_SHARE", 0)
    stock.execute(
        "WITH c AS (INSERT INTO inventory.stock_count (actor) VALUES ('Ann') RETURNING id) "
        "INSERT INTO inventory.stock_count_scan (count_id, code) SELECT id, '4711' FROM c"
    )
    stock.run(at("Room / Shelf"), at("Room / Shelf"))
    stock.execute(
        "INSERT INTO inventory.attachment (item_id, sha256, file_name, media_type, size_bytes) "
        "SELECT min(id), repeat('0', 64), 'heel.jpg', 'image/jpeg', 1 FROM inventory.item"
    )
    catalog = (
        "SELECT conrelid::regclass::text, conname, convalidated FROM pg_constraint ORDER BY 1, 2",
        (
            "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger "
            "WHERE NOT tgisinternal ORDER BY 1, 2"
        ),
        "SELECT indexrelid::regclass::text FROM pg_index ORDER BY 1",
    )
    before = [stock.imports.rows(query) for query in catalog]
    assert stock.run(at("Attic", Product="Gazelle")).imported == 1
    assert [stock.imports.rows(query) for query in catalog] == before
    counts = stock.imports.counts()
    assert counts["inventory.stock_count_scan"] == counts["inventory.attachment"] == 1
    assert [path for _, path in stock.units()] == ["Room / Shelf", "Room / Shelf", "Attic"]
