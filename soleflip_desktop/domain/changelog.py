"""The changelog as data: which version brought what (the form of Keep a Changelog)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from soleflip_desktop.domain.versions import is_version, precedence

UNRELEASED = "Unreleased"
_HEADING = re.compile(r"##\s+\[?([^\]\s]+)\]?(?:\s+[-–—]\s+(\d{4}-\d{2}-\d{2}))?\s*")
_LINK = re.compile(r"\[[^\]]+\]:\s+\S+\s*")


@dataclass(frozen=True, slots=True)
class Section:
    """What one version brought, as Markdown. `day` is ISO; empty where none was written."""

    version: str
    day: str
    body: str

    def __str__(self) -> str:
        heading = f"## {self.version} - {self.day}" if self.day else f"## {self.version}"
        return f"{heading}\n\n{self.body}\n"


def sections(text: str) -> Sequence[Section]:
    """In the order of the file: newest first. What stands above the first version is left out."""
    found: list[tuple[str, str, list[str]]] = []
    for line in text.splitlines():
        heading = _HEADING.fullmatch(line)
        if heading:
            found.append((heading[1], heading[2] or "", []))
        elif found and not _LINK.fullmatch(line):
            found[-1][2].append(line)
    return [Section(name, day, "\n".join(lines).strip()) for name, day, lines in found]


def rendered(chosen: Sequence[Section]) -> str:
    """One version needs no heading: whoever shows it names it. `sections` reads several back."""
    if len(chosen) == 1:
        return chosen[0].body
    return "\n".join(str(section) for section in chosen)


def newer_than(current: str, notes: str) -> str:
    """The part of a release's notes that is new to `current`; all of it where it names none."""
    known = [section for section in sections(notes) if is_version(section.version)]
    newer = [one for one in known if precedence(one.version) > precedence(current)]
    return rendered(newer) if newer else notes


def news_of(current: str, text: str, after: str | None = None) -> str:
    """What `current` brought; with `after` also the versions between, as after an update.

    A checkout whose version is not released yet shows what is under way. "" where nothing is known.
    """
    least = precedence(after) if after is not None else None
    known = sections(text)
    chosen = [
        one
        for one in known
        if one.version == current
        or (
            least is not None
            and is_version(one.version)
            and least < precedence(one.version) < precedence(current)
        )
    ]
    return rendered(chosen or [one for one in known if one.version == UNRELEASED])
