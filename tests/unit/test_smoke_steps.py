"""The smoke's recorder, and that nothing which breaks goes unnoticed."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from soleflip_desktop import smoke
from soleflip_desktop.smoke import checks
from soleflip_desktop.smoke.steps import Step, Steps, demand

Run = Callable[[Path, Path | None, Steps], None]


def written(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return found


def all_good(_data: Path, _shot: Path | None, steps: Steps) -> None:
    for step in Step:
        with steps.step(step):
            pass


def one_broken(_data: Path, _shot: Path | None, steps: Steps) -> None:
    for step in Step:
        with steps.step(step) as facts:
            facts["reached"] = True
            demand(step is not Step.IMPORT, "nothing went in")


def stops_early(_data: Path, _shot: Path | None, steps: Steps) -> None:
    with steps.step(Step.SYSTEM):
        pass
    raise OSError("/home/jane/secret folder")


@pytest.fixture
def outcome(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Run], tuple[int, Any]]:
    """Exit code and report of a smoke whose window is the given function."""

    def run(window: Run) -> tuple[int, Any]:
        name = "soleflip_desktop.smoke.window"
        monkeypatch.setitem(sys.modules, name, SimpleNamespace(run=window))
        out = tmp_path / "out.json"
        code = smoke.main(["--smoke", str(out), "--data", str(tmp_path / "data")])
        return code, written(out)

    return run


def test_good_run_ends_with_nought(outcome: Callable[[Run], tuple[int, Any]]) -> None:
    code, report = outcome(all_good)
    assert code == 0
    assert report["ok"]
    assert list(report["steps"]) == [step.value for step in Step]


def test_broken_step_gives_exit_code_1_and_stops_no_other(
    outcome: Callable[[Run], tuple[int, Any]],
) -> None:
    code, report = outcome(one_broken)
    assert code == 1
    assert not report["ok"]
    assert report["errors"] == {"import": "nothing went in"}
    assert all(told["reached"] for told in report["steps"].values())


def test_steps_that_were_not_reached_are_errors(
    outcome: Callable[[Run], tuple[int, Any]],
) -> None:
    code, report = outcome(stops_early)
    assert code == 1
    assert "OSError" in report["errors"].pop("between steps")
    assert set(report["errors"].values()) == {"not reached"}
    assert len(report["errors"]) == len(Step) - 1


def test_folder_with_books_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "books.txt").write_text("mine")
    out = tmp_path / "out.json"
    assert smoke.main(["--smoke", str(out), "--data", str(tmp_path)]) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["books.txt", "out.json"]
    assert "new or an empty folder" in written(out)["errors"]["system"]


def test_private_texts_are_replaced_the_longest_first(tmp_path: Path) -> None:
    home = {"/home/jane": "~", "/home/jane/data": "<data>"}
    steps = Steps(tmp_path / "out.json", 0, home)
    steps.hide("planted-secret", "<secret>")
    with steps.step(Step.SYSTEM):
        int("/home/jane/data/x, /home/jane/y: planted-secret")
    told = written(tmp_path / "out.json")["errors"]["system"]
    assert "<data>/x, ~/y: <secret>" in told
    assert "jane" not in told


def test_crash_leaves_what_was_reached(tmp_path: Path) -> None:
    steps = Steps(tmp_path / "out.json", 0, {})
    with steps.step(Step.SYSTEM) as facts:
        facts["qt"] = "6"
    report = written(tmp_path / "out.json")
    assert report["steps"]["system"]["qt"] == "6"
    assert not report["finished"]
    assert not report["ok"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have other keyrings")
@pytest.mark.parametrize("lacking", ["secretstorage", "jeepney"])
def test_keyring_without_its_parts_is_noticed(
    monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    """The package keyring imports all of its backends without a word."""
    monkeypatch.setitem(sys.modules, lacking, None)
    with pytest.raises(ImportError, match=lacking):
        checks.libraries()
