"""What does a background sync of 50,000 orders cost the window, and what does the window cost it?

    python packaging/dev.py exec python tests/benchmarks/sync_bench.py [ORDERS] [LISTINGS]

A fake StockX in a process of its own answers at full speed (its limits are switched off, time is
scaled). The same request runs once in plain asyncio, without Qt and without a child process, and
once in the real window, offscreen, with its orders page in sight. Targets (performance.md): C-1,
gaps of the GUI's loop p99 at most 2 x idle and none above 20 ms; C-2, at most 1.2 x the time of
plain asyncio.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from helpers.clusters import passable_folder

TESTS = Path(__file__).resolve().parent.parent
PLAIN = """
import asyncio, json, os, sys, time
from pathlib import Path
from soleflip_desktop.bootstrap import Options, open_backend
from soleflip_desktop.domain.sync import SyncKind, SyncRequest
backend = open_backend(Options.of(Path(sys.argv[1]), None), exclusive=False)
async def run():
    account = (await backend.services.accounts.list())[0]
    started = time.monotonic()
    await backend.sync_here(SyncRequest(account.id, tuple(SyncKind)), lambda _: None)
    print(round(time.monotonic() - started, 2))
asyncio.run(run())
backend.close()
"""
SECRETS = {
    "SOLEFLIP_STOCKX_API_KEY": "planted-api-key",
    "SOLEFLIP_STOCKX_CLIENT_ID": "client-acme",
    "SOLEFLIP_STOCKX_CLIENT_SECRET": "planted-client-secret",
    "SOLEFLIP_STOCKX_REDIRECT_URI": "http://localhost:8765/callback",
    "SOLEFLIP_STOCKX_REFRESH_TOKEN": "planted-refresh-0",
    "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    "QT_QPA_PLATFORM": "offscreen",
    "LC_ALL": "C.UTF-8",
}


def main(orders: int, listings: int) -> None:
    with fake_stockx(orders, listings) as addresses:
        environment = {**os.environ, **SECRETS, **addresses}
        plain = float(in_folder(environment, [sys.executable, "-c", PLAIN, "{data}"]))
        driver = str(TESTS / "e2e" / "drive_sync.py")
        said = in_folder(environment, [sys.executable, driver, "{data}", "1", ""])
    seen = json.loads(said)
    for report in seen["reports"]:
        print(f"  {report['kind']:9} {report['status']:10} {report['fetched']:>7,} fetched")
    idle, busy = seen["idle"], seen["busy"]
    print(f"plain asyncio {plain:6.2f} s, {orders / plain:,.0f} orders/s")
    ratio = seen["seconds"] / plain
    print(f"in the window {seen['seconds']:6.2f} s = {ratio:.2f} x (C-2: 1.2)")
    gaps = busy["p99_us"] / idle["p99_us"]
    print(
        f"gaps idle p99 {idle['p99_us'] / 1000:.1f} ms, longest {idle['longest_us'] / 1000:.1f} ms"
    )
    print(
        f"gaps busy p99 {busy['p99_us'] / 1000:.1f} ms = {gaps:.2f} x (C-1: 2), "
        f"longest {busy['longest_us'] / 1000:.1f} ms (C-1: 20)"
    )


@contextmanager
def fake_stockx(orders: int, listings: int) -> Iterator[Mapping[str, str]]:
    """The environment that leads to it."""
    words = ["--orders", str(orders), "--listings", str(listings), "--unpaced"]
    process = subprocess.Popen(
        [sys.executable, "-m", "helpers.fakes.stockx", *words],
        cwd=TESTS,
        stdin=subprocess.PIPE,  # it ends when this is closed
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        facts = json.loads(process.stdout.readline() if process.stdout else "")
        yield {
            "SOLEFLIP_STOCKX_BASE_URL": facts["base_url"],
            "SOLEFLIP_STOCKX_AUTH_URL": facts["auth_url"],
            "SOLEFLIP_TIME_SCALE": "1000000",
        }
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def in_folder(environment: Mapping[str, str], command: list[str]) -> str:
    """What a command prints whose data folder knows one StockX account, not synced yet."""
    base = passable_folder()
    data = str(base / "data")
    app = [sys.executable, "-m", "soleflip_desktop"]
    add = ["accounts", "add", "--platform", "stockx", "--label", "main", "--every", "0"]
    try:
        subprocess.run(
            [*app, *add, "--data", data], env=environment, check=True, input="", text=True
        )
        words = [data if word == "{data}" else word for word in command]
        done = subprocess.run(
            words, env=environment, check=True, stdout=subprocess.PIPE, text=True, cwd=TESTS / "e2e"
        )
        time.sleep(1)  # the server is given back
    finally:
        shutil.rmtree(base)
    return done.stdout


def _number(place: int, default: int) -> int:
    return int(sys.argv[place]) if len(sys.argv) > place else default


if __name__ == "__main__":
    main(_number(1, 50_000), _number(2, 5_000))
