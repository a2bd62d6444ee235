"""`python -m soleflip_desktop`: the window without a command, the command line with one."""

from __future__ import annotations

import multiprocessing
import sys


def main() -> int:
    multiprocessing.freeze_support()  # first of all: a frozen child process starts here too
    arguments = sys.argv[1:]
    if wants_smoke(arguments):
        from soleflip_desktop.smoke import main as run_smoke  # noqa: PLC0415  (nobody else needs it)

        return run_smoke(arguments)
    if wants_window(arguments):
        return run_window(arguments)
    from soleflip_desktop.cli import main as run_command  # noqa: PLC0415  (not before the window)

    return run_command(arguments)


def run_window(arguments: list[str]) -> int:
    from soleflip_desktop.starting import begin  # noqa: PLC0415  (the CLI has no Qt)

    start = begin(arguments)
    from soleflip_desktop.app import main as run_app  # noqa: PLC0415  (not before the window)

    return run_app(arguments, start)


def wants_smoke(arguments: list[str]) -> bool:
    """The hidden switch by which installers are tried, wherever it stands."""
    return any(word.partition("=")[0] == "--smoke" for word in arguments)


def wants_window(arguments: list[str]) -> bool:
    """Nothing but the places of data and database, or files to open."""
    options = {"--data", "--database", "--open"}
    values = {n + 1 for n, word in enumerate(arguments) if word in options}
    rest = [word for n, word in enumerate(arguments) if n not in values]
    return all(word.partition("=")[0] in options for word in rest)


if __name__ == "__main__":
    sys.exit(main())
