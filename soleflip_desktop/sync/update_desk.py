"""Looks for updates, fetches them and starts their installer, for window and command line."""

from __future__ import annotations

import asyncio
import contextlib
import os
import platform
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Protocol

from soleflip_desktop.domain.changelog import news_of
from soleflip_desktop.domain.updates import (
    NO_CHANNEL,
    Checked,
    Launched,
    Offer,
    Release,
    Seen,
    UpdateError,
    UpdateFile,
    judge,
)
from soleflip_desktop.settings.update_channel import UpdateChannel, looks_by_default
from soleflip_desktop.sync import installer
from soleflip_desktop.sync.own_loop import in_own_loop

#: Told (bytes here, bytes in all) on the event loop.
Progress = Callable[[int, int], None]

_CHANGED = (
    "{name} was changed after it had been downloaded, so it was deleted and not started. "
    "Download it again."
)


class UpdateSource(Protocol):
    """`connectors.updates.client.UpdateClient`."""

    async def feed(self, url: str) -> bytes: ...

    async def download(self, file: UpdateFile, folder: Path, progress: Progress) -> Path: ...


class UpdateDesk:
    """Updates of this copy of the app.

    `folder` keeps what is downloaded; `version` and `schema` are the app's own; `data` has the
    variables that lead a restarted app to the same data. The others stand in for network, system
    and installer in tests.
    """

    def __init__(
        self,
        channel: UpdateChannel | None,
        folder: Path,
        *,
        version: str,
        schema: str,
        changelog: Path,
        data: Mapping[str, str],
        source: UpdateSource | None = None,
        system: str | None = None,
        start: Callable[[str, Path, Mapping[str, str]], Launched] = installer.start,
    ) -> None:
        self._channel = channel
        self._folder = folder
        self._version = version
        self._schema = schema
        self._changelog = changelog
        self._data = data
        self._source = source
        self._system = system or this_system()
        self._start = start

    @property
    def version(self) -> str:
        return self._version

    @property
    def looks(self) -> bool:
        """False: this build has no list of updates to look at."""
        return self._channel is not None

    @property
    def looks_by_default(self) -> bool:
        """Whether it looks once a day where nobody chose."""
        return self.looks and looks_by_default(sys.platform)

    @property
    def ending(self) -> Launched:
        """What `launch` will come to here."""
        return installer.ending(self._system)

    async def check(self, newest: Seen | None) -> Checked:
        """Asks for the list. `newest`: what an earlier look brought.

        Raises UpdateError: offline, not signed by the makers, older than before, no list in this
        build.
        """
        if self._channel is None:
            raise UpdateError(NO_CHANNEL)
        return judge(
            await in_own_loop(partial(self._read_list, self._channel)),
            current=self._version,
            schema=self._schema,
            system=self._system,
            newest=newest,
        )

    async def download(self, offer: Offer, progress: Progress) -> None:
        """Fetches and verifies the installer. Cancelling the task leaves nothing.

        Raises UpdateError; a later call goes on where a line broke off.
        """
        file, loop = _file_of(offer), asyncio.get_running_loop()

        def report(here: int, total: int) -> None:
            loop.call_soon_threadsafe(progress, here, total)

        await in_own_loop(partial(self._fetch, file, report))

    async def launch(self, offer: Offer) -> Launched:
        """Verifies the downloaded file once more and starts it. Raises UpdateError."""
        return await asyncio.to_thread(self._launch, _file_of(offer))

    async def news(self, after: str | None = None) -> str:
        """What this version brought, as Markdown; with `after` also the versions between."""
        return await asyncio.to_thread(self._news, after)

    async def tidy(self, keep: Offer | None) -> None:
        """Deletes downloads that nobody will install any more."""
        await asyncio.to_thread(self._tidy, keep)

    async def _read_list(self, channel: UpdateChannel) -> Release:
        # HTTP and cryptography take a tenth of a second to load: not before somebody looks.
        from soleflip_desktop.connectors.updates.feed import read_feed  # noqa: PLC0415

        return read_feed(await self._client().feed(channel.feed), channel.public_key)

    async def _fetch(self, file: UpdateFile, progress: Progress) -> None:
        await self._client().download(file, self._folder, progress)

    def _launch(self, file: UpdateFile) -> Launched:
        from soleflip_desktop.connectors.updates.part import is_intact  # noqa: PLC0415  (as above)

        path = self._folder / file.name
        if not is_intact(path, file):
            path.unlink(missing_ok=True)
            raise UpdateError(_CHANGED.format(name=file.name))
        return self._start(self._system, path, self._data)

    def _news(self, after: str | None) -> str:
        try:
            text = self._changelog.read_text(encoding="utf-8")
        except OSError:
            return ""
        return news_of(self._version, text, after)

    def _tidy(self, keep: Offer | None) -> None:
        kept = keep.file.name if keep is not None and keep.file is not None else None
        for path in self._folder.glob("*") if self._folder.is_dir() else ():
            if kept is None or not path.name.startswith(kept):
                # On Windows the setup that has just started this version is still in use.
                with contextlib.suppress(OSError):
                    path.unlink()

    def _client(self) -> UpdateSource:
        if self._source is None:
            from soleflip_desktop.connectors.updates.client import (  # noqa: PLC0415  (see above)
                UpdateClient,
            )

            self._source = UpdateClient(self._version)
        return self._source


def this_system() -> str:
    """This build's name in the list of updates."""
    return installer.system_name(sys.platform, platform.machine(), Path(sys.executable), os.environ)


def _file_of(offer: Offer) -> UpdateFile:
    if offer.file is None:
        raise UpdateError(offer.obstacle)
    return offer.file
