"""The notice, the dialog and the daily look, with updates that are made up."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt, QUrl
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow, QPushButton
from pytestqt.qtbot import QtBot

from helpers.fakes.faults import Reply, Request
from helpers.fakes.server import FakeServer, route
from helpers.update_feeds import (
    NAME,
    PUBLIC_KEY,
    SCHEMA,
    SYSTEM,
    FakeUpdates,
    offer,
    signed,
    update_file,
)
from soleflip_desktop.connectors.updates.part import PartFile
from soleflip_desktop.domain.updates import Launched, Seen, UpdateError, UpdateFile
from soleflip_desktop.settings.update_channel import UpdateChannel
from soleflip_desktop.sync.update_desk import UpdateDesk
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.system.updates.memory import DAY, ENABLED, UpdateMemory
from soleflip_desktop.ui.system.updates.notes_view import NotesView
from soleflip_desktop.ui.system.updates.update_dialog import Stage, UpdateDialog
from soleflip_desktop.ui.system.updates.updates import Updates

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LEFT = Qt.MouseButton.LeftButton


class Scene:
    """A window with updates; `now` moves as the test says."""

    def __init__(self, kit: UiKit, qtbot: QtBot, door: FakeUpdates) -> None:
        self.kit, self.qtbot, self.door = kit, qtbot, door
        self.now = NOW
        self.busy = False
        self.closed = 0
        self.window = QMainWindow()
        self.window.resize(900, 700)
        qtbot.addWidget(self.window)
        self.window.show()
        self.make()

    def make(self) -> None:
        self.updates = Updates(
            self.door, self.kit, self.window, busy=lambda: self.busy, now=lambda: self.now
        )
        self.window.statusBar().addPermanentWidget(self.updates.notice)
        self.updates.close_requested.connect(self._on_close)

    def _on_close(self) -> None:
        self.closed += 1

    def pass_time(self) -> None:
        """The timer rings; whatever that starts has ended."""
        self.updates._on_time()
        self.qtbot.waitUntil(lambda: self.kit.tasks.active == 0)

    def look(self) -> None:
        self.updates.look_now()
        self.qtbot.waitUntil(lambda: self.kit.tasks.active == 0)

    @property
    def dialog(self) -> UpdateDialog:
        assert self.updates.dialog is not None
        return self.updates.dialog

    def open(self) -> UpdateDialog:
        self.look()
        self.qtbot.waitUntil(self.dialog.isVisible)
        return self.dialog

    def click(self, button: QPushButton) -> None:
        assert button.isVisible()
        assert button.isEnabled()
        QTest.mouseClick(button, LEFT)

    def load(self) -> UpdateDialog:
        dialog = self.open()
        self.click(dialog.fetch)
        self.door.gate.set()
        self.qtbot.waitUntil(lambda: dialog.stage is Stage.READY)
        return dialog

    def has_news(self) -> bool:
        return self.updates.news is not None

    def said(self) -> list[str]:
        return [message.text for message in self.kit.notifier.messages]


@pytest.fixture
def door() -> FakeUpdates:
    return FakeUpdates(offer())


@pytest.fixture
def scene(kit: UiKit, qtbot: QtBot, door: FakeUpdates) -> Scene:
    return Scene(kit, qtbot, door)


# -- the look ----------------------------------------------------------------------------------


def test_a_find_is_a_quiet_notice(scene: Scene) -> None:
    assert not scene.updates.notice.isVisible()
    scene.pass_time()

    assert scene.updates.notice.isVisible()
    assert scene.updates.notice.text() == "SoleFlip Desktop 1.4.0 is available — What is new…"
    assert scene.updates.dialog is None
    assert scene.said() == []
    scene.updates.notice.click()
    dialog = scene.dialog
    assert dialog.isVisible()
    scene.updates.show_offer()
    assert scene.dialog is dialog, "there is one at a time"


def test_it_looks_once_a_day_over_restarts(scene: Scene) -> None:
    for hours, looks in ((0, 1), (1, 1), (23, 1), (24, 2), (25, 2)):
        scene.now = NOW + timedelta(hours=hours)
        scene.make()
        scene.pass_time()
        assert len(scene.door.checks) == looks, hours
    assert scene.door.checks == [None, Seen("1.4.0", offer().release.released)]


def test_an_unanswered_look_is_silent_and_comes_again(scene: Scene) -> None:
    scene.door.error = UpdateError("offline")
    scene.pass_time()
    assert scene.said() == []
    scene.door.error = None
    scene.pass_time()
    assert len(scene.door.checks) == 2
    assert scene.updates.offer is not None


def test_who_switched_it_off_is_not_looked_for(scene: Scene) -> None:
    scene.updates.memory.enabled = False
    scene.pass_time()
    assert scene.door.checks == []
    scene.look()
    assert len(scene.door.checks) == 1, "but may look"


def test_where_it_is_off_by_default(scene: Scene, settings: QSettings) -> None:
    scene.door.looks_by_default = False
    scene.make()
    scene.pass_time()
    assert scene.door.checks == []
    settings.setValue(ENABLED, "true")  # as the file spells it
    scene.pass_time()
    assert len(scene.door.checks) == 1


def test_a_build_without_a_list_looks_never(scene: Scene) -> None:
    scene.door.looks = False
    scene.updates.start()
    assert not scene.updates._timer.isActive()
    scene.updates.look_now()
    assert "looks for no updates" in scene.said()[0]
    assert scene.door.checks == []


def test_the_first_look_comes_after_the_start(scene: Scene) -> None:
    scene.updates.start()
    assert scene.updates._timer.isActive()
    assert scene.updates._timer.interval() == 5 * 60_000
    assert scene.door.checks == []
    scene.pass_time()
    assert scene.updates._timer.interval() == 60 * 60_000


def test_asking_says_that_there_is_nothing(scene: Scene) -> None:
    scene.door.found = None
    scene.look()
    assert scene.said() == ["SoleFlip Desktop 0.1.0 is up to date."]
    assert scene.door.tidied == [None]


def test_asking_says_what_is_wrong(scene: Scene) -> None:
    scene.door.error = UpdateError("The server cannot be reached.")
    scene.look()
    assert scene.said() == ["The server cannot be reached."]
    scene.door.error = None
    scene.look()
    assert scene.dialog.isVisible()


class Replayed:
    """A server that may answer with any list that was once true."""

    def __init__(self) -> None:
        self.version = "1.4.0"

    async def feed(self, _url: str) -> bytes:
        return signed(version=self.version)

    async def download(self, file: UpdateFile, folder: Path, progress: object) -> Path:
        raise AssertionError("nothing is fetched")


def test_a_replayed_list_changes_nothing(kit: UiKit, qtbot: QtBot, tmp_path: Path) -> None:
    server, window = Replayed(), QMainWindow()
    qtbot.addWidget(window)
    folder, changelog = tmp_path / "updates", tmp_path / "CHANGELOG.md"
    channel = UpdateChannel("https://updates.example/feed.json", PUBLIC_KEY)
    desk = UpdateDesk(
        channel,
        folder,
        version="0.1.0",
        schema=SCHEMA,
        changelog=changelog,
        data={},
        source=server,
        system=SYSTEM,
    )
    updates = Updates(desk, kit, window, busy=lambda: False, now=lambda: NOW)
    updates.memory.enabled = True
    updates._on_time()
    qtbot.waitUntil(lambda: kit.tasks.active == 0)
    folder.mkdir()
    (folder / NAME).touch()
    server.version = "0.1.0"
    kit.settings.setValue("updates/looked", "")
    updates.look_now()
    qtbot.waitUntil(lambda: kit.tasks.active == 0)

    (message,) = kit.notifier.messages
    assert "sent an older list than before" in message.text
    assert not updates.notice.isHidden()
    assert updates.offer is not None
    assert (folder / NAME).exists()
    assert updates.memory.newest == Seen("1.4.0", NOW.date())
    assert updates.memory.is_due(NOW)


def test_a_dialog_is_not_exchanged_under_a_download(scene: Scene) -> None:
    scene.open()
    scene.now += DAY
    scene.pass_time()
    assert len(scene.door.checks) == 1


@pytest.mark.parametrize(
    ("looked", "due"),
    [
        ("", True),
        ("nonsense", True),
        ("2026-11-24T12:00:00+00:00", False),
        ("2026-11-24T12:00:01+00:00", True),  # the clock was set back
        ("2026-11-23T12:00:00", True),
    ],
)
def test_when_a_look_is_due(looked: str, *, due: bool, settings: QSettings) -> None:
    settings.setValue("updates/looked", looked)
    assert UpdateMemory(settings, by_default=True).is_due(NOW) is due


def test_a_memory_that_was_damaged_is_none(settings: QSettings) -> None:
    memory = UpdateMemory(settings, by_default=True)
    seen = Seen("1.4.0", NOW.date())
    found = [memory.newest]
    memory.newest = seen
    found.append(UpdateMemory(settings, by_default=True).newest)
    settings.setValue("updates/newest_released", "x")
    found.append(memory.newest)
    assert found == [None, seen, None]


# -- the dialog --------------------------------------------------------------------------------


def test_the_dialog_shows_what_is_new_and_what_it_costs(scene: Scene) -> None:
    dialog = scene.open()

    assert dialog.headline.text() == "SoleFlip Desktop 1.4.0 is available"
    assert dialog.facts.text() == "Released on 24 Nov 2026, you have 0.1.0, download 10.0 KB."
    text = dialog.notes.toPlainText()
    assert "Labels remember the printer." in text
    assert "children's shoes" in text
    assert dialog.fetch.isDefault()
    assert dialog.fetch.hasFocus() or not dialog.isActiveWindow()
    visible = [b.text() for b in dialog.findChildren(QPushButton) if b.isVisible()]
    assert visible == ["&Skip this version", "&Later", "&Download and install"]


def test_a_change_of_the_database_is_said(scene: Scene) -> None:
    scene.door.found = offer(changes_database=True)
    assert "Desktops that share this database have to be updated too" in scene.open().facts.text()


def test_an_update_is_fetched_verified_and_started(scene: Scene) -> None:
    dialog = scene.open()
    scene.click(dialog.fetch)
    scene.qtbot.waitUntil(lambda: dialog.bar.value() == 500)
    assert dialog.state.text() == "5.0 KB of 10.0 KB"
    assert dialog.cancel.isVisible()
    assert not dialog.later.isVisible()
    scene.door.gate.set()
    scene.qtbot.waitUntil(lambda: dialog.stage is Stage.READY)
    assert dialog.start.text() == "&Restart and install"
    scene.click(dialog.start)
    scene.qtbot.waitUntil(lambda: scene.closed == 1)

    assert scene.door.launched == ["1.4.0"]
    assert scene.updates.dialog is None
    assert scene.said() == ["The installer waits two minutes for SoleFlip to close."]


@pytest.mark.parametrize(
    ("ending", "button"),
    [(Launched.OPENED, "&Open the installer"), (Launched.SHOWN, "&Show the file")],
)
def test_elsewhere_the_window_stays(ending: Launched, button: str, scene: Scene) -> None:
    scene.door.ending = ending
    dialog = scene.load()
    assert dialog.start.text() == button
    scene.click(dialog.start)
    scene.qtbot.waitUntil(lambda: scene.updates.dialog is None)
    assert scene.door.launched == ["1.4.0"]
    assert scene.closed == 0
    assert "Close SoleFlip before you" in scene.said()[0]


@pytest.mark.parametrize("how", ["button", "escape"])
def test_a_download_is_cancelled(how: str, scene: Scene) -> None:
    dialog = scene.open()
    scene.click(dialog.fetch)
    scene.qtbot.waitUntil(lambda: scene.door.downloads == 1)
    if how == "button":
        scene.click(dialog.cancel)
    else:
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
    scene.qtbot.waitUntil(lambda: dialog.stage is Stage.OFFERED)

    assert scene.door.cancelled == 1
    assert dialog.isVisible()
    assert dialog.fetch.isVisible()
    assert not dialog.problem.isVisible()
    assert not dialog.bar.isVisible()


def test_a_window_that_closes_ends_the_download(scene: Scene) -> None:
    dialog = scene.open()
    scene.click(dialog.fetch)
    scene.qtbot.waitUntil(lambda: scene.door.downloads == 1)
    scene.kit.tasks.close()
    scene.qtbot.waitUntil(lambda: scene.kit.tasks.active == 0)
    assert scene.door.cancelled == 1


def test_a_failed_download_stays_open_and_may_be_tried_again(scene: Scene) -> None:
    dialog = scene.open()
    scene.door.error = UpdateError("The download broke off.")
    scene.door.gate.set()
    scene.click(dialog.fetch)
    scene.qtbot.waitUntil(dialog.problem.isVisible)
    assert dialog.problem.text() == "The download broke off."
    scene.door.error = None
    scene.click(dialog.fetch)
    scene.qtbot.waitUntil(lambda: dialog.stage is Stage.READY)
    assert not dialog.problem.isVisible()


def test_an_installer_that_does_not_start_is_told(scene: Scene) -> None:
    dialog = scene.load()
    scene.door.error = UpdateError("It could not be started: start it yourself.")
    scene.click(dialog.start)
    scene.qtbot.waitUntil(dialog.problem.isVisible)
    assert dialog.problem.text() == "It could not be started: start it yourself."
    assert scene.closed == 0
    assert dialog.isVisible()


def test_an_import_is_not_cut_off(scene: Scene) -> None:
    dialog = scene.load()
    scene.busy = True
    scene.click(dialog.start)
    assert "An import is running" in dialog.problem.text()
    assert scene.door.launched == []
    scene.busy = False
    scene.click(dialog.start)
    scene.qtbot.waitUntil(lambda: scene.closed == 1)


def test_an_update_that_does_not_fit_says_why(scene: Scene) -> None:
    scene.door.found = offer(obstacle="There is no file for this system.")
    dialog = scene.open()
    assert dialog.problem.text() == "There is no file for this system."
    assert not dialog.fetch.isVisible()
    assert dialog.later.isDefault()


def test_later_keeps_the_notice(scene: Scene) -> None:
    dialog = scene.open()
    scene.click(dialog.later)
    assert scene.updates.dialog is None
    assert scene.updates.notice.isVisible()
    scene.updates.notice.click()
    assert scene.dialog.isVisible()


def test_a_skipped_version_is_not_heard_of_until_asked_for(scene: Scene) -> None:
    scene.click(scene.open().skip)
    assert scene.updates.dialog is None
    assert not scene.updates.notice.isVisible()
    scene.now += DAY
    scene.pass_time()
    assert len(scene.door.checks) == 2
    assert not scene.updates.notice.isVisible()
    scene.door.found = offer("1.5.0")
    scene.now += DAY
    scene.pass_time()
    assert scene.updates.notice.isVisible()
    scene.door.found = offer()
    assert scene.open().headline.text() == "SoleFlip Desktop 1.4.0 is available"


def test_the_daily_look_is_switched_off_in_the_dialog(scene: Scene, settings: QSettings) -> None:
    dialog = scene.open()
    assert dialog.daily.isChecked()
    dialog.daily.click()
    assert settings.value(ENABLED, type=bool) is False
    assert not scene.updates.memory.enabled


# -- what is new -------------------------------------------------------------------------------


def test_news_are_shown_once_after_an_update(scene: Scene) -> None:
    scene.updates.start()
    assert not scene.has_news(), "not at the very first start"
    scene.door.version = "0.2.0"
    scene.make()
    scene.updates.start()
    news = scene.updates.news
    assert news is not None
    assert news.headline.text() == "What is new in 0.2.0 (was 0.1.0)"
    scene.qtbot.waitUntil(lambda: "A list of what is new." in news.notes.toPlainText())
    assert scene.door.asked_news == ["0.1.0"]
    assert scene.door.tidied == [None]
    scene.click(news.close_button)
    scene.make()
    scene.updates.start()
    assert not scene.has_news()


def test_going_back_to_an_older_version_has_no_news(scene: Scene) -> None:
    scene.door.version = "0.2.0"
    scene.updates.start()
    scene.door.version = "0.1.0"
    scene.make()
    scene.updates.start()
    assert not scene.has_news()


def test_news_can_be_asked_for(scene: Scene) -> None:
    names = [action.text() for action in scene.updates.actions]
    assert names == ["&What is new", "Check for &updates…"]
    scene.updates.actions[0].trigger()
    news = scene.updates.news
    assert news is not None
    assert news.headline.text() == "What is new in 0.1.0"
    scene.qtbot.waitUntil(lambda: scene.door.asked_news == [None])


# -- notes -------------------------------------------------------------------------------------


@pytest.fixture
def opened() -> list[str]:
    return []


@pytest.fixture
def notes(kit: UiKit, qtbot: QtBot, opened: list[str]) -> NotesView:
    collect: Callable[[QUrl], object] = lambda url: opened.append(url.toString())  # noqa: E731
    view = NotesView("Notes", open_url=collect)
    qtbot.addWidget(view)
    view.show()
    return view


@pytest.mark.parametrize(
    ("url", "leads"),
    [
        ("https://soleflip.example/guide", True),
        ("http://soleflip.example/guide", False),
        ("file:///etc/passwd", False),
        ("javascript:alert(1)", False),
        ("#part", False),
    ],
)
def test_only_https_links_lead_out(
    url: str, *, leads: bool, notes: NotesView, opened: list[str]
) -> None:
    notes.show_notes("Text stays.")
    notes.anchorClicked.emit(QUrl(url))
    assert opened == ([url] if leads else [])
    assert notes.toPlainText() == "Text stays."


def test_a_click_on_a_link_keeps_the_notes(notes: NotesView, opened: list[str]) -> None:
    notes.show_notes("[guide](https://soleflip.example/guide)")
    cursor = QTextCursor(notes.document())
    cursor.setPosition(2)
    QTest.mouseClick(
        notes.viewport(),
        LEFT,
        Qt.KeyboardModifier.NoModifier,
        notes.cursorRect(cursor).center(),
    )
    assert opened == ["https://soleflip.example/guide"]
    assert notes.toPlainText() == "guide"


def test_nothing_is_loaded_for_notes(
    notes: NotesView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    load = NotesView.loadResource

    def note(view: NotesView, kind: int, name: QUrl) -> object:
        asked.append(name.toString())
        return load(view, kind, name)

    monkeypatch.setattr(NotesView, "loadResource", note)
    notes.show_notes("![a](file:///etc/passwd) <img src='file:///etc/hosts'> <b>raw</b>")
    notes.grab()
    assert asked == ["file:///etc/passwd"], "asked of us, and answered with nothing"
    assert load(notes, 2, QUrl(asked[0])) == ""
    assert "<b>raw</b>" in notes.toPlainText()


# -- Qt's loop ---------------------------------------------------------------------------------


class Large(FakeServer):
    """Sends much, so that the line is still open when the download is cancelled."""

    @route("GET", f"/{NAME}")
    def file(self, request: Request) -> Reply:
        return Reply(200, bytes(8_000_000))


def test_a_download_is_cancelled_midway_without_a_trace(
    kit: UiKit, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What complains later about a line that nobody closed fails the test."""
    told: list[int] = []
    threads: set[int] = set()
    write = PartFile.write

    def note_thread(part: PartFile, data: bytes) -> None:
        threads.add(threading.get_ident())
        write(part, data)

    monkeypatch.setattr(PartFile, "write", note_thread)
    stops: list[Callable[[], object]] = []

    def progress(here: int, _total: int) -> None:
        told.append(here)
        stops[0]()

    with Large() as server:
        file = update_file(bytes(8_000_000), f"{server.url}/{NAME}")
        channel = UpdateChannel(f"{server.url}/feed.json", "")
        nowhere, folder = tmp_path / "CHANGELOG.md", tmp_path / "updates"
        desk = UpdateDesk(channel, folder, version="0.1.0", schema="", changelog=nowhere, data={})
        stops.append(kit.tasks.start(desk.download(replace(offer(), file=file), progress)))
        qtbot.waitUntil(lambda: kit.tasks.active == 0)
    gc.collect()
    assert threads
    assert threading.get_ident() not in threads, "the GUI writes no files"
    assert told
    assert told[-1] < file.size
    assert list(folder.iterdir()) == []
