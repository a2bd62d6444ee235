"""Saved views in memory, as ViewsService keeps them in the database."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from soleflip_desktop.domain.errors import NotFoundError
from soleflip_desktop.domain.saved_views import SavedViewRow, ViewNameError, ViewState, view_name


class FakeViews:
    """One person's views; `saved` by table."""

    def __init__(self) -> None:
        self.saved: dict[str, list[SavedViewRow]] = {}
        self._ids = count(1)

    async def views(self, table_key: str) -> list[SavedViewRow]:
        rows = self.saved.get(table_key, [])
        return sorted(rows, key=lambda view: (view.shared, view.name.casefold()))

    async def save(
        self, table_key: str, name: str, state: ViewState, *, shared: bool
    ) -> SavedViewRow:
        rows, kept = self.saved.setdefault(table_key, []), view_name(name)
        same = [view for view in rows if (view.name, view.shared) == (kept, shared)]
        made = (
            replace(same[0], state=state)
            if same
            else SavedViewRow(next(self._ids), kept, shared, default=False, state=state)
        )
        rows[:] = [view for view in rows if view not in same] + [made]
        return made

    async def rename(self, view_id: int, name: str) -> None:
        table, view = self._find(view_id)
        kept = view_name(name)
        if any(each.name == kept and each.shared == view.shared for each in self.saved[table]):
            raise ViewNameError(f"There is a view “{kept}” already.")
        self._swap(table, view, replace(view, name=kept))

    async def delete(self, view_id: int) -> None:
        table, view = self._find(view_id)
        self.saved[table].remove(view)

    async def set_default(self, table_key: str, view_id: int | None) -> None:
        self.saved[table_key] = [
            replace(view, default=view.id == view_id) for view in self.saved.get(table_key, [])
        ]

    def _find(self, view_id: int) -> tuple[str, SavedViewRow]:
        for table, rows in self.saved.items():
            for view in rows:
                if view.id == view_id:
                    return table, view
        raise NotFoundError("That view is gone.")

    def _swap(self, table: str, old: SavedViewRow, new: SavedViewRow) -> None:
        self.saved[table] = [new if view is old else view for view in self.saved[table]]
