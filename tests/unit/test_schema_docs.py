"""The generated documents match the models, and the diagram can be read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import sqlalchemy as sa

from helpers.scripts import load_script
from soleflip_desktop.db.base import Base

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "packaging" / "schema_docs.py"


@pytest.fixture(scope="module")
def schema_docs() -> ModuleType:
    return load_script("schema_docs")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments], capture_output=True, text=True, check=False
    )


def test_documents_match_the_models() -> None:
    result = run("--check")
    assert result.returncode == 0, result.stderr


def test_check_notices_drift_and_writes_nothing(tmp_path: Path) -> None:
    assert run("--out", str(tmp_path)).returncode == 0
    reference = tmp_path / "schema.md"
    reference.write_text(reference.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    result = run("--check", "--out", str(tmp_path))
    assert result.returncode == 1
    assert "schema.md does not match the models" in result.stderr
    assert reference.read_text(encoding="utf-8").endswith("\n\n")


def test_reference_names_every_table_and_column(schema_docs: ModuleType) -> None:
    text = schema_docs.reference()
    for table in Base.metadata.sorted_tables:
        section = text.partition(f"### {table.fullname}\n")[2].partition("\n### ")[0]
        for column in table.columns:
            assert f"| {column.name} |" in section.replace("**", ""), f"{table}.{column.name}"


def drawn(schema_docs: ModuleType) -> tuple[list[Any], list[Any]]:
    mapped = schema_docs.classes()
    boxes = {
        table.fullname: schema_docs.box_of(table, mapped[table.fullname])
        for table in Base.metadata.sorted_tables
    }
    nets = schema_docs.nets_of(boxes)
    schema_docs.place(schema_docs.arrange(boxes), nets)
    return list(boxes.values()), nets


def test_diagram_has_a_line_for_every_foreign_key(schema_docs: ModuleType) -> None:
    _, nets = drawn(schema_docs)
    lines = {
        (box.table, box.lines[row].name, net.target.table)
        for net in nets
        for box, row in net.sources
    }
    keys = {
        (table.fullname, column.name, key.column.table.fullname)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        for key in column.foreign_keys
    }
    assert lines == keys


def test_diagram_boxes_do_not_overlap(schema_docs: ModuleType) -> None:
    boxes, _ = drawn(schema_docs)
    for i, a in enumerate(boxes):
        for b in boxes[i + 1 :]:
            beside = a.x + a.width <= b.x or b.x + b.width <= a.x
            below = a.y + a.height <= b.y or b.y + b.height <= a.y
            assert beside or below, f"{a.table} overlaps {b.table}"


def test_diagram_lines_pass_between_the_boxes(schema_docs: ModuleType) -> None:
    boxes, nets = drawn(schema_docs)
    for net in nets:
        for column, y in net.passages.items():
            hit = [
                box.table
                for box in boxes
                if box.column == column and box.y - 2 < y < box.y + box.height + 2
            ]
            assert not hit, f"the line to {net.target.table} runs through {hit}"


def test_diagram_finds_room_for_a_table_nobody_placed(schema_docs: ModuleType) -> None:
    metadata = sa.MetaData()
    table = sa.Table("new", metadata, sa.Column("id", sa.Integer, primary_key=True), schema="more")
    box = schema_docs.box_of(table, type("New", (), {}))
    columns = schema_docs.arrange({box.table: box})
    assert [band.schema for bands in columns for band in bands] == ["more"]
