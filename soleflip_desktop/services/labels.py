"""What is to stand on labels; writing them is the label desk's business."""

from __future__ import annotations

from collections.abc import Sequence

from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.queries import labels
from soleflip_desktop.domain.labels import LabelContent


class LabelsService:
    """Labels of units and places, in the order asked; what is gone is left out."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def units(self, ids: Sequence[int]) -> list[LabelContent]:
        return await self._database.read(labels.units, ids)

    async def places(self, ids: Sequence[int]) -> list[LabelContent]:
        return await self._database.read(labels.places, ids)
