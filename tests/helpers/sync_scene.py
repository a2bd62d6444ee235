"""What end-to-end tests of syncing begin with: a database, and commands that reach the fakes.

    with FakeStockX(orders=200, scale=100) as fake:
        with opened_scene(reaching_stockx(fake), databases) as scene:
            scene.connect("stockx")
            scene.synced()["orders"]["created"] ... scene.rows("SELECT ...")

The fakes are real HTTP servers in threads of the test, so that it can look into their books.
"""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from helpers.clusters import Databases, passable_folder
from helpers.command_line import CommandsHere
from helpers.fakes import alias
from helpers.fakes.alias import FakeAlias
from helpers.fakes.ebay import FakeEbay
from helpers.fakes.stockx import FakeStockX
from helpers.file_keyring import BACKEND, SECRETS_FILE
from soleflip_desktop.bootstrap import DATABASE_VARIABLE
from soleflip_desktop.domain.logins import SCALE_VARIABLE, environment_name
from soleflip_desktop.domain.marketplace import Marketplace

#: How long a test waits for what a process has to do, in seconds; nothing is measured by it.
PATIENCE_S = 60

Environment = Mapping[str, str]


class Scene:
    """A data folder and a database, and the command line on them."""

    def __init__(self, folder: Path, url: str, environment: Environment) -> None:
        self.folder = folder
        self.url = url
        self.environment = {**environment, DATABASE_VARIABLE: url}
        self.soleflip = CommandsHere(folder, self.environment)

    def connect(self, platform: str = "stockx", label: str = "main", stdin: str = "") -> int:
        """The new account's id. What is not on `stdin` is taken from the environment."""
        words = ("accounts", "add", "--platform", platform, "--label", label, "--every", 0)
        added: int = self.soleflip(*words, "--json", stdin=stdin)["account"]
        return added

    def synced(self, *words: str, code: int = 0) -> dict[str, dict[str, Any]]:
        """What `sync --json` reports, by kind."""
        return {row["kind"]: row for row in self.soleflip("sync", *words, "--json", code=code)}

    def pushed(self, code: int = 0) -> dict[str, Any]:
        """What `outbox push --json` reports."""
        [report] = self.soleflip("outbox", "push", "--json", code=code)
        told: dict[str, Any] = report
        return told

    def rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        engine = sa.create_engine(self.url, poolclass=sa.NullPool)
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(statement), values)]


@contextmanager
def opened_scene(environment: Environment, databases: Databases) -> Iterator[Scene]:
    """On a database of its own on the tests' server."""
    url = databases.create()
    try:
        with data_folder() as folder:
            yield Scene(folder, url, environment)
    finally:
        databases.drop(url)


@contextmanager
def data_folder() -> Iterator[Path]:
    """A new one, which is gone afterwards."""
    base = passable_folder()
    try:
        yield base / "data"
    finally:
        shutil.rmtree(base)


# -- the way to the fakes ------------------------------------------------------------------------


def reaching_stockx(fake: FakeStockX, **credentials: str) -> Environment:
    """Addresses, time scale, and the log-in: a refresh token, unless something else is named."""
    return {
        **addresses(Marketplace.STOCKX, fake.base_url, fake.auth_url, fake.scale),
        **log_in(Marketplace.STOCKX, {**fake.credentials(access_token=""), **credentials}),
    }


def reaching_ebay(fake: FakeEbay, scale: int) -> Environment:
    return {
        **addresses(Marketplace.EBAY, fake.url, fake.url, scale),
        **log_in(Marketplace.EBAY, fake.credentials(fresh=False)),
    }


def reaching_alias(fake: FakeAlias, scale: int) -> Environment:
    return {
        **addresses(Marketplace.ALIAS, fake.api_url, fake.url, scale),
        **log_in(Marketplace.ALIAS, {"access_token": alias.TOKEN}),
    }


def addresses(marketplace: Marketplace, base_url: str, auth_url: str, scale: int) -> Environment:
    return {
        environment_name(marketplace, "base_url"): base_url,
        environment_name(marketplace, "auth_url"): auth_url,
        SCALE_VARIABLE: str(scale),
    }


def log_in(marketplace: Marketplace, credentials: Mapping[str, str]) -> Environment:
    """The secrets where commands look for them on a machine without a keyring."""
    return {environment_name(marketplace, name): text for name, text in credentials.items()}


def keeping_secrets(path: Path) -> Environment:
    """A credential store, whose file stands for what the operating system keeps."""
    return {
        "PYTHON_KEYRING_BACKEND": BACKEND,
        "PYTHONPATH": str(Path(__file__).resolve().parent.parent),
        SECRETS_FILE: str(path),
    }


def as_lines(credentials: Mapping[str, str]) -> str:
    """As they are piped into `accounts add`."""
    return "\n".join(f"{name}={text}" for name, text in credentials.items())


class HeldPage:
    """A page of StockX's past orders whose answer waits until the test lets it go."""

    def __init__(self, fake: FakeStockX, number: int) -> None:
        self.reached, self.go_on = threading.Event(), threading.Event()
        self._number = number
        fake.on_page = self._look

    def _look(self, part: str, page: int) -> None:
        if (part, page) == ("history", self._number):
            self.reached.set()
            self.go_on.wait(PATIENCE_S)


# -- time ----------------------------------------------------------------------------------------


def wait_until(happened: Callable[[], Any], process: subprocess.Popen[str] | None = None) -> bool:
    """Looks again and again; False where the process ended before. Fails after `PATIENCE_S`."""
    end = time.monotonic() + PATIENCE_S
    while not happened():
        if process is not None and process.poll() is not None:
            return False
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.002)
    return True
