"""Saved views of tables: mine, everybody's, and the one with which a table opens for me."""

from __future__ import annotations

from sqlalchemy.orm import Session

from soleflip_desktop.db.engine import Database, actor
from soleflip_desktop.db.queries import views as queries
from soleflip_desktop.domain.changes import Change, Domain
from soleflip_desktop.domain.errors import NotFoundError
from soleflip_desktop.domain.saved_views import SavedViewRow, ViewNameError, ViewState, view_name

CHANGED = Change.of(Domain.SYSTEM)


class ViewsService:
    """The views of one database, as the person at this desktop sees them."""

    def __init__(self, database: Database, owner: str | None = None) -> None:
        """`owner`: who is at this desktop; as the operating system says, if None."""
        self._database = database
        self._actor = owner or actor()

    async def views(self, table_key: str) -> list[SavedViewRow]:
        """By name; mine first."""
        return await self._database.read(queries.views, table_key, self._actor)

    async def all_views(self) -> dict[str, list[SavedViewRow]]:
        """Of every table that has any."""

        def read(session: Session) -> dict[str, list[SavedViewRow]]:
            keys = queries.tables(session, self._actor)
            return {key: queries.views(session, key, self._actor) for key in keys}

        return await self._database.read(read)

    async def save(
        self, table_key: str, name: str, state: ViewState, *, shared: bool
    ) -> SavedViewRow:
        """Replaces mine (or the shared one) of that name. Raises ViewNameError."""
        kept = view_name(name)

        def write(session: Session) -> SavedViewRow:
            owner = None if shared else self._actor
            return self._view(session, queries.save(session, table_key, kept, state, owner))

        return await self._database.write(CHANGED, write)

    async def rename(self, view_id: int, name: str) -> None:
        """Raises ViewNameError for a name that another view has, NotFoundError."""
        kept = view_name(name)

        def write(session: Session) -> None:
            self._view(session, view_id)
            if queries.is_taken(session, view_id, kept):
                raise ViewNameError(
                    f"There is a view “{kept}” already. Choose another name, or delete that one."
                )
            queries.rename(session, view_id, kept)

        await self._database.write(CHANGED, write)

    async def delete(self, view_id: int) -> None:
        """Raises NotFoundError where it is gone or somebody else's."""

        def write(session: Session) -> None:
            self._view(session, view_id)
            queries.delete(session, view_id)

        await self._database.write(CHANGED, write)

    async def set_default(self, table_key: str, view_id: int | None) -> None:
        """The view with which the table opens for me; None: the table's own. NotFoundError."""

        def write(session: Session) -> None:
            if view_id is not None:
                self._view(session, view_id)
            queries.set_default(session, table_key, view_id, self._actor)

        await self._database.write(CHANGED, write)

    def _view(self, session: Session, view_id: int) -> SavedViewRow:
        found = queries.view(session, view_id, self._actor)
        if found is None:
            raise NotFoundError("That view is gone: somebody deleted it. Choose another one.")
        return found
