"""Overlaps two steps of a pipeline: the earlier one runs ahead in a thread."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterator
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")
#: Items made ahead: more would only cost memory.
READ_AHEAD = 2


def read_ahead(items: Iterator[T], name: str) -> Generator[T, None, None]:
    """Takes the next items in a thread of this name while the caller works on the one before.

    An error of the source is raised at its place. Close the generator to stop the thread early.
    """
    ready: queue.Queue[T | BaseException | None] = queue.Queue(READ_AHEAD)
    stop = threading.Event()

    def put(item: T | BaseException | None) -> None:
        while not stop.is_set():
            with suppress(queue.Full):
                ready.put(item, timeout=0.1)
                return

    def produce() -> None:
        try:
            for item in items:
                put(item)
                if stop.is_set():
                    return
            put(None)
        except BaseException as error:  # noqa: BLE001  (carried over to the consumer's thread)
            put(error)

    producer = threading.Thread(target=produce, name=name, daemon=True)
    producer.start()
    try:
        while (item := ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        # Not waited for: a cancelled import would wait for an item that nobody wants any more.
        stop.set()
