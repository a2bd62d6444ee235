"""Photos and documents of units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AttachmentRow:
    """A file of a unit. Its content lies in the data folder under `sha256` (lower-case hex)."""

    id: int
    item_id: int
    sha256: str
    file_name: str
    media_type: str
    size_bytes: int
    added_at: datetime

    @property
    def is_image(self) -> bool:
        return self.media_type.startswith("image/")
