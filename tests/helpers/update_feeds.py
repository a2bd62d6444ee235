"""Lists of updates signed with a key of the tests, and updates as the window asks for them."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable
from datetime import date
from typing import Any

from soleflip_desktop.connectors.updates.feed import public_key_of, sign_feed
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.updates import (
    Checked,
    Launched,
    Offer,
    Release,
    Seen,
    UpdateFile,
)

SEED = bytes(range(32))
PUBLIC_KEY = public_key_of(SEED)
CONTENT = bytes(range(256)) * 40
SHA256 = hashlib.sha256(CONTENT).hexdigest()
SYSTEM = "windows-x86_64"
NAME = "SoleFlip-Desktop-1.4.0-setup.exe"
URL = f"https://updates.example/v1.4.0/{NAME}"
SCHEMA = "20261123_2200"
NOTES = """## 1.4.0 - 2026-11-24

### Added

- Labels remember the printer.
- [The guide](https://soleflip.example/guide) and ![a picture](https://soleflip.example/p.png).

## 1.3.0 - 2026-11-02

### Fixed

- Sizes of children's shoes.
"""


def payload(**changes: Any) -> dict[str, Any]:
    return {
        "version": "1.4.0",
        "released": "2026-11-24",
        "min_upgradable": None,
        "schema": SCHEMA,
        "notes": NOTES,
        "files": {SYSTEM: {"url": URL, "sha256": SHA256, "size": len(CONTENT)}},
        **changes,
    }


def signed(seed: bytes = SEED, **changes: Any) -> bytes:
    return sign_feed(json.dumps(payload(**changes)).encode(), seed)


def update_file(content: bytes = CONTENT, url: str = URL) -> UpdateFile:
    return UpdateFile(url, hashlib.sha256(content).hexdigest(), len(content))


def release(version: str = "1.4.0", **changes: Any) -> Release:
    facts: dict[str, Any] = {
        "version": version,
        "released": date(2026, 11, 24),
        "schema": SCHEMA,
        "notes": NOTES,
        "files": {SYSTEM: update_file()},
        **changes,
    }
    return Release(**facts)


def offer(version: str = "1.4.0", *, changes_database: bool = False, obstacle: str = "") -> Offer:
    file = None if obstacle else update_file()
    return Offer(release(version), file, obstacle, changes_database)


class FakeUpdates:
    """`ui.system.updates.door.UpdateDoor`; `gate` holds a download until it is set."""

    def __init__(self, found: Offer | None = None) -> None:
        self.version = "0.1.0"
        self.looks = True
        self.looks_by_default = True
        self.ending = Launched.RESTARTS
        self.found = found
        self.error: UserError | None = None
        self.checks: list[Seen | None] = []
        self.downloads = 0
        self.cancelled = 0
        self.launched: list[str] = []
        self.tidied: list[Offer | None] = []
        self.asked_news: list[str | None] = []
        self.gate = asyncio.Event()

    def _fail(self) -> None:
        if self.error is not None:
            raise self.error

    async def check(self, newest: Seen | None) -> Checked:
        self.checks.append(newest)
        await asyncio.sleep(0)
        self._fail()
        of = self.found.release if self.found is not None else release(self.version)
        return Checked(Seen(of.version, of.released), self.found)

    async def download(self, offer: Offer, progress: Callable[[int, int], None]) -> None:
        self.downloads += 1
        total = len(CONTENT)
        progress(total // 2, total)
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        self._fail()
        progress(total, total)

    async def launch(self, offer: Offer) -> Launched:
        await asyncio.sleep(0)
        self._fail()
        self.launched.append(offer.release.version)
        return self.ending

    async def news(self, after: str | None = None) -> str:
        self.asked_news.append(after)
        return "### Added\n\n- A list of what is new."

    async def tidy(self, keep: Offer | None) -> None:
        self.tidied.append(keep)
