"""What a signed list of updates says, and whether it is of use to this build."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.versions import precedence

NO_CHANNEL = (
    "This build looks for no updates: a source checkout or a system package gets them the way it "
    "came here."
)
NO_FILE = (
    "There is no file for this system ({system}) among those of the new version. Install it the "
    "way this copy came here."
)
TOO_OLD = (
    "{new} cannot be installed over {current}: install version {least} first, start it once, then "
    "look for updates again."
)


STALE = (
    "The server of the updates sent an older list than before ({sent} after {newest}), so nothing "
    "of it was used. Look again later; if this stays, get new versions from the project's own page "
    "only."
)


class UpdateError(UserError):
    """An update could not be found, fetched or started; nothing was changed."""


class Launched(StrEnum):
    """What follows once the installer was started."""

    #: It waits until the app has closed, and starts the new one.
    RESTARTS = "restarts"
    #: It is open before the user, who goes on by hand.
    OPENED = "opened"
    #: The file is shown in its folder.
    SHOWN = "shown"


@dataclass(frozen=True, slots=True)
class UpdateFile:
    """An installer: where it lies, its size in bytes and its SHA-256 in hexadecimal."""

    url: str
    sha256: str
    size: int

    @property
    def name(self) -> str:
        """The last part of the address."""
        return file_name(self.url)


@dataclass(frozen=True, slots=True)
class Release:
    """A version as its publisher signed it.

    `schema` is the database revision that it works with, `least` the oldest version that it can
    be installed over, `notes` Markdown; `files` are by system (windows-x86_64, macos-arm64, ...).
    """

    version: str
    released: date
    schema: str
    notes: str
    files: Mapping[str, UpdateFile]
    least: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest release that this desktop was ever told of."""

    version: str
    released: date


@dataclass(frozen=True, slots=True)
class Offer:
    """A release that is newer than this app. `file` None: `obstacle` says why not from here."""

    release: Release
    file: UpdateFile | None
    obstacle: str
    changes_database: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """What a look brought. `newest` is to be remembered for the next one."""

    newest: Seen
    offer: Offer | None


def judge(
    release: Release, *, current: str, schema: str, system: str, newest: Seen | None
) -> Checked:
    """Offers what is newer than `current`.

    Raises UpdateError for a list older than what was told before. Without that rule, whoever can
    answer in the publisher's place could keep an app at an old version, and content with it, by a
    list that was once true.
    """
    seen = Seen(release.version, release.released)
    if newest is not None and _age(seen) < _age(newest):
        raise UpdateError(STALE.format(sent=_named(seen), newest=_named(newest)))
    if precedence(release.version) <= precedence(current):
        return Checked(seen, None)
    file = release.files.get(system)
    obstacle = "" if file else NO_FILE.format(system=system)
    if release.least is not None and precedence(current) < precedence(release.least):
        file = None
        obstacle = TOO_OLD.format(new=release.version, current=current, least=release.least)
    return Checked(seen, Offer(release, file, obstacle, release.schema != schema))


def _age(seen: Seen) -> tuple[object, date]:
    return precedence(seen.version), seen.released


def _named(seen: Seen) -> str:
    return f"{seen.version} of {seen.released}"


def is_safe_address(url: str, *, loopback: bool = True) -> bool:
    """Encrypted and without a log-in inside; `loopback` also lets this computer's own hosts be."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or parts.password is not None:
        return False
    return parts.scheme == "https" or (loopback and parts.scheme == "http" and _is_own(host))


def _is_own(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def file_name(url: str) -> str:
    return PurePosixPath(unquote(urlsplit(url).path)).name
