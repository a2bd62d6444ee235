"""Which photos and documents belong to a unit; the files themselves lie in the data folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from soleflip_desktop.db.models import Attachment, InventoryItem
from soleflip_desktop.domain.attachments import AttachmentRow

_ROW = (
    Attachment.id,
    Attachment.item_id,
    Attachment.sha256,
    Attachment.file_name,
    Attachment.media_type,
    Attachment.size_bytes,
    Attachment.created_at,
)


@dataclass(frozen=True, slots=True)
class NewAttachment:
    """A file that lies in the data folder already."""

    sha256: str
    file_name: str
    media_type: str
    size_bytes: int


def of_item(session: Session, item_id: int) -> list[AttachmentRow]:
    """In the order in which they were attached."""
    found = sa.select(*_ROW).where(Attachment.item_id == item_id)
    return [
        AttachmentRow(*row)
        for row in session.execute(found.order_by(Attachment.position, Attachment.id))
    ]


def item_exists(session: Session, item_id: int) -> bool:
    """Keeps the unit from being deleted before the transaction ends."""
    there = sa.select(InventoryItem.id).where(InventoryItem.id == item_id)
    return session.scalar(there.with_for_update(key_share=True)) is not None


def add(session: Session, item_id: int, file: NewAttachment) -> int | None:
    """The id of the new row; None where the unit has a file of that content already."""
    last = sa.select(sa.func.coalesce(sa.func.max(Attachment.position), -1))
    position = last.where(Attachment.item_id == item_id).scalar_subquery() + 1
    return session.scalar(
        insert(Attachment)
        .values(
            item_id=item_id,
            sha256=file.sha256,
            file_name=file.file_name,
            media_type=file.media_type,
            size_bytes=file.size_bytes,
            position=position,
        )
        .on_conflict_do_nothing(index_elements=["item_id", "sha256"])
        .returning(Attachment.id)
    )


def remove(session: Session, ids: Sequence[int]) -> list[str]:
    """The names of what was there."""
    gone = sa.delete(Attachment).where(Attachment.id.in_(ids)).returning(Attachment.file_name)
    return list(session.scalars(gone))
