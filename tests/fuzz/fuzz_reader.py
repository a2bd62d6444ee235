"""Feeds broken files to the readers: whatever the bytes, they answer or raise FileImportError.

    python tests/fuzz/fuzz_reader.py [--minutes 3] [--seed 1] [--out FOLDER]

Samples are mutated (bits, pieces, encodings, archives) and given to every one of `TARGETS`. The
work is done in child processes, so that an abort or a hang of a library is a finding too: the
input at fault stays in the output folder. Exit code 1 if there is any.
"""

from __future__ import annotations

import argparse
import faulthandler
import gzip
import io
import json
import random
import re
import subprocess
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from helpers.xlsx import Cell, write_ods, write_xlsx
from soleflip_desktop.connectors.files.decide import plan_file
from soleflip_desktop.connectors.files.profiles import builtin
from soleflip_desktop.connectors.files.records import read_blocks
from soleflip_desktop.connectors.files.sketch import sketch_file
from soleflip_desktop.connectors.files.table import open_table
from soleflip_desktop.connectors.files.templates import example_path
from soleflip_desktop.connectors.files.text import OpenedText
from soleflip_desktop.domain.cancellation import CancelToken
from soleflip_desktop.domain.errors import FileImportError
from soleflip_desktop.domain.import_plan import DateOrder, NumberStyle, PlanChoices
from soleflip_desktop.domain.staging import split_record

SAMPLE = Path(__file__).resolve().parents[2] / "resources/samples/stockx-sales-sample.csv"
PROFILES = list(builtin().values())
#: An input that takes longer than this is a finding.
SECONDS = 20
#: Address space of a child: what wants more is a finding.
MEMORY = 3 << 30
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252", "utf-32")
TOKENS = (
    b'"', b'""', b'"""', b"\n", b"\r", b"\r\n", b"\0", b",", b";", b"\t", b"|", b"sep=;\n",
    b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xc3", b"\xff", b"\xed\xa0\x80", b"\x81",
    b"PK\x03\x04", b"\x1f\x8b\x08", b"\xd0\xcf\x11\xe0", b'="007"', b"1,23E+11", b"x" * 70_000,
    b'<c t="e">', b'<row r="1048576">', b'r="XFD1048576"', b"</sheetData>", b"-1", b"1e300",
)  # fmt: skip


def look(path: Path) -> None:
    sketch_file(path, PROFILES, PlanChoices())


def drain(path: Path) -> None:
    """Reads all records as the sketch proposes, or with commas where it proposes nothing."""
    try:
        dialect = sketch_file(path, PROFILES, PlanChoices()).dialect
    except FileImportError:
        opened, delimiter = OpenedText(path), ","
    else:
        opened, delimiter = OpenedText(path, dialect.encoding, dialect.sheet), dialect.delimiter
    try:
        for block in read_blocks(opened.stream, opened.name, delimiter):
            for index in range(min(len(block.starts), 50)):
                split_record(block.record(index).decode(), delimiter=delimiter)
    finally:
        opened.close()


def stage(path: Path) -> None:
    """Everything that an import does before it needs a database, by the likeliest layout."""
    found = sketch_file(path, PROFILES, PlanChoices()).candidates
    profile = next((candidate.profile for candidate in found if not candidate.missing), None)
    choices = PlanChoices(profile, currency="EUR", dates=DateOrder.DMY, number=NumberStyle.POINT)
    file = open_table(path, plan_file(path, PROFILES, choices, CancelToken()))
    try:
        for chunk in file.chunks():
            staged = chunk.data.decode().splitlines()
            assert chunk.rows >= len(chunk.rejected) + len(chunk.skipped)
            assert staged or chunk.rows <= len(chunk.rejected) + len(chunk.skipped)
            assert all(row.issues for row in chunk.rejected)
    finally:
        file.close()


#: Readers under test; one more line adds one more.
TARGETS: tuple[Callable[[Path], object], ...] = (look, drain, stage)


def samples(folder: Path) -> list[bytes]:
    """Whole files of every kind, small enough to be read some hundred times a second."""
    report = SAMPLE.read_bytes()[:12_000]
    german = "Artikel;Größe;Einkaufspreis;Kaufdatum\n" + "Läufer;42½;1.012,50 €;31.12.2025\n" * 40
    notes = ["Transaktionsbericht", "", "Von;01.01.2024", "--;--", ";;;", *[""] * 6]
    ebay = "\r\n".join([*notes, "Bestellnummer;Artikel;Typ;Betrag abzügl. Kosten", ""])
    ebay += '"01-1";"Schuh;\nblau";Bestellung;"12,50"\r\n;;;\r\n' * 40
    words = [[f"Schuh {n}", f"0{n}", "12,50", "N/A"] for n in range(60)]
    rows: list[list[Cell]] = [[*row, 12.5, date(2025, 12, 31)] for row in words]
    books = [write_xlsx(folder / "a.xlsx", rows), write_ods(folder / "a.ods", words)]
    texts = [text.encode(encoding) for text in (german, ebay) for encoding in ENCODINGS]
    keys = ("ebay-transactions", "reseller-sheet", "purchases", "contest-2019", "supplier-prices")
    texts += [example_path(key).read_bytes()[:6_000] for key in keys]
    texts += [report, german.replace("\n", "\r").encode(), b"a,b\n1,2\n", b"a\tb|c\n1\t2|3\n"]
    return [*texts, *(gzip.compress(text) for text in texts[::3]), *(b.read_bytes() for b in books)]


def mutated(rng: random.Random, pool: Sequence[bytes]) -> bytes:
    data = rng.choice(pool)
    if rng.random() < 0.02:
        return rng.randbytes(rng.choice((1, 5, 100, 5000)))
    if data[:2] == b"\x1f\x8b" and rng.random() < 0.5:
        return gzip.compress(_broken(rng, gzip.decompress(data), pool))
    if data[:2] == b"PK" and rng.random() < 0.8:
        return _repacked(rng, data, pool)
    return _broken(rng, data, pool)


def _broken(rng: random.Random, data: bytes, pool: Sequence[bytes]) -> bytes:
    for _ in range(rng.choice((1, 1, 2, 5, 20))):
        first = rng.randrange(len(data) + 1)
        last = min(len(data), first + rng.choice((0, 1, 2, 10, 500)))
        piece = data[first:last]
        other = rng.choice(pool)
        start = rng.randrange(len(other))
        new = rng.choice((
            b"", piece * 2, piece[::-1], rng.choice(TOKENS), rng.randbytes(rng.randrange(4)),
            bytes(byte ^ (1 << rng.randrange(8)) for byte in piece), other[start : start + 300],
        ))  # fmt: skip
        data = data[:first] + new + data[last:]
        if rng.random() < 0.05:
            data = data[: rng.randrange(len(data) + 1)]
    return data


def _repacked(rng: random.Random, data: bytes, pool: Sequence[bytes]) -> bytes:
    """A workbook whose archive is whole and whose parts are not."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as book, zipfile.ZipFile(out, "w") as copy:
        victim = rng.choice(book.namelist())
        for name in book.namelist():
            part = book.read(name)
            copy.writestr(name, _broken(rng, part, pool) if name == victim else part)
    return out.getvalue()


def work(seed: int, seconds: float, out: Path) -> None:
    """Runs in the child: prints what happened as JSON, leaves `current` behind if it dies."""
    _limit_memory()
    rng = random.Random(seed)  # noqa: S311
    pool = samples(out)
    errors: Counter[str] = Counter()
    runs, crashes, slowest = 0, {}, 0.0
    current = out / "current"
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        current.write_bytes(mutated(rng, pool))
        for target in TARGETS:
            runs += 1
            began = time.monotonic()
            faulthandler.dump_traceback_later(SECONDS, exit=True)
            try:
                target(current)
            except FileImportError as error:
                errors[_kind_of(str(error))] += 1
            except BaseException:  # noqa: BLE001  (each is a finding, Rust's panics too)
                crashes[_kept(current, out)] = traceback.format_exc(limit=-6)
            faulthandler.cancel_dump_traceback_later()
            slowest = max(slowest, time.monotonic() - began)
    found = {"runs": runs, "errors": errors, "crashes": crashes, "slowest": slowest}
    print(json.dumps(found))


def _limit_memory() -> None:
    try:
        import resource  # noqa: PLC0415  (POSIX only)
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _kept(current: Path, out: Path) -> str:
    kept = out / f"crash-{time.time_ns()}"
    kept.write_bytes(current.read_bytes())
    return str(kept)


def _kind_of(message: str) -> str:
    """A message without what differs from file to file."""
    return re.sub(r"[\d,]*\d", "N", re.sub(r"“[^”]*”|'[^']*'|0x\w\w", "_", message))[:150]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()) / "fuzz_reader")
    parser.add_argument("--child", type=float, help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    if options.child:
        work(options.seed, options.child, options.out)
        return 0
    return _supervise(options.minutes * 60, options.seed, options.out)


def _supervise(seconds: float, seed: int, out: Path) -> int:
    errors: Counter[str] = Counter()
    runs, slowest, crashes = 0, 0.0, {}
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 1:
        turn = str(min(left, 30.0))
        command = [sys.executable, __file__, "--seed", str(seed), "--out", str(out)]
        done = subprocess.run(
            [*command, "--child", turn], check=False, capture_output=True, text=True
        )
        if done.returncode:
            crashes[_kept(out / "current", out)] = done.stderr[:2000]
        else:
            found = json.loads(done.stdout.splitlines()[-1])
            runs += found["runs"]
            errors.update(found["errors"])
            crashes |= found["crashes"]
            slowest = max(slowest, found["slowest"])
        seed += 1
    print(f"{runs} executions, slowest {slowest:.2f} s, {len(errors)} kinds of errors:")
    for message, count in errors.most_common():
        print(f"{count:8} {message}")
    for path, trace in crashes.items():
        print(f"CRASH {path}\n{trace}")
    print(f"{len(crashes)} crashes")
    return 1 if crashes else 0


if __name__ == "__main__":
    sys.exit(main())
