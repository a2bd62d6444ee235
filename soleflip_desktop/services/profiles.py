"""Import profiles that somebody saved, as documents; their meaning is the reader's business."""

from __future__ import annotations

from typing import Any

from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.queries import import_profiles
from soleflip_desktop.domain.changes import Change, Domain

CHANGED = Change.of(Domain.INTEGRATION)
Document = dict[str, Any]


class SavedProfiles:
    """The profiles of one database, shared by all of its desktops."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self) -> list[Document]:
        """By title."""
        with self._database.session(read_only=True) as session:
            return [document for _, _, document in import_profiles.saved(session)]

    async def all(self) -> list[Document]:
        return await self._database.run(self.load)

    async def save(self, key: str, title: str, document: Document) -> None:
        """Replaces the one that has the key."""
        await self._database.write(CHANGED, import_profiles.save, key, title, document)

    async def delete(self, key: str) -> bool:
        """Whether there was one."""
        return await self._database.write(CHANGED, import_profiles.delete, key)
