"""Looks once at all values of a file, to decide how they are written and which words they use."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from soleflip_desktop.connectors.files.cells import cleaned
from soleflip_desktop.connectors.files.codes import CLEAR
from soleflip_desktop.connectors.files.evidence import AmountTally, DateTally
from soleflip_desktop.connectors.files.records import RecordBlock, read_blocks
from soleflip_desktop.connectors.files.sheets import SPREADSHEET
from soleflip_desktop.connectors.files.text import OpenedText
from soleflip_desktop.domain.cancellation import CancelToken
from soleflip_desktop.domain.import_fields import FIELDS, Kind
from soleflip_desktop.domain.import_plan import ImportPlan, MappedColumn
from soleflip_desktop.domain.import_sketch import WORD_LIMIT, FileScan
from soleflip_desktop.domain.staging import split_record

_DATES = (Kind.DAY, Kind.INSTANT)
_WORDS = (Kind.CHOICE, Kind.NAME)
_DIGITS = list("23456789")
_TIME = r"[T ,]+[0-9]{1,2}:[0-9]{2}.*$"
#: Distinct words that are counted; a column with more holds no words but texts.
_WORDS_COUNTED = 40 * WORD_LIMIT

Report = Callable[[int, int], None]
Indexes = np.ndarray[Any, Any]


def scan_file(
    path: Path, plan: ImportPlan, token: CancelToken, report: Report | None = None
) -> FileScan:
    """One pass over a file. `report` is told the bytes done and the bytes in total.

    Raises FileImportError for what cannot be read, CancelledWork when no longer wanted.
    """
    spreadsheet = plan.dialect.encoding == SPREADSHEET
    encoding = None if spreadsheet else plan.dialect.encoding
    scan = _Scan(plan)
    with closing(OpenedText(path, encoding, plan.dialect.sheet)) as text:
        for block in read_blocks(text.stream, text.name, plan.dialect.delimiter):
            token.check()
            scan.add(block)
            if report is not None:
                report(text.bytes_done, text.bytes_total)
    token.check()
    return scan.result()


class _Scan:
    """What one pass has found so far; it holds counts and examples, not the values."""

    def __init__(self, plan: ImportPlan) -> None:
        self._plan = plan
        self._before = plan.dialect.header_row + 1
        self._rows = 0
        self._tallies: dict[str, AmountTally | DateTally] = {}
        self._words: dict[str, Counter[str]] = {}
        self._places: dict[str, int] = {}
        for column in plan.columns:
            self._look_for(column)

    def _look_for(self, column: MappedColumn) -> None:
        known = FIELDS[self._plan.target].get(column.field)
        if known is None or column.source is None:
            return
        if known.kind is Kind.AMOUNT and column.number is None:
            rounds = self._plan.dialect.encoding == SPREADSHEET
            self._tallies[column.field] = AmountTally(rounds=rounds)
        elif known.kind in _DATES and column.dates is None:
            self._tallies[column.field] = DateTally()
        elif known.kind in _WORDS:
            self._words[column.field] = Counter()
        else:
            return
        self._places[column.field] = column.source

    def add(self, block: RecordBlock) -> None:
        """Counts the values of a block; ragged rows say nothing here."""
        first = max(0, min(self._before - block.row, len(block.starts)))
        whole = np.flatnonzero(block.fields[first:] == len(self._plan.header)) + first
        self._rows += len(block.starts) - first
        self._rows -= _blank_lines(block, first)
        if not len(whole) or not self._places:
            return
        frame = self._texts(block, whole, first)
        for field, tally in self._tallies.items():
            dates = isinstance(tally, DateTally)
            found = _one_a_day(frame, field) if dates else _one_a_shape(_counted(frame, field))
            for text, count in found.iter_rows():
                tally.add(text, count)
        for field, words in self._words.items():
            words.update(dict(_counted(frame, field).iter_rows()))
            if len(words) > _WORDS_COUNTED:
                self._words[field] = Counter(dict(words.most_common(_WORDS_COUNTED // 2)))

    def _texts(self, block: RecordBlock, whole: Indexes, first: int) -> pl.DataFrame:
        """The wanted columns of the whole records, one column a field."""
        data = block.data[int(block.starts[first]) :]
        if len(whole) < len(block.starts) - first:
            data = b"".join(block.record(index) for index in whole)
        try:
            return self._parsed(data)
        except pl.exceptions.PolarsError:  # quotes in the middle of a cell
            return self._split([block.record(index) for index in whole])

    def _parsed(self, data: bytes) -> pl.DataFrame:
        names = [str(index) for index in range(len(self._plan.header))]
        wanted = sorted(set(self._places.values()))
        frame = pl.read_csv(
            data,
            has_header=False,
            schema=dict.fromkeys(names, pl.String),
            columns=wanted,
            separator=self._plan.dialect.delimiter,
            infer_schema=False,
            raise_if_empty=False,
        )
        return frame.select(pl.col(names[at]).alias(field) for field, at in self._places.items())

    def _split(self, records: list[bytes]) -> pl.DataFrame:
        rows = []
        for record in records:
            try:
                cells = split_record(record.decode(), delimiter=self._plan.dialect.delimiter)
            except csv.Error:
                continue
            if len(cells) == len(self._plan.header):
                rows.append([cells[place] for place in self._places.values()])
        return pl.DataFrame(rows, dict.fromkeys(self._places, pl.String), orient="row")

    def result(self) -> FileScan:
        header = self._plan.header_of
        return FileScan(
            self._rows,
            {field: tally.evidence(field, header(field)) for field, tally in self._tallies.items()},
            {f: tuple(words.most_common(WORD_LIMIT)) for f, words in self._words.items()},
        )


def _blank_lines(block: RecordBlock, first: int) -> int:
    short = np.flatnonzero(block.ends[first:] - block.starts[first:] <= 2) + first  # noqa: PLR2004
    return sum(not block.record(index).strip() for index in short.tolist())


def _counted(frame: pl.DataFrame, field: str) -> pl.DataFrame:
    """Distinct texts in the order of their appearance, with counts."""
    return _distinct(frame.select(cleaned(field).alias("text")))


def _distinct(texts: pl.DataFrame) -> pl.DataFrame:
    told = texts.filter(pl.col("text") != CLEAR)
    return told.group_by("text", maintain_order=True).agg(count=pl.len())


def _one_a_shape(amounts: pl.DataFrame) -> pl.DataFrame:
    """The first amount of each shape: which digit stands where says nothing, but for zeros."""
    shape = pl.col("text").str.replace_many(_DIGITS, ["1"] * len(_DIGITS))
    groups = amounts.group_by(shape.alias("shape"), maintain_order=True)
    return groups.agg(pl.col("text").first(), pl.col("count").sum()).drop("shape")


def _one_a_day(frame: pl.DataFrame, field: str) -> pl.DataFrame:
    """The order of day and month does not depend on the time, and days are few."""
    return _distinct(frame.select(cleaned(field).str.replace(_TIME, "").alias("text")))
