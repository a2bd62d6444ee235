"""What happens to the books when programs are killed, started twice or may not write."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from helpers.bundles import Program, eventually

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "resources" / "samples" / "stockx-sales-sample.csv"
ROWS, GROSS = 240, "116289.00"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc, kills by signal"),
]


def bring_in(program: Program) -> None:
    """The sample, from a place that the program's user can read."""
    path = program.base / SAMPLE.name
    path.write_bytes(SAMPLE.read_bytes())
    path.chmod(0o644)
    assert program("import", path, "--json")["imported"] == ROWS


def assert_books(program: Program) -> None:
    totals = program("report", "profit", "--by", "month", "--json")["totals"]["EUR"]
    assert (totals["sales"], totals["gross"]) == (ROWS, GROSS)


def test_a_killed_window_leaves_a_server_that_the_next_start_takes_over(program: Program) -> None:
    bring_in(program)
    window = program.open_window()
    server = program.postmaster()
    window.kill()
    window.wait()
    assert program.server_lives(), "it outlives its window"
    again = program.open_window()
    assert program.postmaster() == server, "adopted, not started again"
    again.kill()
    again.wait()
    assert_books(program)
    eventually(lambda: program.postmaster() is None, "the last to leave stops the server")


def test_a_killed_server_comes_back_under_the_open_window(program: Program) -> None:
    bring_in(program)
    window = program.open_window()
    server = program.postmaster()
    assert server is not None
    os.kill(server, signal.SIGKILL)
    eventually(lambda: program.postmaster() not in {None, server}, "a new server")
    eventually(program.server_lives, "it has repaired the database")
    assert window.poll() is None, "the window does not fall with its server"
    assert_books(program)
    window.kill()
    window.wait()
    program.open_window()
    assert_books(program)


def test_a_second_start_leaves_the_server_and_the_first_window_alone(program: Program) -> None:
    bring_in(program)
    first = program.open_window()
    server = program.postmaster()
    second = program.start_window()
    assert second.wait(30) == 0, "it hands over and ends well"
    assert "first paint" not in program.marks(), "there is no second window"
    assert first.poll() is None
    assert program.postmaster() == server
    assert program.server_lives()
    assert_books(program)


def test_nothing_is_written_beside_the_program(program: Program) -> None:
    folder = program.executable.parent
    before = listing(folder)
    bring_in(program)
    unit = program("items", "list", "--json")["rows"][0]["id"]
    for name, words in {
        "labels.pdf": ("labels", "--items", str(unit), "--format", "57x32"),
        "orders.pdf": ("export", "orders", "--format", "pdf"),
        "orders.xlsx": ("export", "orders", "--format", "xlsx"),
    }.items():
        program(*words, "--out", program.base / name)
        assert (program.base / name).stat().st_size > 1000
    program.open_window()
    assert_books(program)
    assert listing(folder) == before
    assert not [name for name in before if "__pycache__" in name]


def listing(folder: Path) -> dict[str, tuple[int, int]]:
    """Names with the time of the last change and the size; a name that was added counts, too."""
    found = [folder, *folder.rglob("*")]
    facts = [(path, path.lstat()) for path in found]
    return {str(path): (fact.st_mtime_ns, fact.st_size) for path, fact in facts}


def test_other_programs_do_not_get_our_libraries(program: Program) -> None:
    """A browser that the window opens would take them for the system's and fail to start."""
    bring_in(program)  # an empty database would be asked about first
    program.open_window()
    server = program.postmaster()
    variables = Path(f"/proc/{server}/environ").read_bytes().decode().split("\0")
    assert [variable for variable in variables if "_internal" in variable] == []


def test_root_gets_a_server_too(installed: Path, program: Program) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can try what root does")
    as_root = Program(installed, program.base / "root", {})
    as_root.base.mkdir(mode=0o711)
    said: dict[str, Any] = as_root("db", "status", "--json")
    assert said["server_version"].startswith("18.")
