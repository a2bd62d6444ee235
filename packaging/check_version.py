"""Checks that tag, package and changelog name the same version, and writes the release's notes.

    python packaging/check_version.py [--tag vX.Y.Z] [--notes FILE]

Without a tag, package and changelog need not agree: a trial run builds what is unreleased.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

import version_info

CHANGELOG = version_info.ROOT / "CHANGELOG.md"


def problems(tag: str, version: str, changelog: str) -> list[str]:
    """What stands against releasing that version under that tag."""
    found = []
    if tag != f"v{version}":
        found.append(f"The tag is {tag}, soleflip_desktop/__init__.py says {version}.")
    released = version_info.releases(changelog)
    newest = released[0].version if released else "none"
    if newest != version:
        found.append(f"CHANGELOG.md's newest version with a day is {newest}, not {version}.")
    if section("Unreleased", changelog):
        found.append("CHANGELOG.md has entries under Unreleased: they belong to a version.")
    return found


def section(version: str, changelog: str) -> str:
    """What the changelog says of a version, without its heading."""
    parts = re.split(r"^## \[?([^\]\s]+)\]?.*$", changelog, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True)).get(version, "").strip()


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description="One version everywhere, or no release.")
    parser.add_argument("--tag", help="the tag that the release is made from")
    parser.add_argument("--notes", type=Path, help="file for what the changelog says of it")
    options = parser.parse_args(argv)
    version = version_info.app_version()
    changelog = CHANGELOG.read_text(encoding="utf-8")
    found = problems(options.tag, version, changelog) if options.tag else []
    for problem in found:
        print(problem, file=sys.stderr)
    if options.notes:
        notes = section(version, changelog) or section("Unreleased", changelog)
        options.notes.write_text(notes + "\n", encoding="utf-8")
    if not found:
        print(version)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
