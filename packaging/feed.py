"""Makes and checks the signed list of updates that the app looks at (docs of it: README, Updates).

    python3 packaging/dev.py exec python packaging/feed.py new-key --seed-file FILE
    ... configure --feed URL --public-key KEY      writes resources/update.json, before a build
    ... make --version V --packages DIR --base-url URL --out FILE [--public-key KEY]
    ... verify FILE --public-key KEY

`make` signs with the Ed25519 seed (32 bytes in base64) of the environment variable
UPDATE_SIGNING_KEY; it is never an argument and never printed. The changelog must have a section
of the version, with its day.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from urllib.parse import quote

from soleflip_desktop.connectors.updates.feed import (
    LARGEST_FEED,
    FeedPayload,
    FilePayload,
    public_key_of,
    read_feed,
    sign_feed,
)
from soleflip_desktop.db.schema import HEAD
from soleflip_desktop.domain.changelog import rendered, sections
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.updates import Release, is_safe_address
from soleflip_desktop.domain.versions import is_version, precedence

ROOT = Path(__file__).resolve().parent.parent
KEY_VARIABLE = "UPDATE_SIGNING_KEY"
#: What the installers of a version are called, by system; `{v}` is the version.
PATTERNS: Mapping[str, str] = {
    "windows-x86_64": "SoleFlip-Desktop-{v}-setup.exe",
    "macos-arm64": "SoleFlip-Desktop-{v}-arm64.dmg",
    "macos-x86_64": "SoleFlip-Desktop-{v}-x86_64.dmg",
    "linux-deb-x86_64": "soleflip-desktop_{v}_amd64.deb",
    "linux-tar-x86_64": "[sS]ole[fF]lip-[dD]esktop[-_]{v}[-_]*.tar.xz",
    "linux-appimage-x86_64": "[sS]ole[fF]lip-[dD]esktop[-_]{v}[-_]*.AppImage",
}
#: Notes of older versions are left out beyond so many letters: base64 has to fit as well.
_MOST_NOTES = LARGEST_FEED // 3
_KEY_BYTES = 32


def main(argv: Sequence[str], root: Path = ROOT) -> int:
    """Returns 1, after saying why, where something is missing or wrong."""
    arguments = _parse(argv)
    try:
        if arguments.command == "new-key":
            new_key(arguments.seed_file)
        elif arguments.command == "configure":
            configure(arguments.feed, arguments.public_key, root)
        elif arguments.command == "make":
            make(arguments, root)
        else:
            told(read_feed(arguments.file.read_bytes(), arguments.public_key))
    except (UserError, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The signed list of updates.")
    commands = parser.add_subparsers(dest="command", required=True)
    key = commands.add_parser("new-key", help="a key pair: the secret half goes into a new file")
    key.add_argument("--seed-file", type=Path, required=True)
    build = commands.add_parser("configure", help="where a build looks, and whom it trusts")
    build.add_argument("--feed", required=True, metavar="URL")
    build.add_argument("--public-key", required=True, metavar="KEY")
    made = commands.add_parser("make", help="the list of one version")
    made.add_argument("--version", required=True)
    made.add_argument("--packages", type=Path, required=True, metavar="DIR")
    made.add_argument("--base-url", required=True, metavar="URL")
    made.add_argument("--out", type=Path, required=True, metavar="FILE")
    made.add_argument("--min-upgradable", metavar="V", help="the oldest version it installs over")
    made.add_argument("--public-key", metavar="KEY", help="refuse to sign with another one's seed")
    check = commands.add_parser("verify", help="what a list says, if it is signed")
    check.add_argument("file", type=Path)
    check.add_argument("--public-key", required=True, metavar="KEY")
    return parser.parse_args(argv)


def new_key(seed_file: Path) -> None:
    """Prints the public key. The seed goes into a file that only its owner may read."""
    seed = secrets.token_bytes(_KEY_BYTES)
    handle = os.open(seed_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(base64.b64encode(seed) + b"\n")
    print(public_key_of(seed))


def configure(feed: str, public_key: str, root: Path = ROOT) -> None:
    """Raises ValueError for an address that is not encrypted and for what is no key."""
    _check_address(feed)
    if len(base64.b64decode(public_key, validate=True)) != _KEY_BYTES:
        raise ValueError("The public key is not an Ed25519 key in base64.")
    text = json.dumps({"feed": feed, "public_key": public_key}, indent=2)
    (root / "resources" / "update.json").write_text(text + "\n", encoding="utf-8")


def make(arguments: argparse.Namespace, root: Path = ROOT) -> None:
    """Writes the list, read back with the key it was signed with. Raises ValueError."""
    seed = _seed()
    public_key = public_key_of(seed)
    if arguments.public_key not in {None, public_key}:
        raise ValueError(f"{KEY_VARIABLE} is not the key that the app trusts.")
    _check_address(arguments.base_url)
    day, notes = notes_of(arguments.version, (root / "CHANGELOG.md").read_text(encoding="utf-8"))
    payload = FeedPayload(
        version=arguments.version,
        released=day,
        min_upgradable=arguments.min_upgradable,
        revision=HEAD,
        notes=notes,
        files=collect(arguments.version, arguments.packages, arguments.base_url),
    )
    signed = sign_feed(payload.model_dump_json(by_alias=True).encode(), seed)
    if len(signed) > LARGEST_FEED:
        raise ValueError(f"The list has {len(signed)} bytes; apps read {LARGEST_FEED}.")
    release = read_feed(signed, public_key)
    arguments.out.write_bytes(signed)
    told(release)


def collect(version: str, packages: Path, base_url: str) -> dict[str, FilePayload]:
    """The installers that are there, by system. Raises ValueError for none, and for two of one."""
    found: dict[str, FilePayload] = {}
    for system, pattern in PATTERNS.items():
        paths = sorted(packages.glob(pattern.format(v=version)))
        if len(paths) > 1:
            raise ValueError(f"Which one is for {system}: {', '.join(p.name for p in paths)}?")
        for path in paths:
            with path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
            url = f"{base_url.rstrip('/')}/{quote(path.name)}"
            found[system] = FilePayload(url=url, sha256=digest, size=path.stat().st_size)
    if not found:
        raise ValueError(f"{packages} holds no installer of version {version}.")
    return found


def notes_of(version: str, changelog: str) -> tuple[date, str]:
    """The day of a version; what it and the ones before it brought, the newest first."""
    known = [one for one in sections(changelog) if is_version(one.version)]
    released = next((one for one in known if one.version == version), None)
    if released is None or not released.day:
        raise ValueError(f"CHANGELOG.md has no section “[{version}] - YYYY-MM-DD”.")
    older = [one for one in known if precedence(one.version) < precedence(version)]
    chosen = [released]
    for one in older:
        if sum(len(str(each)) for each in (*chosen, one)) > _MOST_NOTES:
            break
        chosen.append(one)
    # One section alone has no heading, and is then read as the notes of the version it is sent for.
    return date.fromisoformat(released.day), rendered(chosen)


def told(release: Release) -> None:
    print(f"{release.version} of {release.released}, schema {release.schema}")
    for system in {**PATTERNS, **release.files}:
        file = release.files.get(system)
        print(f"  {system}: {f'{file.name}, {file.size} bytes' if file else 'none'}")


def _seed() -> bytes:
    try:
        seed = base64.b64decode(os.environ.get(KEY_VARIABLE, "").strip(), validate=True)
    except ValueError:
        seed = b""
    if len(seed) != _KEY_BYTES:
        # Nothing of what stands there is repeated: it may be most of a secret.
        raise ValueError(f"{KEY_VARIABLE} does not hold 32 bytes in base64.")
    return seed


def _check_address(url: str) -> None:
    if not is_safe_address(url):
        raise ValueError(f"{url} is no https address.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
