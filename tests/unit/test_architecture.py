"""House rules that ruff, mypy and import-linter cannot check. Each exception has its reason."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from decimal import Decimal
from enum import Enum, StrEnum
from pathlib import Path

import pytest
import sqlalchemy as sa

from soleflip_desktop import domain
from soleflip_desktop.db import models
from soleflip_desktop.db.base import Base

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "soleflip_desktop"
MODULES = {path.relative_to(PACKAGE).as_posix(): path for path in sorted(PACKAGE.rglob("*.py"))}

LONG_MODULES = {
    "domain/brand_data.py": "a table of brands and their spellings, no code",
    "domain/import_fields.py": "a table of fields and their headers, no code",
}
FLOATS = {
    "connectors/files/numbers.py": "spreadsheets store binary numbers (README, decision 14)",
    "ui/common/formatting.py": "file sizes",
}

_ = models  # imported for its tables


def calls(path: Path) -> Iterator[tuple[str, int]]:
    """Last name and line of everything that a module calls."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            yield name, node.lineno


def callers_of(names: set[str], folder: str = "") -> list[str]:
    return [
        f"{module}:{line} {name}"
        for module, path in MODULES.items()
        if module.startswith(folder)
        for name, line in calls(path)
        if name in names
    ]


@pytest.mark.parametrize("module", MODULES)
def test_module_is_short(module: str) -> None:
    length = len(MODULES[module].read_text(encoding="utf-8").splitlines())
    limit = 300 if module == "ui/main_window.py" else 400
    if module in LONG_MODULES:
        assert length > limit, f"{module} is short now: strike it from LONG_MODULES"
    else:
        assert length <= limit, f"{module} has {length} lines: split it by its second purpose"


def test_gui_runs_no_loop_inside_its_loop() -> None:
    assert callers_of({"processEvents", "exec", "exec_", "asyncClose"}, "ui/") == []
    assert callers_of({"processEvents", "asyncClose"}) == []


def test_gui_does_not_wait() -> None:
    assert callers_of({"sleep", "run_until_complete"}, "ui/") == []


def test_binary_numbers_stay_out_of_the_money() -> None:
    found = {place.partition(":")[0] for place in callers_of({"float"})}
    assert found - FLOATS.keys() == set()
    assert FLOATS.keys() - found == set(), "strike it from FLOATS"
    columns = [column for table in Base.metadata.sorted_tables for column in table.columns]
    assert [column for column in columns if isinstance(column.type, sa.Float)] == []


def test_every_amount_has_its_currency_beside_it() -> None:
    for table in Base.metadata.sorted_tables:
        amounts = [
            column.name
            for column in table.columns
            if isinstance(column.type, sa.Numeric)
            and column.type.scale == 2
            and column.type.python_type is Decimal
        ]
        currencies = [name for name in table.columns.keys() if "currency" in name]  # noqa: SIM118
        assert not amounts or currencies, f"{table} has {amounts} in no currency"


def test_domain_enums_are_text() -> None:
    """A StrEnum reads the same in SQL, JSON, logs and a debugger."""
    plain = set()
    for info in pkgutil.iter_modules(domain.__path__):
        module = importlib.import_module(f"{domain.__name__}.{info.name}")
        plain |= {
            value.__name__
            for value in vars(module).values()
            if isinstance(value, type) and issubclass(value, Enum) and value is not Enum
            if not issubclass(value, StrEnum)
        }
    assert plain == set()


def test_version_is_written_once() -> None:
    literal = re.compile(r"""^\s*(__version__|version|VERSION)\s*=\s*["']\d+\.\d+""", re.MULTILINE)
    files = [*MODULES.values(), ROOT / "pyproject.toml", *ROOT.joinpath("packaging").glob("*.py")]
    found = [path for path in files if literal.search(path.read_text(encoding="utf-8"))]
    assert found == [PACKAGE / "__init__.py"]


def test_migrations_stand_alone() -> None:
    for path in ROOT.joinpath("migrations", "versions").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        imports = re.findall(r"^\s*(?:from|import) .*", text, re.MULTILINE)
        assert not [line for line in imports if "soleflip" in line], path.name
