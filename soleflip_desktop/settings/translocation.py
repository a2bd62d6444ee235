"""macOS runs an app that was not moved after its download from a random, read-only place."""

from __future__ import annotations

TITLE = "Move SoleFlip Desktop to Applications"
ADVICE = (
    "macOS started SoleFlip Desktop from a temporary copy, because it still lies where it was "
    "downloaded. Quit it, drag it into the Applications folder, and open it from there."
)
_MARK = "/AppTranslocation/"


def is_translocated(executable: str) -> bool:
    """Whether the program runs from such a place; no server may be started from there."""
    return _MARK in executable
