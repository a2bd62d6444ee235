"""Preferences that hold for a database, whichever desktop looks at it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.queries import preferences as queries
from soleflip_desktop.domain.changes import Change, Domain
from soleflip_desktop.domain.currencies import currency_code
from soleflip_desktop.domain.preferences import BooksState

CHANGED = Change.of(Domain.SYSTEM)
_BASE_CURRENCY = "base_currency"
_DESCRIPTION = "The currency that is suggested wherever one is asked"


class PreferencesService:
    """The base currency: a suggestion, no more; amounts keep the currency that they have."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def base_currency(self) -> str | None:
        """A code like EUR; None until somebody has chosen one."""
        return await self._database.read(_base_currency)

    async def set_base_currency(self, code: str) -> str:
        """For all desktops; returns the code as it is kept. Raises UserError for what is none."""
        kept = currency_code(code)
        await self._database.write(
            CHANGED, queries.set_value, _BASE_CURRENCY, {"code": kept}, _DESCRIPTION
        )
        return kept

    async def state(self) -> BooksState:
        """Whether the questions of a first start are still to be asked."""

        def read(session: Session) -> BooksState:
            return BooksState(_base_currency(session), queries.has_data(session))

        return await self._database.read(read)


def _base_currency(session: Session) -> str | None:
    kept = queries.value(session, _BASE_CURRENCY)
    return None if kept is None else str(kept["code"])
