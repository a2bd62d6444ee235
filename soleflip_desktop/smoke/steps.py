"""What is tried, how long it took, what was found, and what went wrong."""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any

from soleflip_desktop import __version__

#: Of a traceback the end tells most.
_LONGEST_ERROR = 4000


class Step(StrEnum):
    """Everything that is tried, in this order."""

    FIRST_PAINT = "first paint"
    SYSTEM = "system"
    MODULES = "modules"
    LIBRARIES = "libraries"
    DOCUMENTS = "documents"
    RESOURCES = "resources"
    THEMES = "themes"
    CREDENTIALS = "credential store"
    SERVER_START = "server made and started"
    MIGRATION = "schema from empty"
    OLDER_BOOKS = "older books"
    SERVER_STOP = "server stopped"
    READY = "window ready"
    PAGES = "pages"
    IMPORT = "import"
    QUERY = "query"
    GRID = "grid"
    SYNC = "sync"
    PICTURE = "picture"
    END = "clean end"
    NO_BUGS = "no bugs logged"


class SmokeError(Exception):
    """Something is not as it has to be: a sentence, no traceback needed."""


def demand(condition: object, sentence: str) -> None:
    """Raises SmokeError unless the condition holds."""
    if not condition:
        raise SmokeError(sentence)


class Steps:
    """Records steps into the file `out` as they end: a crash leaves what was reached.

    `private` replaces texts, such as the user's folders, in whatever is recorded of an error.
    """

    def __init__(self, out: Path, began: int, private: Mapping[str, str]) -> None:
        self._out = out
        self._began = began
        self._private = dict(private)
        self._done: dict[str, dict[str, Any]] = {}
        self._errors: dict[str, str] = {}
        self._finished = False

    @property
    def good(self) -> bool:
        """Every step was reached and none failed."""
        return self._finished and not self._errors

    def since_began(self) -> int:
        """Nanoseconds since the program was started."""
        return time.monotonic_ns() - self._began

    def hide(self, text: str, instead: str) -> None:
        """For what becomes known later and belongs into no report."""
        self._private[text] = instead

    @contextmanager
    def step(self, step: Step) -> Iterator[dict[str, Any]]:
        """Fill the dictionary with figures. An error is recorded; the next step has its turn."""
        facts: dict[str, Any] = {}
        start = time.monotonic_ns()
        try:
            yield facts
        except Exception as error:  # noqa: BLE001  (whatever it is, it is what we are here for)
            self._errors[step] = self.harmless(_told(error))
        finally:
            self._done[step] = {"seconds": seconds(time.monotonic_ns() - start), **facts}
            self._write()

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Around all steps: what breaks between two of them is recorded under its own name."""
        try:
            yield
        except Exception as error:  # noqa: BLE001  (see `step`)
            self._errors["between steps"] = self.harmless(_told(error))

    def finish(self) -> None:
        """What was not reached is an error, too."""
        for step in Step:
            if step not in self._done:
                self._errors.setdefault(step, "not reached")
        self._finished = True
        self._write()

    def harmless(self, text: str) -> str:
        """Without the user's folders, the longest first, and without secrets that are known."""
        for private in sorted(self._private, key=len, reverse=True):
            text = text.replace(private, self._private[private])
        return text

    def _write(self) -> None:
        report = {
            "version": __version__,
            "finished": self._finished,
            "ok": self.good,
            "seconds": seconds(self.since_began()),
            "steps": self._done,
            "errors": self._errors,
        }
        text = json.dumps(report, indent=1, ensure_ascii=False, default=str)
        partial = self._out.with_name(f"{self._out.name}.part")
        partial.write_text(text, encoding="utf-8")
        partial.replace(self._out)


def seconds(nanoseconds: int) -> object:
    """To milliseconds, as JSON writes numbers."""
    return round(nanoseconds / 1_000_000_000, 3)


def _told(error: Exception) -> str:
    if isinstance(error, SmokeError):
        return str(error)
    return "".join(traceback.format_exception(error))[-_LONGEST_ERROR:]
