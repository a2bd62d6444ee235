"""`python -m soleflip_desktop`: the window without a command, the command line with one."""

from __future__ import annotations

import multiprocessing
import sys


def main() -> int:
    multiprocessing.freeze_support()  # first of all: a frozen child process starts here too
    arguments = sys.argv[1:]
    if wants_window(arguments):
        from soleflip_desktop.app import main as run_window  # noqa: PLC0415  (the CLI has no Qt)

        return run_window(arguments)
    from soleflip_desktop.cli import main as run_command  # noqa: PLC0415  (not before the window)

    return run_command(arguments)


def wants_window(arguments: list[str]) -> bool:
    """Nothing but the places of data and database, or files to open."""
    options = {"--data", "--database"}
    values = {n + 1 for n, word in enumerate(arguments) if word in options}
    rest = [word for n, word in enumerate(arguments) if n not in values]
    return all(word.partition("=")[0] in options for word in rest)


if __name__ == "__main__":
    sys.exit(main())
