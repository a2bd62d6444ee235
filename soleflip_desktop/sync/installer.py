"""How an update is installed on each system. The app never changes its own files."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath

from soleflip_desktop.domain.updates import Launched, UpdateError

#: Where the Debian package installs to.
DEBIAN_PREFIX = "/opt/soleflip-desktop"
#: Silent; waits until the app that started it has ended; starts the new one.
SETUP_ARGUMENTS = ("/S", "/WAIT", "/RESTART")
#: Whoever cannot do what is asked says so within this time; setup waits for the app by then.
_HELPER_S = 3
_FAILED = (
    "The installer could not be started ({why}). It is complete and was verified: start it "
    "yourself from {path}."
)
#: Those exit codes of packaging/windows/app.nsi that come at once, before it waits for the app.
_REFUSALS = {
    3: (
        "Setup cannot use the folder that SoleFlip Desktop is in, so nothing was installed. "
        "Uninstall SoleFlip Desktop (your data is kept), start {path} and choose another folder."
    ),
    4: (
        "The new version does not run on this version of Windows, so nothing was installed. "
        "Update Windows first."
    ),
    6: (
        "Another setup of SoleFlip Desktop is running, so nothing was installed. Wait until it "
        "has finished, then try again."
    ),
}
_ARCHITECTURES = {"amd64": "x86_64", "x64": "x86_64", "aarch64": "arm64"}
_DETACHED = 0x00000008 | 0x00000200  # DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP


def system_name(
    platform: str, machine: str, executable: PurePath, environ: Mapping[str, str]
) -> str:
    """The system's name in the list of updates: windows-x86_64, macos-arm64, linux-deb-x86_64 ...

    From sys.platform, platform.machine(), sys.executable and the environment.
    """
    architecture = _ARCHITECTURES.get(machine.lower(), machine.lower())
    if platform == "win32":
        return "windows-x86_64"  # the one build there is; ARM runs it too and may say so
    if platform == "darwin":
        return f"macos-{architecture}"
    if environ.get("APPIMAGE"):
        kind = "appimage"
    else:
        kind = "deb" if executable.is_relative_to(DEBIAN_PREFIX) else "tar"
    return f"linux-{kind}-{architecture}"


def ending(system: str) -> Launched:
    """What `start` will come to on that system."""
    if system.startswith("windows-"):
        return Launched.RESTARTS
    shown = system.startswith(("linux-tar-", "linux-appimage-"))
    return Launched.SHOWN if shown else Launched.OPENED


def command(system: str, path: Path) -> Sequence[str]:
    """What is run to install the file; nothing of it asks for root."""
    if system.startswith("windows-"):
        return (str(path), *SETUP_ARGUMENTS)
    if system.startswith("macos-"):
        return ("/usr/bin/open", str(path))
    shown = ending(system) is Launched.SHOWN
    return ("xdg-open", str(path.parent if shown else path))


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What a program that is not ours gets: without the places of a frozen app's own libraries."""
    kept = {name: value for name, value in environ.items() if not name.startswith("_PYI_")}
    for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"):
        before = kept.pop(f"{name}_ORIG", None)
        if before:
            kept[name] = before
        elif "_PYI_ARCHIVE_FILE" in environ:
            kept.pop(name, None)
    # The app that setup starts is a new one, not a child of this one.
    kept["PYINSTALLER_RESET_ENVIRONMENT"] = "1"
    return kept


def start(system: str, path: Path, data: Mapping[str, str]) -> Launched:
    """Starts the installer and leaves it alone; takes up to three seconds.

    `data`: the variables that lead a restarted app to the data of this one. Only who restarts it
    gets them, as a database's URL may hold a password. Raises UpdateError; the file stays.
    """
    if path.suffix == ".AppImage":
        path.chmod(0o755)
    restarts = ending(system) is Launched.RESTARTS
    try:
        process = subprocess.Popen(  # noqa: S603  (verified just before; no shell)
            command(system, path),
            cwd=path.parent,
            env=environment(os.environ) | (dict(data) if restarts else {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            creationflags=_DETACHED if os.name == "nt" else 0,
            start_new_session=True,  # Windows passes it over
        )
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise UpdateError(_FAILED.format(why=why, path=path)) from error
    _check(process, path, _REFUSALS if restarts else {})
    return ending(system)


def _check(process: subprocess.Popen[bytes], path: Path, refusals: Mapping[int, str]) -> None:
    try:
        status = process.wait(_HELPER_S)
    except subprocess.TimeoutExpired:
        return  # it waits, or has become the program that shows the file
    if status:
        words = refusals.get(status, _FAILED)
        raise UpdateError(words.format(why=f"status {status}", path=path))
