"""What a page with a detail pane asks of the data."""

from __future__ import annotations

from typing import Protocol, TypeVar

from soleflip_desktop.services.grid import GridSource

RowT = TypeVar("RowT")
DetailT_co = TypeVar("DetailT_co", covariant=True)


class DetailSource(GridSource[RowT], Protocol[RowT, DetailT_co]):
    """A grid and the details of one of its rows."""

    async def detail(self, row_id: int, /) -> DetailT_co:
        """Raises NotFoundError where the row is gone."""
