"""How long a start takes, from outside, beside what it is compared with (performance.md E).

    python packaging/dev.py exec python tests/benchmarks/start_bench.py [--runs 5] [--bundle FILE]

Every round starts each way once, so that whatever else the machine does hits all of them; medians
and ratios are of the rounds. Source is compiled before (a folder of our own takes the `.pyc`). The
database holds 5,000 imported rows; "first start" makes an empty one. Needs no display.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.start_naive import host, start_by_pg_ctl
from helpers.clusters import passable_folder
from helpers.stockx_report import Report
from soleflip_desktop.db.embedded import EmbeddedServer
from soleflip_desktop.settings.paths import DataFolder
from soleflip_desktop.settings.start_marks import VARIABLE

ROWS = 5_000
LONGEST_S = 60
NAIVE = str(Path(__file__).with_name("start_naive.py"))
PAINT, READY, DATA = "first paint", "server ready", "first rows painted"


class Way(NamedTuple):
    """One way to start: what is run, and the mark after which it has shown what it is to show."""

    name: str
    command: list[str]
    last: str
    first_time: bool = False


class Bench:
    """A folder with a filled database, and starts on it."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.log = base / "marks"
        self.filled = DataFolder(base / "filled")
        without = ("PYTHONDONTWRITEBYTECODE", "SOLEFLIP_DATABASE_URL")
        self.environment = {k: v for k, v in os.environ.items() if k not in without} | {
            "PYTHONPYCACHEPREFIX": str(base / "pyc"),
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"),
            VARIABLE: str(self.log),
        }

    def fill(self) -> None:
        report = self.base / "report.csv"
        Report(ROWS, seed=9, products=300).write(report)
        command = [*SOURCE, "import", str(report), "--data", str(self.filled.root)]
        done = subprocess.run(command, env=self.environment, stdout=subprocess.DEVNULL, check=False)
        if done.returncode not in {0, 2}:  # 2: the report has rows that are to be rejected
            raise SystemExit("The report was not imported.")

    def start(self, way: Way) -> dict[str, float]:
        """Milliseconds from the start of the process to each mark."""
        self.log.write_text("")
        folder = DataFolder(self.base / "fresh") if way.first_time else self.filled
        command = [word.replace("DATA", str(folder.root)) for word in way.command]
        command = [word.replace("LOG", str(self.log)) for word in command]
        began = time.time()
        process = subprocess.Popen(command, env=self.environment, stderr=subprocess.DEVNULL)
        try:
            self._wait(way.last, process)
        finally:
            process.kill()
            process.wait()
            stop(folder)
        if way.first_time:
            shutil.rmtree(folder.root)
        marks = map(json.loads, self.log.read_text().splitlines())
        return {mark["mark"]: (mark["time"] - began) * 1000 for mark in marks}

    def _wait(self, last: str, process: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + LONGEST_S
        while f'"{last}"' not in self.log.read_text():
            ended = process.poll() is not None and f'"{last}"' not in self.log.read_text()
            if ended or time.monotonic() > end:
                raise SystemExit(f"{process.args!r} never got to “{last}”")
            time.sleep(0.02)

    def server_ready(self, launch: Callable[[], None]) -> float:
        """Milliseconds until PostgreSQL takes connections."""
        self.filled.create()
        began = time.perf_counter()
        launch()
        took = (time.perf_counter() - began) * 1000
        stop(self.filled)
        return took


SOURCE = [sys.executable, "-m", "soleflip_desktop"]
WAYS = [
    Way("bare Qt window", [sys.executable, NAIVE, "bare", "LOG"], PAINT),
    Way("sequential", [sys.executable, NAIVE, "sequential", "LOG", "DATA"], DATA),
    Way("source", [*SOURCE, "--data", "DATA"], DATA),
    Way("source, first start", [*SOURCE, "--data", "DATA"], PAINT, first_time=True),
]


def stop(folder: DataFolder) -> None:
    """What a killed app leaves running is adopted, and stopped in good order."""
    if (folder.root / "pgdata").exists():
        with EmbeddedServer(folder) as running:
            running.acquire(exclusive=True)


@contextmanager
def scratch() -> Iterator[Path]:
    base = passable_folder()
    try:
        yield base
    finally:
        shutil.rmtree(base, ignore_errors=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--bundle", type=Path, help="the executable of a built bundle")
    arguments = parser.parse_args()
    ways = list(WAYS)
    if arguments.bundle is not None:
        command = [str(arguments.bundle.resolve()), "--data", "DATA"]
        ways += [Way("bundle", command, DATA), Way("bundle, first start", command, PAINT, True)]
    with scratch() as base:
        bench = Bench(base)
        bench.fill()
        for way in ways:  # compiles, and brings the files into the cache of the system
            bench.start(way)
        starts, ready = measured(bench, ways, arguments.runs)
    return report(starts, ready)


def measured(
    bench: Bench, ways: list[Way], runs: int
) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """Medians of the marks of each way, and of the two ways to start the server."""
    launches = {
        "pg_ctl -w": lambda: start_by_pg_ctl(host().prepare(bench.filled)),
        "our launch": lambda: host().launch(host().prepare(bench.filled), None),
    }
    seen: dict[str, list[dict[str, float]]] = {way.name: [] for way in ways}
    ready: dict[str, list[float]] = {name: [] for name in launches}
    for _ in range(runs):
        for way in ways:
            seen[way.name].append(bench.start(way))
        for name, launch in launches.items():
            ready[name].append(bench.server_ready(launch))
    starts = {
        name: {mark: statistics.median(run[mark] for run in found) for mark in found[0]}
        for name, found in seen.items()
    }
    return starts, {name: statistics.median(times) for name, times in ready.items()}


def report(starts: dict[str, dict[str, float]], ready: dict[str, float]) -> int:
    """Prints the table; 1 where a target of the source is missed."""
    bare, sequential = starts["bare Qt window"][PAINT], starts["sequential"][DATA]
    print(f"{'':22}{'first paint':>12}{'x bare':>8}{'first rows':>12}{'x sequential':>14}")
    for name, marks in starts.items():
        line = f"{name:22}"
        paint, rows = marks.get(PAINT), marks.get(DATA)
        line += f"{paint:9.0f} ms{paint / bare:8.2f}" if paint else " " * 20
        line += f"{rows:9.0f} ms{rows / sequential:14.2f}" if rows else ""
        print(line)
    ratio = ready["our launch"] / ready["pg_ctl -w"]
    print(
        f"PostgreSQL ready: {ready['our launch']:.0f} ms, {ratio:.2f} of {ready['pg_ctl -w']:.0f}"
    )
    source = starts["source"]
    met = {
        "E-1 first paint <= 2 x bare": source[PAINT] <= 2 * bare,
        "E-1 first rows <= 0.4 x sequential": source[DATA] <= 0.4 * sequential,
        "E-2 server ready <= 1/3 of pg_ctl -w": ratio <= 1 / 3,
        "first start: a window within 1 s": starts["source, first start"][PAINT] <= 1000,
    }
    for target, good in met.items():
        print(f"{'met   ' if good else 'MISSED'}  {target}")
    return 0 if all(met.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
