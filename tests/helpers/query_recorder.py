"""Counts SQL statements, so that a list page cannot grow one query a row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa


@dataclass(slots=True)
class RecordedQueries:
    """The statements that an engine ran, in order."""

    statements: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.statements)


@contextmanager
def recorded_queries(
    target: sa.Engine | sa.Connection, exactly: int | None = None, at_most: int | None = None
) -> Iterator[RecordedQueries]:
    """Records what runs inside; at the end asserts the number of statements, if one is given."""
    recorded = RecordedQueries()

    def keep(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        recorded.statements.append(statement)

    sa.event.listen(target, "before_cursor_execute", keep)
    try:
        yield recorded
    finally:
        sa.event.remove(target, "before_cursor_execute", keep)
    shown = "\n".join(recorded.statements)
    assert exactly is None or len(recorded) == exactly, shown
    assert at_most is None or len(recorded) <= at_most, shown
