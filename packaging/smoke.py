"""Tries a program of ours from outside: in a checkout, as a bundle, installed.

    python packaging/smoke.py [--as-user NAME] [--xvfb] [--keyring] [--shot PNG] [--keep DIR]
                              PROGRAM [ARGS...]
    python packaging/smoke.py .venv/bin/python -m soleflip_desktop
    python packaging/smoke.py dist/soleflip-desktop/soleflip-desktop

Runs it with `--smoke` on a new data folder whose name is not ASCII, reads what it wrote, and says
step by step how it went. Ends with 1 where a step failed, a figure is missing, or a process is left
over. On Linux it draws off screen unless `--xvfb` starts a display for it; elsewhere it takes the
desktop that is there. Where Linux has no credential store, the app only has to say so; with
`--keyring` it gets one of its own and has to use it. Needs nothing but Python.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PROC = Path("/proc")
#: A name that is no ASCII, has a space, and fits no single legacy code page.
DATA = "Jürgen 李雷"
LIMIT_S = 300
#: Every step, and the figures that it has to tell; they must not be empty.
EXPECTED: Mapping[str, tuple[str, ...]] = {
    "first paint": ("since_start",),
    "system": ("version", "python", "os", "install", "data", "qt", "plugin", "pictures"),
    "modules": ("modules",),
    "libraries": ("psycopg", "libpq", "tls", "polars", "numpy"),
    "documents": ("pdf_bytes", "xlsx_bytes"),
    "resources": ("profiles", "migrations", "icons"),
    "themes": ("light", "dark"),
    "credential store": ("backend", "usable"),
    "server made and started": ("server", "pid", "data", "sorting"),
    "schema from empty": ("revision", "bytes"),
    "older books": ("from", "to", "dumped_bytes", "units", "sales", "gross", "payout"),
    "server stopped": (),
    "window ready": ("since_start",),
    "pages": ("pages",),
    "import": ("rows", "imported", "batch"),
    "query": ("sales", "gross", "payout"),
    "grid": ("units", "sales"),
    "sync": ("kinds", "created"),
    "picture": ("width", "height"),
    "clean end": ("stopped",),
    "no bugs logged": (),
}
#: A session bus of its own with an unlocked keyring, and the program within. Without a password
#: gnome-keyring makes no collection, and its first use asks for one in a window.
#: A copy of the program has no file capability, which some systems give it: with one it looks for
#: another bus than the one it is told.
UNLOCK = (
    'cp "$(command -v gnome-keyring-daemon)" keyring'
    " && printf throw-away | ./keyring --unlock --components=secrets >/dev/null"
    ' && exec "$@"'
)
KEYRING = ("dbus-run-session", "--", "sh", "-c", UNLOCK, "sh")
#: What a line of the table shows; the rest is in the file (--keep).
SHOWN_LETTERS = 90
#: So much of the end of what a program that failed has said.
SAID_LETTERS = 4000
#: Modules of db/embedded for Windows alone or for the others alone.
WINDOWS_ONLY, POSIX_ONLY = {"windows.py", "windows_sids.py"}, {"posix.py"}


def main(argv: Sequence[str]) -> int:
    arguments = parse(argv)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a console of Windows may know few letters
    scratch = new_folder()
    try:
        with display(wanted=arguments.xvfb) as screen:
            complaints = attempt(arguments, scratch, screen)
        if arguments.keep:
            shutil.copytree(scratch, arguments.keep, ignore=sockets, dirs_exist_ok=True)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    for complaint in complaints:
        print(f"FAILED: {complaint}")
    print("The smoke failed." if complaints else "Everything works.")
    return 1 if complaints else 0


def new_folder() -> Path:
    """Below the system's own scratch folder."""
    if os.name == "nt":
        # mkdtemp would close it to all but the owner, for whom an administrator's group counts: and
        # PostgreSQL gives up that group's rights.
        folder = Path(tempfile.gettempdir()) / f"soleflip-smoke-{os.getpid()}"
        folder.mkdir()
        return folder
    folder = Path(tempfile.mkdtemp(prefix="soleflip-smoke-"))
    folder.chmod(0o711)  # root's server runs as another user, who has to pass
    return folder


def sockets(folder: str, names: list[str]) -> set[str]:
    """The keyring may still be about to end."""
    return {name for name in names if Path(folder, name).is_socket()}


def parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--as-user", metavar="NAME", help="run it as that user (needs root)")
    parser.add_argument("--xvfb", action="store_true", help="on a display of its own (Linux)")
    parser.add_argument("--keyring", action="store_true", help="with a keyring, on Linux")
    parser.add_argument("--shot", type=Path, metavar="PNG", help="keep a picture of the window")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="copy report, logs and data there")
    parser.add_argument("--name", default=DATA, help=f"of the data folder (default: {DATA})")
    parser.add_argument("--limit", type=int, default=LIMIT_S, metavar="SECONDS")
    parser.add_argument("program", nargs=argparse.REMAINDER, metavar="PROGRAM [ARGS...]")
    arguments = parser.parse_args(argv)
    if not arguments.program:
        parser.error("name the program to try")
    return arguments


def attempt(arguments: argparse.Namespace, scratch: Path, screen: Mapping[str, str]) -> list[str]:
    """Runs the program once; what is wrong with it, in sentences."""
    out, picture = scratch / "report.json", scratch / "window.png"
    home = scratch / "home"
    home.mkdir()
    owner = account(arguments.as_user)
    if owner:
        for folder in (scratch, home):
            os.chown(folder, owner["user"], owner["group"])
    program = shutil.which(arguments.program[0]) or arguments.program[0]
    command = [str(Path(program).absolute()), *arguments.program[1:]]
    command += ["--smoke", str(out), "--data", str(scratch / arguments.name)]
    command += ["--shot", str(picture)]
    variables = environment(home, arguments.as_user, screen)
    if arguments.keyring:
        command = [*KEYRING, *command]
        variables = own_session(variables, home)
    code = run(command, variables, owner, scratch, arguments.limit)
    if code != 0:
        print((scratch / "said.txt").read_text(encoding="utf-8", errors="replace")[-SAID_LETTERS:])
    if not out.exists():
        return [f"it wrote no report and ended with {code}"]
    report = json.loads(out.read_text(encoding="utf-8"))
    print_table(report)
    if arguments.shot and picture.exists():
        shutil.copyfile(picture, arguments.shot)
    complaints = check(report, modules_expected())
    if code != 0:
        complaints.append(f"it ended with {code}" if code is not None else "it took too long")
    if not picture.exists():
        complaints.append("there is no picture of the window")
    if arguments.keyring:
        complaints += keyring_unused(report)
    server = report["steps"].get("server made and started", {}).get("pid")
    return complaints + left_over(scratch, server)


def account(name: str | None) -> dict[str, Any]:
    """The user as `subprocess` wants it; nothing where it is ourselves."""
    if name is None or sys.platform == "win32":
        return {}
    import pwd  # noqa: PLC0415  (not on Windows)

    entry = pwd.getpwnam(name)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def environment(home: Path, user: str | None, screen: Mapping[str, str]) -> dict[str, str]:
    """Ours; another user gets a home of its own and none of our session."""
    result = dict(os.environ)
    if user is not None:
        kept = {"PATH", "LANG", "LC_ALL", "TZ"}
        result = {name: value for name, value in result.items() if name in kept}
        result |= {"HOME": str(home), "USER": user, "LOGNAME": user}
    if screen:
        result.pop("QT_QPA_PLATFORM", None)
        result.pop("WAYLAND_DISPLAY", None)
        result |= screen
    elif sys.platform == "linux":
        result["QT_QPA_PLATFORM"] = "offscreen"
    return result | {"SOLEFLIP_SMOKE_SPAWNED": str(time.time_ns())}


def own_session(variables: Mapping[str, str], home: Path) -> dict[str, str]:
    """Nothing of the desktop's own session: its keyring and its settings are the user's."""
    theirs = ("DBUS_", "GNOME_KEYRING_", "XDG_")
    kept = {name: value for name, value in variables.items() if not name.startswith(theirs)}
    return kept | {"HOME": str(home)}


def run(
    command: Sequence[str],
    variables: Mapping[str, str],
    owner: Mapping[str, Any],
    scratch: Path,
    limit_s: int,
) -> int | None:
    """The exit code; None where it had to be ended.

    A file takes what it says: a pipe may be held open by a server that it leaves behind.
    """
    with (scratch / "said.txt").open("wb") as said:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            env=dict(variables),
            cwd=scratch / "home",
            **owner,
        )
        try:
            return process.wait(limit_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return None


def modules_expected(system: str = sys.platform) -> int:
    """How many modules below the app's package a system imports, by this tree."""
    foreign = POSIX_ONLY if system == "win32" else WINDOWS_ONLY
    package = ROOT / "soleflip_desktop"
    return sum(path.name not in foreign for path in package.rglob("*.py")) - 1  # the package itself


def check(report: Mapping[str, Any], modules: int) -> list[str]:
    """What is wrong with a report. A step that says nothing is as bad as one that failed."""
    complaints = [f"{step}: {_last_line(text)}" for step, text in report["errors"].items()]
    if not (report["finished"] and report["ok"]):
        complaints.append("it does not say that all is well")
    for step, figures in EXPECTED.items():
        told = report["steps"].get(step)
        if told is None:
            complaints.append(f"{step}: missing")
            continue
        complaints += [f"{step}: no {figure}" for figure in figures if not told.get(figure)]
    found = report["steps"].get("modules", {}).get("modules", 0)
    if found < modules:
        complaints.append(f"modules: {found} of {modules}; was it made from this tree?")
    return complaints


def keyring_unused(report: Mapping[str, Any]) -> list[str]:
    """What is wrong where there is a keyring for sure: the app need not do without."""
    told = report["steps"].get("credential store", {})
    if told.get("usable") == "yes":
        return []
    return [f"credential store: not used, though there is one: {told.get('told', told)}"]


def print_table(report: Mapping[str, Any]) -> None:
    errors = report["errors"]
    for step, told in report["steps"].items():
        facts = ", ".join(f"{k} {_short(v)}" for k, v in told.items() if k != "seconds")
        mark = "FAILED" if step in errors else "ok"
        print(f"{step:<24} {told['seconds']:>8.3f} s  {mark:<6}  {facts[:SHOWN_LETTERS]}")
    print(f"{'all of it':<24} {report['seconds']:>8.3f} s  version {report['version']}")
    for step, text in errors.items():
        print(f"\n{step}:\n{text}")


def _short(value: Any) -> str:
    return f"{len(value)} of them" if isinstance(value, list) else str(value)


def _last_line(text: str) -> str:
    return text.strip().rpartition("\n")[2]


# -- processes ---------------------------------------------------------------------------------


def left_over(scratch: Path, server: int | None) -> list[str]:
    """Processes that still work on the scratch folder; they are ended. None may be left.

    The server's number tells where Windows gave it a folder under another name.
    """
    alive = processes()
    found = {pid: words for pid, words in alive.items() if scratch.name in words}
    for pid in found:
        with suppress(OSError):
            os.kill(pid, signal.SIGTERM)
    if server in alive and "postgres" in alive[server]:
        found[server] = alive[server]
    return [f"process {pid} is left over: {words[:SHOWN_LETTERS]}" for pid, words in found.items()]


def processes() -> dict[int, str]:
    """Command lines by number, of all processes that can be seen; zombies have none."""
    if platform.system() == "Linux":
        return {int(path.name): words for path in PROC.glob("[0-9]*") if (words := words_of(path))}
    command = ["ps", "-axww", "-o", "pid=,args="]
    if platform.system() == "Windows":
        query = 'Get-CimInstance Win32_Process | % { "$($_.ProcessId) $($_.CommandLine)" }'
        command = ["powershell", "-NoProfile", "-Command", query]
    said = subprocess.run(command, capture_output=True, check=True).stdout
    pairs = (line.split(maxsplit=1) for line in said.decode("utf-8", "replace").splitlines())
    return {int(pair[0]): pair[1] for pair in pairs if len(pair) > 1 and pair[0].isdecimal()}


def words_of(process: Path) -> str:
    """The command line of a process in /proc; empty where it has just ended."""
    try:
        words = (process / "cmdline").read_bytes()
    except OSError:
        return ""
    return words.replace(b"\0", b" ").decode("utf-8", "replace")


@contextmanager
def display(*, wanted: bool) -> Iterator[Mapping[str, str]]:
    """A screen in memory, on a display number that is free."""
    if not wanted:
        yield {}
        return
    reader, writer = os.pipe()
    size = ["-screen", "0", "1600x1000x24", "-nolisten", "tcp", "-displayfd", str(writer)]
    server = subprocess.Popen(
        ["Xvfb", *size], pass_fds=[writer], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    os.close(writer)
    try:
        with os.fdopen(reader) as told:
            number = told.readline().strip()
        if not number:
            raise SystemExit("Xvfb does not start: is it installed?")
        yield {"DISPLAY": f":{number}"}
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
