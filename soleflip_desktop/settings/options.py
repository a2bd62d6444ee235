"""What the command line and the environment decide before anything is opened."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from soleflip_desktop.settings.paths import DataFolder, data_dir

DATABASE_VARIABLE = "SOLEFLIP_DATABASE_URL"


@dataclass(frozen=True, slots=True)
class Options:
    """The data folder, and the URL of a server that takes the place of the app's own."""

    folder: DataFolder
    url: str | None

    @classmethod
    def of(cls, data: Path | None, database: str | None) -> Options:
        return cls(DataFolder(data_dir(data)), database or os.environ.get(DATABASE_VARIABLE))
