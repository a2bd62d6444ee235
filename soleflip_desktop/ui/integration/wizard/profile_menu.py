"""Profiles by name: save the decisions, share them as a file, use one that was shared."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMenu, QPushButton, QWidget

from soleflip_desktop.domain.file_kinds import PROFILE_SUFFIX
from soleflip_desktop.sync.import_desk import ImportDesk
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.integration.wizard.draft import ImportDraft

_FILTER = f"SoleFlip import profile (*{PROFILE_SUFFIX})"
_READABLE = f"SoleFlip import profile (*{PROFILE_SUFFIX} *.json);;All files (*)"


class ProfileMenu(QObject):
    """The menu of the Profile button.

    Signals:
        saved(ImportDraft): the draft with a profile more, which is its own, or with one less.
        added(str): the key of a profile that came from a file; the file shall be read with it.
    """

    saved = Signal(object)
    added = Signal(str)

    def __init__(self, desk: ImportDesk, kit: UiKit, button: QPushButton, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._kit, self._window = desk, kit, parent
        self.draft: ImportDraft | None = None
        self.menu = QMenu(button)
        self.save = self._add("&Save as profile…", self._ask_title)
        self.share = self._add("Share this &profile as a file…", self._ask_share)
        self.delete = self._add("&Delete this profile", self._delete)
        self.menu.addSeparator()
        self.use = self._add("&Use a shared profile…", self._ask_file)
        self.menu.addSeparator()
        self.template = self._add("Save an empty &template…", lambda: self._ask_template(False))
        self.example = self._add("Save an &example file…", lambda: self._ask_template(True))
        self.menu.aboutToShow.connect(self._refresh)
        button.setMenu(self.menu)

    # -- what the dialogs lead to ----------------------------------------------------------------

    async def save_as(self, title: str) -> None:
        """Raises UserError."""
        draft = self.draft
        if draft is None or draft.plan is None or not title.strip():
            return
        profile = await self._desk.save_profile(title.strip(), draft.plan)
        plan = replace(draft.plan, profile=profile.key, title=profile.title)
        choices = replace(draft.choices, profile=profile.key)
        profiles = {**draft.profiles, profile.key: profile}
        self.saved.emit(
            replace(draft, plan=plan, proposed=plan, choices=choices, profiles=profiles)
        )
        self._kit.notifier.success(f"Saved the profile {profile.title}.")

    async def share_to(self, path: Path) -> None:
        """Raises UserError."""
        if self.draft is not None and self.draft.plan is not None:
            await self._desk.share_profile(self.draft.plan.profile, path)
            self._kit.notifier.success(f"Saved the profile to {path}.")

    async def use_file(self, path: Path) -> None:
        """Raises UserError."""
        profile = await self._desk.add_profile(path)
        self.added.emit(profile.key)
        self._kit.notifier.success(f"Added the profile {profile.title}.")

    async def template_to(self, path: Path, *, example: bool) -> None:
        """Raises UserError."""
        if self.draft is not None and self.draft.plan is not None:
            await self._desk.write_template(self.draft.plan.profile, path, example=example)
            self._kit.notifier.success(f"Saved {path}.")

    # -- dialogs ---------------------------------------------------------------------------------

    def _refresh(self) -> None:
        draft = self.draft
        planned = draft is not None and draft.plan is not None
        profile = None if draft is None else draft.profile
        for action in (self.save, self.template, self.example):
            action.setEnabled(planned)
        self.share.setEnabled(profile is not None)
        self.delete.setEnabled(profile is not None and not profile.builtin)

    def _add(self, text: str, on_chosen: Callable[[], None]) -> QAction:
        action = self.menu.addAction(text)
        action.triggered.connect(lambda _checked=False: on_chosen())
        return action

    def _ask_title(self) -> None:
        dialog = QInputDialog(self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Save as profile")
        dialog.setLabelText("Name of the profile:")
        if self.draft is not None and self.draft.profile is not None:
            dialog.setTextValue(self.draft.profile.title)
        dialog.textValueSelected.connect(lambda title: self._start(self.save_as(title)))
        dialog.open()

    def _ask_share(self) -> None:
        key = (
            "profile" if self.draft is None or self.draft.plan is None else self.draft.plan.profile
        )
        self._save_dialog("Share profile", f"{key}{PROFILE_SUFFIX}", _FILTER, self.share_to)

    def _ask_template(self, example: bool) -> None:  # noqa: FBT001
        async def write(path: Path) -> None:
            await self.template_to(path, example=example)

        key = "file" if self.draft is None or self.draft.plan is None else self.draft.plan.profile
        name = f"{key}-{'example' if example else 'template'}.csv"
        self._save_dialog("Save template", name, "CSV (*.csv)", write)

    def _ask_file(self) -> None:
        dialog = QFileDialog(self._window, "Use a shared profile", "", _READABLE)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self._start(self.use_file(Path(path))))
        dialog.open()

    def _delete(self) -> None:
        self._start(self._delete_now())

    async def _delete_now(self) -> None:
        draft = self.draft
        if draft is not None and (profile := draft.profile) is not None:
            await self._desk.delete_profile(profile.key)
            left = {key: each for key, each in draft.profiles.items() if key != profile.key}
            self.saved.emit(replace(draft, profiles=left))
            self._kit.notifier.success(f"Deleted the profile {profile.title}.")

    def _save_dialog(
        self,
        title: str,
        name: str,
        name_filter: str,
        write: Callable[[Path], Coroutine[Any, Any, None]],
    ) -> None:
        dialog = QFileDialog(self._window, title, name, name_filter)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(Path(name).suffix)
        dialog.fileSelected.connect(lambda path: self._start(write(Path(path))))
        dialog.open()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        """A UserError goes to the message bar: it is not about the file in the wizard."""
        self._kit.tasks.start(work)
