"""Labels as PDF: rendered as a printer would, and read back as a scanner would."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pypdfium2  # type: ignore[import-untyped]  # it has no stubs
import pytest
import zxingcpp

from soleflip_desktop.connectors.documents import fonts
from soleflip_desktop.connectors.documents.barcodes import CODE128_QUIET, code128, qr
from soleflip_desktop.connectors.documents.label_sheets import write_labels
from soleflip_desktop.domain.cancellation import CancelledWork, CancelToken
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.labels import (
    FORMATS,
    CodeKind,
    LabelContent,
    LabelFormat,
    LabelJob,
    LabelOptions,
    LabelsWritten,
    find_format,
)
from soleflip_desktop.domain.unit_codes import place_code, unit_code
from soleflip_desktop.services.labels import LabelsService
from soleflip_desktop.sync.label_desk import LabelDesk

MM = 72 / 25.4
CONTENTS = (
    LabelContent(
        unit_code(997), "Jordan 1 Retro High OG Chicago Lost and Found", "DZ5485-612", "US 9.5", "Ü"
    ),
    LabelContent(
        unit_code(123_456), "Größenträger für Überläufer", "ABC-1", "EU 44 2/3", "Lager / Regal 4"
    ),
    LabelContent(place_code(12), "Fach Ü2", "Lager / Regal 4"),
)
KEYS = [form.key for form in FORMATS]
Read = list[tuple[str, str]]


def write(
    path: Path,
    form: LabelFormat,
    options: LabelOptions | None = None,
    contents: Sequence[LabelContent] = CONTENTS,
) -> LabelsWritten:
    job = LabelJob(form, tuple(contents), options or LabelOptions())
    return write_labels(path, job, CancelToken(), lambda _done, _total: None)


def read_back(path: Path, dpi: int) -> Read:
    """Code and symbology of every barcode, page by page."""
    found: Read = []
    for page in pypdfium2.PdfDocument(str(path)):
        codes: Any = zxingcpp.read_barcodes(page.render(scale=dpi / 72).to_pil())
        found.extend((code.text, str(code.format).rpartition(".")[2]) for code in codes)
    return found


def texts(path: Path) -> list[str]:
    pages = pypdfium2.PdfDocument(str(path))
    return [page.get_textpage().get_text_bounded() for page in pages]


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("kind", list(CodeKind))
@pytest.mark.parametrize("key", KEYS)
def test_every_code_is_read_back(tmp_path: Path, key: str, kind: CodeKind, dpi: int) -> None:
    form, path = find_format(key), tmp_path / "labels.pdf"
    done = write(path, form, LabelOptions(code=kind, dpi=dpi))
    too_low_for_both = key == "L4731" and kind is CodeKind.BOTH
    other_code = 3 if too_low_for_both else 0
    assert done == LabelsWritten(3, 1 if form.is_sheet else 3, other_code)
    found = read_back(path, dpi)
    assert {text for text, _ in found} == {content.code for content in CONTENTS}
    assert len(found) == (6 if kind is CodeKind.BOTH and not too_low_for_both else 3)


@pytest.mark.parametrize("key", ["62x29", "L7160", "L7159", "5160"])
def test_codes_for_one_resolution_are_read_at_another(tmp_path: Path, key: str) -> None:
    path = tmp_path / "labels.pdf"
    write(path, find_format(key), LabelOptions(code=CodeKind.BOTH))
    for dpi in (203, 300):
        assert len(read_back(path, dpi)) == 6


@pytest.mark.parametrize("dpi", [203, 300, 600])
@pytest.mark.parametrize("width", [25, 38, 62, 102])
def test_bars_are_whole_dots_with_quiet_zones(width: int, dpi: int) -> None:
    symbol = code128(unit_code(1), width * MM, dpi)
    assert symbol is not None
    assert symbol.quiet == CODE128_QUIET == 10
    assert symbol.side == (symbol.modules + 20) * symbol.dots <= width / 25.4 * dpi
    assert 0.12 <= symbol.dots * 25.4 / dpi <= 0.5
    assert symbol.dark[0][0] == 0
    assert symbol.dark[-1][0] + symbol.dark[-1][2] == symbol.modules
    assert all(first[0] + first[2] < second[0] for first, second in pairwise(symbol.dark))


def test_what_cannot_be_scanned_is_not_drawn() -> None:
    assert code128(unit_code(1), 10 * MM, 203) is None
    assert code128("Fach Ü", 100 * MM, 203) is None
    assert code128("", 100 * MM, 203) is None
    assert qr(unit_code(1), 3 * MM, 203) is None


def test_a_long_code_becomes_a_qr_or_is_refused(tmp_path: Path) -> None:
    small, path = find_format("25x25"), tmp_path / "labels.pdf"
    long = LabelContent("A-RATHER-LONG-CODE-OF-SOMEBODY-ELSE", "Shelf")
    assert write(path, small, contents=[long]).other_code == 1
    assert [text for text, _ in read_back(path, 203)] == [long.code]
    endless = LabelContent("x" * 300, "Shelf")
    with pytest.raises(UserError, match="does not fit on Roll 25 × 25 mm"):
        write(path, small, contents=[endless])


def test_umlauts_are_text_in_an_embedded_font(tmp_path: Path) -> None:
    path = tmp_path / "labels.pdf"
    write(path, find_format("100x50"))
    pages = texts(path)
    assert "Größenträger" in pages[1]
    assert "Überläufer" in pages[1]
    assert "EU 44 2/3" in pages[1]
    assert "Fach Ü2" in pages[2]
    assert b"/FontFile2" in path.read_bytes()


def test_a_character_that_no_font_has_is_told_by_a_plain_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fonts, "_FOLDERS", dict.fromkeys(fonts._FOLDERS, ()))
    fonts._place.cache_clear()
    assert fonts.runs("Ærø", fonts.REGULAR) == [(fonts.REGULAR, "Ærø")]
    assert fonts.runs("ô\x07ạᛥ", fonts.REGULAR) == [(fonts.REGULAR, "ô a?")]
    fonts._place.cache_clear()


def test_sizes_are_never_cut_and_titles_are(tmp_path: Path) -> None:
    path = tmp_path / "labels.pdf"
    long = LabelContent(unit_code(1), "Word " * 60, "Q" * 80, "EU 44 2/3", "Room / " * 30 + "Box")
    for key in KEYS:
        write(path, find_format(key), LabelOptions(code=CodeKind.BOTH), [long])
        text = texts(path)[0]
        assert "EU 44 2/3" in text, key
        assert "…" in text, key


def test_a_started_sheet_goes_on_at_its_first_free_label(tmp_path: Path) -> None:
    form, path = find_format("L7160"), tmp_path / "labels.pdf"
    contents = [LabelContent(unit_code(number), f"Unit {number}") for number in range(1, 5)]
    done = write(path, form, LabelOptions(start=20, copies=2), contents)
    assert (done.labels, done.pages) == (8, 2)
    codes: Any = zxingcpp.read_barcodes(
        pypdfium2.PdfDocument(str(path))[0].render(scale=300 / 72).to_pil()
    )
    middles = sorted((code.position.top_left.x / 300 * 25.4, code.text) for code in codes)
    assert [text for _, text in middles] == [unit_code(1)] * 2
    assert 73 < middles[0][0] < 100  # the second column
    assert middles[1][0] > 139
    assert len(read_back(path, 300)) == 8


def test_offsets_move_everything(tmp_path: Path) -> None:
    form = find_format("62x29")
    places = []
    for offset in (0.0, 3.0):
        path = tmp_path / f"{offset}.pdf"
        write(path, form, LabelOptions(offset_x=offset, offset_y=offset), CONTENTS[:1])
        image = pypdfium2.PdfDocument(str(path))[0].render(scale=300 / 72).to_pil()
        code: Any = zxingcpp.read_barcodes(image)[0]
        places.append((code.position.top_left.x, code.position.top_left.y))
    (x0, y0), (x1, y1) = places
    assert abs((x1 - x0) - 3 / 25.4 * 300) <= 3
    assert abs((y1 - y0) - 3 / 25.4 * 300) <= 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (LabelOptions(start=22), "Position 22 does not exist on Avery L7160"),
        (LabelOptions(start=0), "Position 0 does not exist"),
        (LabelOptions(copies=0), "0 copies cannot be printed"),
        (LabelOptions(offset_x=-21), "is off the label"),
    ],
    ids=["behind", "before", "copies", "offset"],
)
def test_options_that_make_no_sense_are_refused(
    tmp_path: Path, options: LabelOptions, message: str
) -> None:
    with pytest.raises(UserError, match=message):
        write(tmp_path / "labels.pdf", find_format("L7160"), options)
    assert list(tmp_path.iterdir()) == []


def test_nothing_to_write_and_nowhere_to_write_are_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There are no labels to write"):
        write(tmp_path / "labels.pdf", FORMATS[0], contents=[])
    with pytest.raises(UserError, match=r"missing.labels\.pdf: cannot be written"):
        write(tmp_path / "missing" / "labels.pdf", FORMATS[0])
    with pytest.raises(UserError, match=r"no label format “A5”\. Choose one of 62x29"):
        find_format("A5")


def test_cancelled_writing_leaves_the_old_file(tmp_path: Path) -> None:
    path, token = tmp_path / "labels.pdf", CancelToken()
    path.write_text("old")
    job = LabelJob(FORMATS[0], CONTENTS * 100, LabelOptions())
    with pytest.raises(CancelledWork):
        write_labels(path, job, token, lambda done, _total: token.cancel() if done else None)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("form", FORMATS, ids=KEYS)
def test_labels_lie_on_their_page(form: LabelFormat) -> None:
    right = form.left + (form.columns - 1) * form.step_x + form.label[0]
    below = form.top + (form.rows - 1) * form.step_y + form.label[1]
    assert right <= form.page[0] + 0.01
    assert below <= form.page[1] + 0.01
    assert form.columns == 1 or form.step_x >= form.label[0]
    assert form.rows == 1 or form.step_y >= form.label[1]


class FakeLabels(LabelsService):
    def __init__(self) -> None:
        """Needs no database."""

    async def units(self, ids: Sequence[int]) -> list[LabelContent]:
        return [LabelContent(unit_code(item_id), f"Unit {item_id}") for item_id in ids]

    async def places(self, ids: Sequence[int]) -> list[LabelContent]:
        return [LabelContent(place_code(item_id), f"Place {item_id}") for item_id in ids]


def test_the_desk_writes_a_thousand_labels_and_reports(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []

    async def work() -> LabelsWritten:
        desk = LabelDesk(FakeLabels())
        return await desk.write_labels(
            range(1, 1001),
            find_format("L7160"),
            LabelOptions(),
            tmp_path / "labels.pdf",
            lambda done, total: told.append((done, total)),
        )

    assert asyncio.run(work()) == LabelsWritten(1000, 48)
    assert told[-1] == (1000, 1000)
    assert told == sorted(told)
    assert len(told) > 10


def test_the_desk_writes_places_and_can_be_cancelled(tmp_path: Path) -> None:
    async def work() -> None:
        desk, path = LabelDesk(FakeLabels()), tmp_path / "labels.pdf"
        await desk.write_place_labels([12], FORMATS[0], LabelOptions(), path)
        assert [text for text, _ in read_back(path, 300)] == [place_code(12)]
        path.unlink()
        begun = asyncio.Event()
        running = asyncio.ensure_future(
            desk.write_labels(
                range(1, 3000), FORMATS[0], LabelOptions(), path, lambda *_: begun.set()
            )
        )
        await begun.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(work())
    assert list(tmp_path.iterdir()) == []
