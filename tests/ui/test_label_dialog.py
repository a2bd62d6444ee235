"""The dialog for labels."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.labels import (
    FORMATS,
    CodeKind,
    LabelFormat,
    LabelOptions,
    LabelsWritten,
)
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.inventory.label_dialog import LabelDialog

KEYS = [form.key for form in FORMATS]


class Writer:
    """Writes nothing, but remembers; waits or fails on request."""

    def __init__(self) -> None:
        self.calls: list[tuple[tuple[int, ...], str, LabelOptions, Path]] = []
        self.error: UserError | None = None
        self.gate: asyncio.Event | None = None

    async def __call__(
        self,
        ids: Sequence[int],
        form: LabelFormat,
        options: LabelOptions,
        path: Path,
        progress: Callable[[int, int], None],
    ) -> LabelsWritten:
        self.calls.append((tuple(ids), form.key, options, path))
        progress(1, len(ids))
        if self.gate is not None:
            await self.gate.wait()
        if self.error is not None:
            raise self.error
        return LabelsWritten(len(ids), 1, 1)


@pytest.fixture
def writer() -> Writer:
    return Writer()


@pytest.fixture
def make(kit: UiKit, qtbot: QtBot, writer: Writer) -> Callable[[], LabelDialog]:
    parent = QWidget()
    qtbot.addWidget(parent)

    def build() -> LabelDialog:
        dialog = LabelDialog([5, 6, 7], writer, kit, parent)
        dialog.show_file.setChecked(False)
        dialog.open()
        qtbot.waitUntil(dialog.isVisible)
        return dialog

    return build


def choose(dialog: LabelDialog, key: str) -> None:
    dialog.form.setCurrentIndex(KEYS.index(key))


def test_what_is_chosen_is_written_and_kept(
    make: Callable[[], LabelDialog], writer: Writer, kit: UiKit, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = make()
    choose(dialog, "L7160")
    assert dialog.dpi.currentData() == 600
    position = dialog.picker.label_rect(5).center().toPoint()
    QTest.mouseClick(dialog.picker, Qt.MouseButton.LeftButton, pos=position)
    assert dialog.start.value() == 5
    QTest.keyClick(dialog.picker, Qt.Key.Key_Down)
    assert dialog.start.value() == 8
    dialog.offset_x.setValue(-1.5)
    dialog.copies.setValue(7)
    assert dialog.summary.text().startswith("21 labels on 2 sheets.")
    dialog.code.setCurrentIndex(dialog.code.findData(CodeKind.BOTH))
    with qtbot.waitSignal(dialog.written) as told:
        dialog.write_to(str(tmp_path / "labels.pdf"))
    assert told.args == [str(tmp_path / "labels.pdf")]
    options = LabelOptions(CodeKind.BOTH, 7, 8, -1.5, 0.0, 600)
    assert writer.calls == [((5, 6, 7), "L7160", options, tmp_path / "labels.pdf")]
    qtbot.waitUntil(lambda: not dialog.isVisible())
    assert "1 label had no room for the code" in kit.notifier.messages[0].text
    again = make()
    assert again.form.currentData().key == "L7160"
    assert (again.offset_x.value(), again.options.code) == (-1.5, CodeKind.BOTH)
    assert again.start.value() == 1
    choose(again, "62x29")
    assert (again.offset_x.value(), again.options.code) == (0.0, CodeKind.CODE128)


def test_a_roll_has_no_started_sheet(make: Callable[[], LabelDialog]) -> None:
    dialog = make()
    choose(dialog, "25x25")
    assert not dialog.start.isEnabled()
    assert not dialog.picker.isEnabled()
    assert dialog.options.code is CodeKind.QR
    assert dialog.summary.text().startswith("3 labels. Print at 100 %")


def test_an_error_stays_in_the_dialog(
    make: Callable[[], LabelDialog], writer: Writer, qtbot: QtBot
) -> None:
    writer.error = UserError("x.pdf: cannot be written (full).")
    dialog = make()
    dialog.write_to("x.pdf")
    qtbot.waitUntil(lambda: dialog.summary.text() == "x.pdf: cannot be written (full).")
    assert dialog.isVisible()
    assert dialog.save.isEnabled()


def test_writing_can_be_stopped(
    make: Callable[[], LabelDialog], writer: Writer, kit: UiKit, qtbot: QtBot
) -> None:
    writer.gate = asyncio.Event()
    dialog = make()
    dialog.write_to("x.pdf")
    qtbot.waitUntil(lambda: dialog.bar.isVisible() and dialog.bar.value() == 1)
    assert not dialog.save.isEnabled()
    assert dialog.close_button.text() == "&Stop"
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: kit.tasks.active == 0)
    assert dialog.isVisible()
    assert dialog.save.isEnabled()
    QTest.mouseClick(dialog.close_button, Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()
