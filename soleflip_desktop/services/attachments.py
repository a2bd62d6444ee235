"""Photos and documents of units."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from sqlalchemy.orm import Session

from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.queries import attachments, steps
from soleflip_desktop.db.queries.attachments import NewAttachment
from soleflip_desktop.domain.attachments import AttachmentRow
from soleflip_desktop.domain.changes import Change, Domain
from soleflip_desktop.domain.errors import NotFoundError, UserError
from soleflip_desktop.domain.steps import KeptRecord, StepReport
from soleflip_desktop.services.attachment_files import file_path, store

CHANGED = Change.of(Domain.INVENTORY)


class AttachmentsService:
    """Files of units. Content stays in the data folder when a row goes: an undo needs it."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder

    async def attachments(self, item_id: int) -> list[AttachmentRow]:
        return await self._database.read(attachments.of_item, item_id)

    async def attach(self, item_id: int, paths: Sequence[Path]) -> StepReport:
        """Copies the files; all of them or none.

        Raises UserError for one that cannot be read, is over 50 MB, or neither picture nor PDF.
        """
        return await self._add(item_id, lambda: [self._store_file(path) for path in paths])

    async def attach_bytes(self, item_id: int, name: str, content: bytes) -> StepReport:
        """What was pasted or dropped. Raises as `attach` does."""
        return await self._add(
            item_id, lambda: [self._store(name, lambda: io.BytesIO(content), name)]
        )

    async def detach(self, attachment_ids: Sequence[int]) -> StepReport:
        return await self._database.write(CHANGED, _remove, list(attachment_ids))

    def path(self, attachment: AttachmentRow) -> Path:
        """Where the file should lie; it may be missing on another desktop of a team."""
        return file_path(self._folder, attachment.sha256)

    def existing_path(self, attachment: AttachmentRow) -> Path:
        """Raises NotFoundError where the file is not on this desktop."""
        path = self.path(attachment)
        if not path.is_file():
            raise NotFoundError(
                f"{attachment.file_name} is not on this desktop: {path} is missing. Copy it from "
                "the desktop where it was attached, or attach it again."
            )
        return path

    async def _add(self, item_id: int, make: Callable[[], list[NewAttachment]]) -> StepReport:
        files = await self._database.run(make)
        return await self._database.write(CHANGED, _insert, item_id, files)

    def _store_file(self, path: Path) -> NewAttachment:
        return self._store(path.name, lambda: path.open("rb"), str(path))

    def _store(self, name: str, opened: Callable[[], IO[bytes]], place: str) -> NewAttachment:
        try:
            with opened() as source:
                return store(self._folder, name, source)
        except OSError as error:
            raise UserError(
                f"{place} could not be attached ({error.strerror}). Look whether it is still "
                f"there and whether {self._folder} can be written."
            ) from error


def _insert(session: Session, item_id: int, files: list[NewAttachment]) -> StepReport:
    if not attachments.item_exists(session, item_id):
        raise NotFoundError("This unit is no longer there; nothing was attached.")
    run = steps.begin(session)
    added, kept = [], []
    for file in files:
        made = attachments.add(session, item_id, file)
        if made is None:
            kept.append(KeptRecord(item_id, f"{file.file_name} is attached already"))
        else:
            added.append((made, file.file_name))
    title = f"Attach {_named([name for _, name in added])}"
    ids = tuple(made for made, _ in added)
    return StepReport(steps.finish(session, run, title), len(added), tuple(kept), ids)


def _remove(session: Session, ids: list[int]) -> StepReport:
    run = steps.begin(session)
    names = attachments.remove(session, ids)
    return StepReport(steps.finish(session, run, f"Detach {_named(names)}"), len(names))


def _named(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{len(names)} files"
