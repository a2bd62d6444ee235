"""Makes resources/smoke/: books as an older SoleFlip Desktop left them, for the app's --smoke.

    .venv/bin/python packaging/make_old_dump.py

Runs the program of an older commit (from git, in the environment of this one) on a server of its
own: it imports the first rows of the sample file. What pg_dump makes of that is the resource, and
beside it the figures that have to survive every later migration, summed from the file itself.
"""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from decimal import Decimal
from pathlib import Path

import zstandard

from soleflip_desktop.db.embedded import EmbeddedServer
from soleflip_desktop.db.embedded.dumps import dump
from soleflip_desktop.settings.paths import DataFolder

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "resources" / "smoke"
SAMPLE = ROOT / "resources" / "samples" / "stockx-sales-sample.csv"
#: The last commit with the baseline schema alone.
COMMIT, REVISION = "a887f3a", "20261123_1300"
ROWS = 48


def main() -> int:
    TARGET.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="soleflip-old-") as name:
        work = Path(name)
        work.chmod(0o711)  # root's server runs as another user, who has to pass
        old = unpacked(work / "old")
        rows = sample(work / "sales.csv")
        with EmbeddedServer(DataFolder(work / "data")) as server:
            url = server.acquire(exclusive=True)
            subprocess.run(
                [sys.executable, "-m", "soleflip_desktop", "import", str(work / "sales.csv")],
                cwd=old,
                env=os.environ | {"PYTHONPATH": str(old), "SOLEFLIP_DATABASE_URL": url},
                check=True,
            )
            dump(url, work / "books.dump")
        # Most of a small dump is the schema, which pg_dump leaves as it is.
        packed = zstandard.compress((work / "books.dump").read_bytes(), 19)
    (TARGET / "older-books.dump.zst").write_bytes(packed)
    figures = json.dumps(expected(rows), indent=2) + "\n"
    (TARGET / "older-books.json").write_text(figures, encoding="utf-8")
    print(f"{TARGET}: {len(packed):,} bytes, {figures}")
    return 0


def unpacked(folder: Path) -> Path:
    """The tree of the older commit."""
    archive = subprocess.run(
        ["git", "archive", "--format=tar", COMMIT], cwd=ROOT, capture_output=True, check=True
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")
    return folder


def sample(target: Path) -> list[dict[str, str]]:
    """Writes the first rows of the sample and returns them."""
    with SAMPLE.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        rows = [row for row, _number in zip(reader, range(ROWS), strict=False)]
        names = list(reader.fieldnames or ())
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)
    return rows


def expected(rows: list[dict[str, str]]) -> dict[str, str | int]:
    """What the older books hold. Amounts are texts in major units."""
    [currency] = {row["Listing Price Currency"] for row in rows}
    gross = sum(Decimal(row["Listing Price"]) for row in rows)
    payout = sum(Decimal(row["Total Gross Amount (Total Payout)"]) for row in rows)
    return {
        "revision": REVISION,
        "units": len(rows),
        "sales": len(rows),
        "currency": currency,
        "gross": f"{gross:.2f}",
        "payout": f"{payout:.2f}",
    }


if __name__ == "__main__":
    sys.exit(main())
