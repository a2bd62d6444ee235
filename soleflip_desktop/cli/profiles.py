"""Commands about import profiles: list, save, share, add, templates and examples."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from soleflip_desktop.bootstrap import Backend
from soleflip_desktop.cli.output import DONE, print_json, with_json
from soleflip_desktop.cli.reading import add_reading, choices_of
from soleflip_desktop.domain.file_kinds import PROFILE_SUFFIX, is_profile
from soleflip_desktop.domain.import_plan import Profile
from soleflip_desktop.sync.profile_book import read_profile


def add_commands(commands: Any) -> Iterable[argparse.ArgumentParser]:
    """Adds `profiles`; yields the parsers that take the common options."""
    actions = commands.add_parser("profiles", help="layouts of files to import").add_subparsers(
        dest="action", required=True
    )
    yield with_json(actions.add_parser("list", help="all profiles"))
    add = actions.add_parser("add", help="keep a profile that somebody shared")
    add.add_argument("file", type=Path)
    yield add
    save = actions.add_parser("save", help="keep how a file is read, under a name")
    save.add_argument("name")
    save.add_argument("file", type=Path)
    yield add_reading(save)
    delete = actions.add_parser("delete", help="remove a saved profile")
    delete.add_argument("key")
    yield delete
    for name, help_text in (
        ("share", f"write a profile to a file, best named *{PROFILE_SUFFIX}"),
        ("template", "write an empty table with a profile's columns"),
        ("example", "write an example that imports as it is"),
    ):
        action = actions.add_parser(name, help=help_text)
        action.add_argument("key")
        action.add_argument("--out", type=Path, required=True, metavar="FILE")
        yield action


def chosen_profile(known: list[Profile], name: str) -> tuple[str | None, list[Profile]]:
    """The key that a name stands for, and the profiles with it; None for "auto".

    A name that is a file's is read from there. Raises UserError for a file that is no profile.
    """
    if name == "auto":
        return None, known
    path = Path(name)
    if is_profile(name) or (path.suffix == ".json" and path.is_file()):
        profile = read_profile(path)
        return profile.key, [profile, *(p for p in known if p.key != profile.key)]
    return name, known


def run_profiles(backend: Backend, arguments: argparse.Namespace) -> int:
    book = backend.book
    if arguments.action == "list":
        _print(book.load(), as_json=arguments.json)
    elif arguments.action == "add":
        added = asyncio.run(book.add(arguments.file))
        print(f"{added.title} is kept as {added.key}")
    elif arguments.action == "save":
        key, known = chosen_profile(book.load(), arguments.profile)
        choices = choices_of(arguments, key)
        saved = asyncio.run(book.save_file(arguments.name, arguments.file, known, choices))
        print(f"{saved.title} is kept as {saved.key}")
    elif arguments.action == "delete":
        asyncio.run(book.delete(arguments.key))
        print(f"{arguments.key} was removed")
    elif arguments.action == "share":
        named: Path = arguments.out
        out = named if named.suffix else named.with_suffix(PROFILE_SUFFIX)
        asyncio.run(book.share(arguments.key, out))
        print(out)
    else:
        example = arguments.action == "example"
        asyncio.run(book.write_template(arguments.key, arguments.out, example=example))
        print(arguments.out)
    return DONE


def _print(profiles: list[Profile], *, as_json: bool) -> None:
    if as_json:
        print_json([{"key": p.key, "title": p.title, "target": p.target} for p in profiles])
        return
    for profile in profiles:
        print(f"{profile.key:<20} {profile.target:<10} {profile.title}")
