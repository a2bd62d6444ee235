from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QDropEvent, QGuiApplication, QImage, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from helpers.fake_services import FakeItems
from helpers.fake_workbench import FakeDoors, moved
from soleflip_desktop.domain.edit_text import EditStyle
from soleflip_desktop.domain.steps import FieldChange, HistoryEntry
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.thumbnails import EDGE, Thumbnails, read_scaled
from soleflip_desktop.ui.inventory.attachments_view import AttachmentsView
from soleflip_desktop.ui.inventory.detail_pane import ItemPane
from soleflip_desktop.ui.inventory.history_view import told

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def doors(items: FakeItems, tmp_path: Path) -> FakeDoors:
    folder = tmp_path / "attachments"
    folder.mkdir()
    return FakeDoors.over(items.by_id, folder)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    image = QImage(800, 400, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.darkCyan)
    path = tmp_path / "box.png"
    assert image.save(str(path))
    return path


@pytest.fixture
def files(qtbot: QtBot, doors: FakeDoors, kit: UiKit) -> AttachmentsView:
    view = AttachmentsView(7, doors.attachments, Thumbnails(kit.tasks), kit)
    qtbot.addWidget(view, before_close_func=lambda _view: kit.tasks.close())
    view.resize(360, 220)
    view.show()
    idle(qtbot, kit)
    return view


def idle(qtbot: QtBot, kit: UiKit) -> None:
    qtbot.waitUntil(lambda: kit.tasks.active == 0)


def names(view: AttachmentsView) -> list[str]:
    return [view.list.item(at).text() for at in range(view.list.count())]


def drop(view: AttachmentsView, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    action, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    left = Qt.MouseButton.LeftButton
    view.dropEvent(QDropEvent(QPointF(QPoint(10, 10)), action, data, left, none))


def test_a_dropped_picture_is_attached_and_shown_small(
    qtbot: QtBot, files: AttachmentsView, kit: UiKit, picture: Path, tmp_path: Path
) -> None:
    note = tmp_path / "receipt.pdf"
    note.write_bytes(b"%PDF-1.4 receipt")
    table = tmp_path / "sales.csv"  # a table is an import, no document of this unit
    table.write_text("a,b")
    drop(files, picture, note, table)
    idle(qtbot, kit)
    assert names(files) == ["box.png", "receipt.pdf"]
    icon = files.list.item(0).icon()
    assert icon.availableSizes()[0].width() == EDGE
    assert icon.availableSizes()[0].height() == EDGE // 2


def test_a_picture_from_the_clipboard_is_attached(
    qtbot: QtBot, files: AttachmentsView, kit: UiKit, doors: FakeDoors, picture: Path
) -> None:
    QGuiApplication.clipboard().setImage(QImage(str(picture)))
    files.paste()
    idle(qtbot, kit)
    assert doors.attachments.calls[-2][0] == "attach_bytes"
    assert names(files)[0].startswith("Picture ")
    QGuiApplication.clipboard().setText("words")
    files.paste()
    assert kit.notifier.messages[-1].text.startswith("There is no picture")


def test_an_attachment_opens_under_its_own_name_and_goes_with_delete(
    qtbot: QtBot,
    files: AttachmentsView,
    kit: UiKit,
    picture: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    drop(files, picture)
    idle(qtbot, kit)
    item = files.list.item(0)
    files.list.setCurrentItem(item)
    files.list.itemActivated.emit(item)
    idle(qtbot, kit)
    assert [Path(path).name for path in opened] == ["box.png"]
    assert Path(opened[0]).read_bytes() == picture.read_bytes()
    files.list.setFocus()
    QTest.keyClick(files.list, Qt.Key.Key_Delete)
    idle(qtbot, kit)
    assert names(files) == []


def test_a_file_that_is_not_on_this_desktop_is_told(
    qtbot: QtBot, files: AttachmentsView, kit: UiKit, doors: FakeDoors, picture: Path
) -> None:
    drop(files, picture)
    idle(qtbot, kit)
    for kept in doors.attachments.folder.iterdir():
        kept.unlink()
    files.list.itemActivated.emit(files.list.item(0))
    idle(qtbot, kit)
    assert "box.png is not on this desktop" in kit.notifier.messages[-1].text


def test_thumbnails_are_read_once_and_of_pictures_only(
    qtbot: QtBot, kit: UiKit, picture: Path, tmp_path: Path
) -> None:
    thumbnails = Thumbnails(kit.tasks)
    shown: list[QPixmap] = []
    thumbnails.ask("a", picture, shown.append)
    idle(qtbot, kit)
    picture.unlink()
    thumbnails.ask("a", picture, shown.append)
    assert [(each.width(), each.height()) for each in shown] == [(EDGE, EDGE // 2)] * 2
    text = tmp_path / "no-picture"
    text.write_text("words")
    assert read_scaled(text, EDGE).isNull()


def test_history_is_told_in_words(kit: UiKit) -> None:
    entry = moved(AT, "Shelf 1", "Shelf 2")
    style, formatter = EditStyle(), kit.formatter
    at = "20 Nov 2026, 09:00:00"
    assert told(entry, style, formatter) == f"Jane set Location from Shelf 1 to Shelf 2 on {at}"
    created = HistoryEntry(AT, "Jane", "created", correction="import 7")
    assert told(created, style, formatter) == f"Jane added this unit on {at} (import 7)"
    cost = FieldChange("cost", None, Decimal("120.00"))
    assert "set Cost from nothing to 120.00 on" in told(
        HistoryEntry(AT, "Jane", "changed", (cost,)), style, formatter
    )


def test_the_pane_shows_worth_with_its_age_tags_and_history(
    qtbot: QtBot, doors: FakeDoors, kit: UiKit, items: FakeItems
) -> None:
    seen = datetime.now(UTC) - timedelta(days=11, hours=1)
    items.by_id[7] = replace(
        items.by_id[7],
        tags=("rare", "for me"),
        cost_inbound=Decimal("5.00"),
        landed_cost=Decimal("105.00"),
        market_value=Decimal("199.00"),
        market_currency="EUR",
        market_seen_at=seen,
    )
    doors.units.entries[7] = [moved(AT, "Shelf 1", "Shelf 2")]
    pane = ItemPane(doors.workbench, EditStyle(), kit)
    qtbot.addWidget(pane, before_close_func=lambda _pane: kit.tasks.close())
    pane.resize(360, 900)
    pane.show()
    kit.tasks.start(show(pane, items))
    idle(qtbot, kit)
    texts = [label.text() for label in pane.findChildren(QLabel)]
    for words, value in (
        ("Tags", "rare, for me"),
        ("Landed cost", "€105.00"),
        ("Lowest ask", "€199.00"),
        ("Seen", f"{kit.formatter.day(seen)}, 11 days ago"),
    ):
        assert texts[texts.index(words) + 1] == value
    assert any(text.startswith("Jane set Location") for text in texts)


async def show(pane: ItemPane, items: FakeItems) -> None:
    pane.show_detail(await items.detail(7))
