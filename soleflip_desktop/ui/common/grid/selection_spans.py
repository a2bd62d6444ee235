"""A selection of cells as spans, so that a million selected rows cost as much as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractItemModel, QItemSelection

Rows = NDArray[np.int64]

NO_ROWS: Rows = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class CellSpan:
    """The cells of these columns in the rows top..bottom, both included."""

    top: int
    bottom: int
    columns: tuple[int, ...]


class SelectionSpans:
    """The spans of one selection; they do not overlap."""

    def __init__(self, selection: QItemSelection) -> None:
        found: dict[tuple[int, int], list[int]] = {}
        for position in range(selection.count()):
            span = selection.at(position)
            columns = range(span.left(), span.right() + 1)
            found.setdefault((span.top(), span.bottom()), []).extend(columns)
        self.spans = tuple(
            CellSpan(top, bottom, tuple(sorted(columns)))
            for (top, bottom), columns in sorted(found.items())
        )
        self._tops = np.array([span.top for span in self.spans], dtype=np.int64)
        self._bottoms = np.array([span.bottom for span in self.spans], dtype=np.int64)

    def within(self, first: int, last: int) -> dict[int, set[int]]:
        """The selected columns of each row from first to last, for painting."""
        touching = np.flatnonzero((self._tops <= last) & (self._bottoms >= first))
        found: dict[int, set[int]] = {}
        for position in touching.tolist():
            span = self.spans[position]
            for row in range(max(first, span.top), min(last, span.bottom) + 1):
                found.setdefault(row, set()).update(span.columns)
        return found

    def runs(self, columns: frozenset[int] | None = None) -> list[tuple[int, int]]:
        """First and last of the row runs touched; with `columns`, of those touched in these."""
        runs: list[tuple[int, int]] = []
        for span in self.spans:
            if columns is not None and columns.isdisjoint(span.columns):
                continue
            if runs and span.top <= runs[-1][1] + 1:
                runs[-1] = (runs[-1][0], max(runs[-1][1], span.bottom))
            else:
                runs.append((span.top, span.bottom))
        return runs

    def rows(self, columns: frozenset[int] | None = None) -> Rows:
        """The rows touched, ascending; with `columns`, those touched in one of these."""
        runs = self.runs(columns)
        if not runs:
            return NO_ROWS
        return np.concatenate([np.arange(top, bottom + 1, dtype=np.int64) for top, bottom in runs])


def as_selection(
    model: QAbstractItemModel, rows: NDArray[np.intp] | Rows, columns: Sequence[int]
) -> QItemSelection:
    """Runs of neighbouring rows times runs of neighbouring columns, one span each."""
    selection = QItemSelection()
    for top, bottom in _runs(np.asarray(rows)):
        for left, right in _runs(np.array(sorted(columns), dtype=np.int64)):
            selection.select(model.index(top, left), model.index(bottom, right))
    return selection


def _runs(numbers: NDArray[np.int64] | NDArray[np.intp]) -> list[tuple[int, int]]:
    if not numbers.size:
        return []
    ends = np.flatnonzero(np.diff(numbers) > 1)
    starts = np.concatenate(([0], ends + 1))
    stops = np.concatenate((ends, [numbers.size - 1]))
    return [
        (int(numbers[start]), int(numbers[stop]))
        for start, stop in zip(starts.tolist(), stops.tolist(), strict=True)
    ]
