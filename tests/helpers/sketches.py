"""A FileSketch of a table without the reader of files: for tests of recognition and planning."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Sequence
from pathlib import Path

from soleflip_desktop.connectors.files.profiles import builtin, normalise
from soleflip_desktop.connectors.files.recognise import candidates, is_certain, known_names
from soleflip_desktop.domain.import_plan import Dialect, Profile
from soleflip_desktop.domain.import_sketch import FileSketch

Table = Sequence[Sequence[str]]


def read_table(path: Path) -> tuple[list[str], list[list[str]]]:
    """Header and records of an example; what stands above and below them is left out."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    text = data.decode("utf-8-sig")
    delimiter = max(",;", key=text.count)
    records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    known = known_names(builtin().values())
    scores = [sum(normalise(cell) in known for cell in record) for record in records]
    place = scores.index(max(scores))
    header = records[place]
    return header, [row for row in records[place + 1 :] if len(row) == len(header) and any(row)]


def sketch(header: Sequence[str], rows: Table = (), profiles: Sequence[Profile] = ()) -> FileSketch:
    """What a look at the beginning of such a file finds."""
    known = [*builtin().values(), *profiles]
    found = candidates(header, rows, known)
    return FileSketch(
        path="/nowhere/Mai.csv",
        name="Mai.csv",
        size=1,
        dialect=Dialect(),
        dialect_reason="",
        header=tuple(header),
        columns=(),
        rows=tuple(tuple(row) for row in rows),
        lines=(),
        candidates=found,
        certain=is_certain(found),
    )
