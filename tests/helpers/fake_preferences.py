"""What the database would know of its owner's habits, in memory."""

from __future__ import annotations

from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.preferences import BooksState


class FakePreferences:
    """A PreferencesSource that remembers what was set, and may refuse to answer."""

    def __init__(self, base_currency: str | None = None, *, has_data: bool = False) -> None:
        self.code = base_currency
        self.has_data = has_data
        self.error: UserError | None = None

    async def base_currency(self) -> str | None:
        if self.error is not None:
            raise self.error
        return self.code

    async def set_base_currency(self, code: str) -> str:
        if self.error is not None:
            raise self.error
        self.code = code
        return code

    async def state(self) -> BooksState:
        return BooksState(self.code, self.has_data)
