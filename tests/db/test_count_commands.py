"""`labels` and `counts` of the command line, on a real database."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from helpers.rows import make_item
from soleflip_desktop.cli import counts, labels
from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.models import Location
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.unit_codes import place_code, unit_code
from soleflip_desktop.services.counts import CountsService
from soleflip_desktop.services.labels import LabelsService

pytestmark = pytest.mark.db

Run = Callable[..., int]


@pytest.fixture
def units(database: Database) -> list[int]:
    with database.session() as session:
        session.add(Location(name="Shelf"))
        return [make_item(session).id for _ in range(2)]


@pytest.fixture
def run(database: Database) -> Run:
    services = SimpleNamespace(counts=CountsService(database), labels=LabelsService(database))
    backend: Any = SimpleNamespace(services=services)
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command")
    assert list(labels.add_commands(commands))
    assert list(counts.add_commands(commands))

    def run(*words: object) -> int:
        arguments = parser.parse_args([str(word) for word in words])
        run_command = {"labels": labels.run_labels, "counts": counts.run_counts}
        return run_command[arguments.command](backend, arguments)

    return run


def test_a_count_from_start_to_end(
    run: Run, units: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("counts", "start", "--location", "Shelf", "--json") == 0
    head = json.loads(capsys.readouterr().out)
    assert (head["location"], head["expected"]) == ("Shelf", 0)
    number = head["id"]
    codes = [unit_code(units[0]), place_code(head["location_id"]), "what"]
    assert run("counts", "scan", number, *codes, "--json") == 2
    output = capsys.readouterr()
    assert [each["mark"] for each in json.loads(output.out)] == ["elsewhere", "unknown"]
    assert output.err.startswith("Shelf is a place, not a unit.")
    assert run("counts", "sheet", number) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "elsewhere: 1, unknown: 1"
    assert run("counts", "finish", number, "--move-found") == 0
    assert capsys.readouterr().out == f"count {number} is finished, 1 units moved\n"
    assert run("counts", "list") == 0
    assert "finished  Shelf: 2 scans, 1 expected" in capsys.readouterr().out
    with pytest.raises(UserError, match="There is no place “Attic”"):
        run("counts", "start", "--location", "Attic")


def test_labels_from_the_command_line(
    run: Run, units: list[int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "labels.pdf"
    ids = (*units, 999_999)
    written = ("labels", "--items", *ids, "--format", "L7160", "--start", 21, "--out", out)
    assert run(*written, "--code", "both") == 0
    output = capsys.readouterr()
    assert output.out == f"{out}: 2 labels on 2 pages\n"
    assert output.err == "left out: 1 number under which nothing is stored\n"
    assert out.read_bytes().startswith(b"%PDF-")
    assert run("labels", "--formats") == 0
    assert capsys.readouterr().out.startswith("62x29      1 a page  Roll 62")
    with pytest.raises(UserError, match="Say what to print"):
        run("labels", "--items", 1)
