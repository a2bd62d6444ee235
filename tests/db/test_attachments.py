"""Photos and documents of units: files in the data folder, rows in the database."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest

from helpers.rows import make_item
from soleflip_desktop.db.engine import Database
from soleflip_desktop.domain.errors import NotFoundError, UserError
from soleflip_desktop.services import attachment_files
from soleflip_desktop.services.attachments import AttachmentsService

pytestmark = pytest.mark.db

PNG = b"\x89PNG\r\n\x1a\n" + b"picture" * 10
PDF = b"%PDF-1.7 an invoice"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "attachments"


@pytest.fixture
def service(database: Database, folder: Path) -> AttachmentsService:
    return AttachmentsService(database, folder)


@pytest.fixture
def unit(database: Database) -> int:
    with database.session() as session:
        return make_item(session).id


@pytest.fixture
def small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachment_files, "MAX_BYTES", len(PNG))


def files(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


def test_files_lie_under_their_hash(
    service: AttachmentsService, unit: int, folder: Path, tmp_path: Path
) -> None:
    picture, invoice = tmp_path / "Schuh ü.jpg", tmp_path / "invoice.pdf"
    picture.write_bytes(PNG)  # its name lies
    invoice.write_bytes(PDF)
    report = asyncio.run(service.attach(unit, [picture, invoice]))
    assert report.changed == len(report.created) == 2
    assert report.step is not None
    assert report.step.title == "Attach 2 files"
    rows = asyncio.run(service.attachments(unit))
    assert [(row.file_name, row.media_type, row.size_bytes) for row in rows] == [
        ("Schuh ü.jpg", "image/png", len(PNG)),
        ("invoice.pdf", "application/pdf", len(PDF)),
    ]
    digest = hashlib.sha256(PNG).hexdigest()
    assert service.path(rows[0]) == folder / digest[:2] / digest
    assert service.existing_path(rows[0]).read_bytes() == PNG
    assert picture.read_bytes() == PNG


def test_the_same_content_is_kept_once(
    service: AttachmentsService, database: Database, unit: int, folder: Path
) -> None:
    with database.session() as session:
        other = make_item(session).id
    asyncio.run(service.attach_bytes(unit, "a.png", PNG))
    again = asyncio.run(service.attach_bytes(unit, "b.png", PNG))
    assert (again.step, again.changed) == (None, 0)
    assert [kept.reason for kept in again.kept] == ["b.png is attached already"]
    asyncio.run(service.attach_bytes(other, "c.png", PNG))
    assert len(files(folder)) == 1


def test_detaching_keeps_the_content_for_an_undo(
    service: AttachmentsService, unit: int, folder: Path
) -> None:
    made = asyncio.run(service.attach_bytes(unit, "a.png", PNG))
    report = asyncio.run(service.detach(made.created))
    assert report.step is not None
    assert report.step.title == "Detach a.png"
    assert asyncio.run(service.attachments(unit)) == []
    assert len(files(folder)) == 1
    assert asyncio.run(service.detach(made.created)).step is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"MZ an executable", "neither a picture nor a PDF"),
        (b"", "is empty"),
        (PNG * 2, "larger than 50 MB"),
    ],
)
@pytest.mark.usefixtures("small_limit")
def test_what_cannot_be_attached_leaves_nothing(
    service: AttachmentsService, unit: int, folder: Path, content: bytes, message: str
) -> None:
    with pytest.raises(UserError, match=f"a.png (is )?{message}"):
        asyncio.run(service.attach_bytes(unit, "a.png", content))
    assert files(folder) == []
    assert asyncio.run(service.attachments(unit)) == []


def test_a_file_that_cannot_be_read_is_named(
    service: AttachmentsService, unit: int, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=r"gone\.png could not be attached \(No such file"):
        asyncio.run(service.attach(unit, [tmp_path / "gone.png"]))


def test_a_unit_that_is_gone_is_told(service: AttachmentsService) -> None:
    with pytest.raises(NotFoundError, match="unit is no longer there"):
        asyncio.run(service.attach_bytes(999_999, "a.png", PNG))


def test_a_missing_file_is_told(service: AttachmentsService, unit: int) -> None:
    asyncio.run(service.attach_bytes(unit, "a.png", PNG))
    row = asyncio.run(service.attachments(unit))[0]
    service.path(row).unlink()
    with pytest.raises(NotFoundError, match=r"a\.png is not on this desktop"):
        service.existing_path(row)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0JFIF", "image/jpeg"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"\x00\x00\x00\x18ftypheic", "image/heic"),
        (b"\x00\x00\x00\x18ftypisom", None),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", None),
        (PDF, "application/pdf"),
        (b"<svg>", None),
    ],
    ids=["png", "jpeg", "webp", "heic", "mp4", "wav", "pdf", "svg"],
)
def test_the_content_says_what_it_is(head: bytes, expected: str | None) -> None:
    assert attachment_files.media_type(head) == expected
