"""What looks at a smoke from outside takes no silence for success."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

import pytest

from helpers.scripts import load_script
from soleflip_desktop.domain.marketplace import Marketplace
from soleflip_desktop.settings.vault import credentials_from_environment
from soleflip_desktop.smoke.marketplace import marketplace
from soleflip_desktop.smoke.steps import Step

SCRIPT = Path(__file__).resolve().parents[2] / "packaging" / "smoke.py"
MODULES = 500


@pytest.fixture(scope="module")
def script() -> ModuleType:
    return load_script("smoke")


@pytest.fixture
def report(script: ModuleType) -> dict[str, Any]:
    """One that is in order."""
    steps = {
        step: {"seconds": 0.1, **dict.fromkeys(figures, 1)}
        for step, figures in script.EXPECTED.items()
    }
    steps["modules"]["modules"] = MODULES
    head = {"version": "1", "finished": True, "ok": True, "seconds": 1.0}
    return {**head, "steps": steps, "errors": {}}


def test_every_step_of_the_app_is_expected(script: ModuleType) -> None:
    assert set(script.EXPECTED) == {step.value for step in Step}


def test_good_report_has_no_complaint(script: ModuleType, report: dict[str, Any]) -> None:
    assert script.check(report, MODULES) == []


@pytest.mark.parametrize("step", list(Step))
def test_missing_step_fails(script: ModuleType, report: dict[str, Any], step: Step) -> None:
    del report["steps"][step]
    assert f"{step}: missing" in script.check(report, MODULES)


def test_empty_figures_fail(script: ModuleType, report: dict[str, Any]) -> None:
    wanted = [(step, name) for step, names in script.EXPECTED.items() for name in names]
    assert len(wanted) > len(Step)
    for step, name in wanted:
        poor = deepcopy(report)
        poor["steps"][step][name] = 0
        assert f"{step}: no {name}" in script.check(poor, 0)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"ok": False}, "it does not say that all is well"),
        ({"finished": False}, "it does not say that all is well"),
        ({"errors": {"grid": "Traceback\nit is blank"}}, "grid: it is blank"),
    ],
)
def test_bad_news_fails(
    script: ModuleType, report: dict[str, Any], change: dict[str, Any], complaint: str
) -> None:
    assert complaint in script.check({**report, **change}, MODULES)


def test_program_without_some_modules_fails(script: ModuleType, report: dict[str, Any]) -> None:
    [complaint] = script.check(report, MODULES + 1)
    assert "500 of 501" in complaint


@pytest.mark.parametrize(
    ("told", "complaints"),
    [({"usable": "yes"}, 0), ({"usable": "none", "told": "It is locked."}, 1), ({}, 1)],
)
def test_keyring_that_is_there_has_to_be_used(
    script: ModuleType, report: dict[str, Any], told: dict[str, Any], complaints: int
) -> None:
    report["steps"]["credential store"] = {"seconds": 0.1, "backend": "any", **told}
    assert len(script.keyring_unused(report)) == complaints


@pytest.mark.skipif(sys.platform != "linux", reason="D-Bus")
@pytest.mark.parametrize(("unlocking", "status"), [(0, 7), (3, 3)])
def test_program_runs_within_an_unlocked_keyring(
    script: ModuleType, tmp_path: Path, unlocking: int, status: int
) -> None:
    stubs = {
        "dbus-run-session": 'shift; exec "$@"',
        "gnome-keyring-daemon": f'cat >"$HOME/password"; exit {unlocking}',
    }
    for name, text in stubs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    theirs = {"PATH": path, "HOME": "/theirs", "XDG_DATA_HOME": "/theirs", "DBUS_X": "theirs"}
    variables = script.own_session(theirs, tmp_path)
    program = ["sh", "-c", 'test "$1" = "two words" && exit 7', "sh", "two words"]
    result = subprocess.run([*script.KEYRING, *program], env=variables, cwd=tmp_path, check=False)
    assert result.returncode == status
    assert (tmp_path / "password").read_text(encoding="utf-8"), "without one there is no collection"
    assert "theirs" not in str(variables)


@pytest.mark.skipif(sys.platform == "win32", reason="no such sockets")
def test_what_is_kept_has_no_sockets(script: ModuleType) -> None:
    with TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"{folder}/control")
        Path(folder, "report.json").touch()
        assert script.sockets(folder, ["control", "report.json"]) == {"control"}


def test_modules_of_this_tree_are_counted(script: ModuleType) -> None:
    assert script.modules_expected("linux") > MODULES
    one_more = len(script.WINDOWS_ONLY) - len(script.POSIX_ONLY)
    assert script.modules_expected("win32") == script.modules_expected("linux") + one_more


def test_process_that_is_left_over_is_found_and_ended(script: ModuleType, tmp_path: Path) -> None:
    scratch = tmp_path / "soleflip-smoke-of-a-test"
    code = "import time; print(flush=True); time.sleep(60)"
    command = [sys.executable, "-S", "-c", code, str(scratch)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        [complaint] = script.left_over(scratch, None)
        assert f"process {process.pid} is left over" in complaint
        assert process.wait(10) != 0
    assert script.left_over(scratch, process.pid) == []


def test_marketplace_brings_a_log_in_and_refuses_others() -> None:
    with marketplace() as variables:
        assert credentials_from_environment(Marketplace.STOCKX, variables)
        address = f"{variables['SOLEFLIP_STOCKX_BASE_URL']}/selling/orders/history"
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(address)  # noqa: S310  (our own server)
        refused.value.close()
        assert refused.value.code == 401
