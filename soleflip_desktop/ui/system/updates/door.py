"""What the window asks of updates: `sync.update_desk.UpdateDesk`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from soleflip_desktop.domain.updates import Checked, Launched, Offer, Seen


class UpdateDoor(Protocol):
    """Updates of this copy of the app. What is awaited takes until server or disk have answered."""

    @property
    def version(self) -> str: ...

    @property
    def looks(self) -> bool:
        """False: this build has no list of updates to look at."""

    @property
    def looks_by_default(self) -> bool:
        """Whether it looks once a day where nobody chose."""

    @property
    def ending(self) -> Launched:
        """What `launch` will come to here."""

    async def check(self, newest: Seen | None) -> Checked:
        """`newest`: what an earlier look brought. Raises UpdateError."""

    async def download(self, offer: Offer, progress: Callable[[int, int], None]) -> None:
        """Tells bytes here and in all. Cancelling the task leaves nothing. Raises UpdateError."""

    async def launch(self, offer: Offer) -> Launched:
        """Verifies what was downloaded once more and starts it. Raises UpdateError."""

    async def news(self, after: str | None = None) -> str:
        """What this version brought, as Markdown; with `after` also the versions between."""

    async def tidy(self, keep: Offer | None) -> None:
        """Deletes downloads that nobody will install any more."""
