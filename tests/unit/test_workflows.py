"""The workflows run what is there, with pinned actions and no more rights than they need."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".github" / "workflows"
FILES = sorted(FOLDER.glob("*.yml"))
WORKFLOWS = {path.name: yaml.safe_load(path.read_text(encoding="utf-8")) for path in FILES}
JOBS = {
    f"{name} {job}": content
    for name, workflow in WORKFLOWS.items()
    for job, content in workflow["jobs"].items()
}
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")
OURS = re.compile(r"\$/(\.github/workflows/[\w.-]+\.yml)")
SCRIPT = re.compile(r"(packaging/[\w./-]+\.(?:py|sh))([^|;&)]*)")
SECRET = re.compile(r"secrets\.(\w+)")
VARIABLE = re.compile(r"vars\.(\w+)")
#: Scripts whose first plain word is one of their commands.
WITH_COMMANDS = {"build.py", "dev.py", "feed.py", "licences.py", "keychain.sh"}


def steps() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, job in JOBS.items():
        for step in job.get("steps", []):
            yield name, step


def commands() -> Iterator[tuple[str, str, str]]:
    """Job, script, and what follows on its line, of everything of ours that is run."""
    for name, step in steps():
        script = step.get("run", "").replace("\\\n", " ").replace("`\n", " ")
        for line in script.splitlines():
            for found in SCRIPT.finditer(line):
                yield name, found[1], found[2]


def uses() -> list[tuple[str, str]]:
    called = [(name, job["uses"]) for name, job in JOBS.items() if "uses" in job]
    return called + [(name, step["uses"]) for name, step in steps() if "uses" in step]


def test_there_is_something_to_look_at() -> None:
    assert set(WORKFLOWS) == {"ci.yml", "release.yml", "try.yml"}
    assert len(uses()) > 20
    assert len(list(commands())) > 20


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_nothing_is_allowed_that_no_job_asks_for(workflow: str) -> None:
    assert WORKFLOWS[workflow]["permissions"] in ({}, {"contents": "read"})


@pytest.mark.parametrize("job", JOBS)
def test_job_ends_and_names_its_rights(job: str) -> None:
    content = JOBS[job]
    assert "timeout-minutes" in content or "uses" in content
    if job.startswith(("release", "try")):
        assert "permissions" in content
    writing = [right for right, kind in content.get("permissions", {}).items() if kind == "write"]
    wanted = {
        "release.yml windows": ["id-token"],
        "release.yml publish": ["contents", "id-token", "attestations"],
    }
    assert writing == wanted.get(job, [])


def test_actions_are_pinned_and_say_their_version() -> None:
    for job, action in uses():
        ours = OURS.fullmatch(action)
        if ours:
            assert (ROOT / ours[1]).exists(), job
        else:
            assert PINNED.fullmatch(action), f"{job}: {action}"
    for path in FILES:
        for line in path.read_text(encoding="utf-8").splitlines():
            if re.search(r"uses: \w", line):
                assert re.search(r" # v\d+\.\d+\.\d+$", line), f"{path.name}: {line.strip()}"


def test_one_action_has_one_version() -> None:
    pins: dict[str, set[str]] = {}
    for _, action in uses():
        name, _, pin = action.partition("@")
        pins.setdefault(name, set()).add(pin)
    assert {name: found for name, found in pins.items() if len(found) > 1} == {}


def test_check_out_leaves_no_token() -> None:
    for job, step in steps():
        if "checkout" in step.get("uses", ""):
            assert step["with"]["persist-credentials"] is False, job


def test_scripts_take_values_from_the_environment_alone() -> None:
    for job, step in steps():
        assert "${{" not in step.get("run", ""), f"{job}: {step.get('name')}"


def test_secrets_belong_to_the_environment_release() -> None:
    for name, job in JOBS.items():
        if "secrets." in yaml.dump(job):
            assert "release" in job["environment"], name
            assert "secrets: inherit" not in yaml.dump(job), name


def test_every_command_exists() -> None:
    for job, script, rest in commands():
        path = ROOT / script
        assert path.exists(), f"{job} runs {script}"
        words = re.findall(r"(?<!\S)[a-z][a-z-]*(?!\S)", rest)
        if path.name in WITH_COMMANDS:
            text = path.read_text(encoding="utf-8")
            assert words, f"{job}: {script} without a command"
            assert re.search(rf'"{words[0]}"|^  {words[0]}\)', text, re.MULTILINE), (
                f"{job}: {words[0]}"
            )
        for option in re.findall(r"(?<!\S)(--[a-z-]+)", rest):
            text = path.read_text(encoding="utf-8")
            assert path.name == "dev.py" or f'"{option}"' in text, f"{job}: {script} {option}"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows files have no such bit")
def test_shell_scripts_can_be_run() -> None:
    for path in sorted((ROOT / "packaging").rglob("*.sh")):
        if any(script.endswith(path.name) for _, script, _ in commands()):
            assert path.stat().st_mode & 0o111, path


def test_release_is_published_last_and_only_from_a_tag() -> None:
    jobs = WORKFLOWS["release.yml"]["jobs"]
    publish = jobs["publish"]
    assert publish["if"] == "github.ref_type == 'tag'"
    assert set(publish["needs"]) == {name for name in jobs if name.startswith("try-")}
    for system in ("linux", "windows", "macos"):
        assert jobs[system]["needs"] == "prepare"
        assert jobs[f"try-{system}"]["needs"] == system
    assert any("--draft" in step.get("run", "") for step in publish["steps"])


def test_releases_are_built_on_the_oldest_systems() -> None:
    jobs = WORKFLOWS["release.yml"]["jobs"]
    assert jobs["linux"]["runs-on"] == "ubuntu-22.04"
    assert jobs["windows"]["runs-on"] == "windows-2022"
    built = {
        entry["machine"]: entry["runner"]
        for entry in jobs["macos"]["strategy"]["matrix"]["include"]
    }
    assert built == {"arm64": "macos-15", "x86_64": "macos-15-intel"}


def test_no_job_waits_for_a_machine_that_is_gone() -> None:
    """Such a job is never started: GitHub took these labels away."""
    gone = r"\b(macos-1[0-4]|windows-20(16|19)|ubuntu-(16|18|20)\.04)\b"
    for path in FILES:
        assert re.findall(gone, path.read_text(encoding="utf-8")) == [], path.name


def test_packages_are_tried_where_they_were_built_and_on_newer_systems() -> None:
    jobs = WORKFLOWS["release.yml"]["jobs"]
    machines: dict[str, list[str]] = {}
    for entry in jobs["try-macos"]["strategy"]["matrix"]["include"]:
        machines.setdefault(entry["machine"], []).append(entry["runner"])
    assert machines == {
        "arm64": ["macos-15", "macos-26"],
        "x86_64": ["macos-15-intel", "macos-26-intel"],
    }
    for system, oldest in (("linux", "ubuntu-22.04"), ("windows", "windows-2022")):
        runners = jobs[f"try-{system}"]["strategy"]["matrix"]["runner"]
        assert runners[0] == oldest
        assert len(runners) > 1


def test_every_kind_of_package_is_tried_and_linux_has_a_keyring() -> None:
    text = "".join(step.get("run", "") for name, step in steps() if name.startswith("try"))
    for kind in (".deb", ".tar.xz", ".AppImage", ".dmg", "-setup.exe"):
        assert kind in text, kind
    smokes = [rest for _, script, rest in commands() if script.endswith("smoke.py")]
    assert len([rest for rest in smokes if "--keyring" in rest]) == 2


def test_user_with_an_umlaut_has_an_environment_of_his_own() -> None:
    """Start-Process hands the parent's on; who reads %USERNAME% would be somebody else."""
    (script,) = (step["run"] for _, step in steps() if "Jürgen" in step.get("name", ""))
    for name in (
        *("USERNAME", "USERDOMAIN", "USERPROFILE", "HOMEDRIVE", "HOMEPATH"),
        *("APPDATA", "LOCALAPPDATA", "TEMP", "TMP"),
    ):
        assert re.search(rf"\$env:{name} = ", script), name


def test_guide_names_every_secret_and_variable() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in FILES)
    guide = (ROOT / "docs" / "releasing.md").read_text(encoding="utf-8")
    used = {*SECRET.findall(text), *VARIABLE.findall(text)}
    assert len(used) > 10
    assert {name for name in used if f"`{name}`" not in guide} == set()


def test_auditor_finds_nothing() -> None:
    zizmor = shutil.which("zizmor", path=str(Path(sys.executable).parent))
    assert zizmor, "the development environment lacks zizmor"
    command = [zizmor, "--offline", "--no-progress", "--quiet", str(FOLDER)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout
