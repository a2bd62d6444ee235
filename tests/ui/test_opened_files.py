"""Files from outside: profiles are kept, everything else is imported."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from helpers.fake_desk import PURCHASES, FakeDesk
from soleflip_desktop.ui.common.application import DesktopApplication
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.notifier import MessageKind
from soleflip_desktop.ui.common.opened_files import OpenedFiles

PROFILE = "/in/friend.soleflip-profile"


@pytest.fixture
def opened(desk: FakeDesk, kit: UiKit, bare_window: QWidget) -> OpenedFiles:
    return OpenedFiles(desk, kit, bare_window)


def said(kit: UiKit) -> list[tuple[MessageKind, str]]:
    return [(message.kind, message.text) for message in kit.notifier.messages]


def test_a_profile_is_added_and_the_rest_imported(
    qtbot: QtBot, opened: OpenedFiles, desk: FakeDesk, kit: UiKit
) -> None:
    imported: list[list[str]] = []
    opened.importable.connect(imported.append)
    opened.open(["/in/a.csv", PROFILE, "/in/b.xlsx"])
    qtbot.waitUntil(lambda: len(said(kit)) == 1)
    assert imported == [["/in/a.csv", "/in/b.xlsx"]]
    kind, text = said(kit)[0]
    assert (kind, text.partition(".")[0]) == (
        MessageKind.SUCCESS,
        "Added the import profile Friend",
    )
    opened.open([PROFILE])
    qtbot.waitUntil(lambda: len(said(kit)) == 2)
    assert said(kit)[1] == (MessageKind.INFO, "The import profile Friend is there already.")
    assert desk.calls.count("add_profile") == 1


@pytest.mark.parametrize(("answer", "added"), [("&Replace", 1), ("&Keep the old one", 0)])
def test_another_profile_of_that_name_is_replaced_only_when_asked(
    *,
    qtbot: QtBot,
    opened: OpenedFiles,
    desk: FakeDesk,
    bare_window: QWidget,
    answer: str,
    added: int,
) -> None:
    desk.known.append(replace(PURCHASES, key="friend", title="Old", builtin=False))
    opened.open([PROFILE])
    qtbot.waitUntil(lambda: len(bare_window.findChildren(QMessageBox)) == 1)
    box = bare_window.findChildren(QMessageBox)[0]
    assert "There is an import profile Old already" in box.text()
    assert "add_profile" not in desk.calls
    next(button for button in box.buttons() if button.text() == answer).click()
    qtbot.waitUntil(lambda: desk.calls.count("add_profile") == added)


def test_macos_names_files_in_events() -> None:
    files: list[list[str]] = []

    class Signal:
        emit = staticmethod(files.append)

    class Application:
        """Stands for the application object, of which there can be only one."""

        files_opened = Signal

        def event(self, event: QEvent) -> bool:
            return DesktopApplication.event(self, event)  # type: ignore[arg-type]

    assert Application().event(QFileOpenEvent("/in/a.csv"))
    assert files == [["/in/a.csv"]]
