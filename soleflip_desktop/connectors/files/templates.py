"""A profile's empty template, and an example that imports as it is."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from soleflip_desktop.connectors.files.profiles import headers_of
from soleflip_desktop.domain.errors import NotFoundError
from soleflip_desktop.domain.import_plan import Profile
from soleflip_desktop.resources import resource_path

FOLDER = "imports/examples"


def template_text(profile: Profile) -> str:
    """The header line of a file in that layout, as CSV: the first name of each column.

    A column that only tells the kinds of rows stands first.
    """
    headers = [*profile.rows.kind_column[:1]]
    headers += [headers_of(column, profile)[0] for column in profile.columns]
    line = io.StringIO(newline="")
    csv.writer(line, lineterminator="\n").writerow(headers)
    return line.getvalue()


def example_path(key: str) -> Path:
    """Raises NotFoundError for a profile of which no example is shipped."""
    for ending in (".csv", ".csv.gz"):
        path = resource_path(f"{FOLDER}/{key}{ending}")
        if path.is_file():
            return path
    raise NotFoundError(f"There is no example for “{key}”. Shipped layouts have one.")
