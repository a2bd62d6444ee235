"""A document in writing, one process away: the window's keeps its lock, its memory and its start.

The lines go down a pipe, whose buffer is all that is ever on its way; the answer comes back when
the document is whole, or at once where it failed.
"""

from __future__ import annotations

import contextlib
import multiprocessing
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.exporting import Line, TableFormat, TableHead, TextStyle
from soleflip_desktop.sync.child import KILL_AFTER_S
from soleflip_desktop.sync.documents import Document, ExportError, partial_file, write_lines

ENDED = "The export was ended from outside; nothing of it was kept. Export it again."
#: Comes after the last line.
_END = None


class ChildDocument:
    """A `Document` as far as its user sees; everything happens in a child.

    Each method waits for the child, so it belongs in a thread; one after the other. Raises
    ExportError.
    """

    def __init__(
        self, path: Path | None, format_: TableFormat, style: TextStyle, *, titles: bool = True
    ) -> None:
        self._path = path
        context = multiprocessing.get_context("spawn")
        self._pipe, self._theirs = context.Pipe()
        self.process = context.Process(
            target=write_in_child, args=(self._theirs, path, format_, style, titles), daemon=True
        )
        self.text = ""

    def open(self, head: TableHead) -> None:
        self.process.start()
        self._theirs.close()
        self._send(head)

    def add(self, lines: Sequence[Line]) -> None:
        self._send(lines)

    def close(self) -> None:
        self._send(_END)
        self.text = self._answer()
        self._pipe.close()
        self.process.join()

    def abandon(self) -> None:
        """The child tidies up when the pipe breaks; where it cannot any more, this does."""
        self._theirs.close()
        self._pipe.close()
        if self.process.pid is None:
            return
        self.process.join(KILL_AFTER_S)
        self.process.kill()
        self.process.join()
        if self._path is not None:
            with contextlib.suppress(OSError):
                partial_file(self._path).unlink(missing_ok=True)

    def _send(self, message: Any) -> None:
        try:
            if self._pipe.poll():  # an answer before the end is an error
                self._answer()
            self._pipe.send(message)
        except OSError as error:
            raise ExportError(ENDED) from error

    def _answer(self) -> str:
        try:
            answer = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise ExportError(ENDED) from error
        if isinstance(answer, Exception):
            raise answer
        return str(answer)


def write_in_child(
    pipe: Connection[Any, Any],
    path: Path | None,
    format_: TableFormat,
    style: TextStyle,
    titles: bool,  # noqa: FBT001  (a process takes its arguments by place)
) -> None:
    """The child's main function. A broken pipe means cancelled, or that the app is gone."""
    document = Document(path, format_, style, titles=titles)
    answer: str | Exception
    with contextlib.suppress(EOFError, OSError):
        try:
            write_lines(document, pipe.recv(), iter(pipe.recv, _END))
            answer = document.text
        except UserError as error:
            answer = error
        except (EOFError, OSError):
            raise
        except Exception as error:  # noqa: BLE001  (a bug crosses to the parent, which reports it)
            answer = RuntimeError(f"{type(error).__name__} in the export: {error}")
        pipe.send(answer)
        while True:  # until it hangs up: lines still on their way would block it otherwise
            pipe.recv()
