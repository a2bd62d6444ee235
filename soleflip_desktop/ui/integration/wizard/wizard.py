"""The import wizard: seven steps, one draft, nothing written before the last button.

A page, not a dialog: the rest of the window stays usable, and a check runs on in the background.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QHBoxLayout,
    QLineEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from soleflip_desktop.domain.import_plan import PlanChoices
from soleflip_desktop.domain.integration import ImportAction, ImportRequest
from soleflip_desktop.sync.import_desk import ImportDesk
from soleflip_desktop.sync.import_runner import ImportRunner
from soleflip_desktop.ui.common.context import ImportsSource, UiKit
from soleflip_desktop.ui.common.page_header import ErrorBanner
from soleflip_desktop.ui.integration.wizard.background import Background
from soleflip_desktop.ui.integration.wizard.check_step import CheckStep
from soleflip_desktop.ui.integration.wizard.checker import Checker
from soleflip_desktop.ui.integration.wizard.columns_step import ColumnsStep
from soleflip_desktop.ui.integration.wizard.draft import (
    STEPS,
    ImportDraft,
    Step,
    blocked,
    blocking_step,
    confirmed,
    importable,
    next_step,
    reachable,
    rows_to_write,
)
from soleflip_desktop.ui.integration.wizard.file_step import FileStep
from soleflip_desktop.ui.integration.wizard.formats_step import FormatsStep
from soleflip_desktop.ui.integration.wizard.frame import ButtonBar, StepList, waiting_words
from soleflip_desktop.ui.integration.wizard.matching_step import MatchingStep
from soleflip_desktop.ui.integration.wizard.preparing import opened, reopened, scanned, sketched
from soleflip_desktop.ui.integration.wizard.profile_menu import ProfileMenu
from soleflip_desktop.ui.integration.wizard.review_step import ReviewStep
from soleflip_desktop.ui.integration.wizard.step_pane import StepPane
from soleflip_desktop.ui.integration.wizard.values_step import ValuesStep

_SCANNED = frozenset({Step.FORMATS, Step.VALUES, Step.MATCHING, Step.CHECK})
_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


class ImportWizard(QWidget):
    """Leads one file from the drop to the import.

    Signals:
        import_requested(ImportRequest): what shall be run now; the wizard is done with the file.
        closed: the person leaves; a checked file stays as a draft.
    """

    import_requested = Signal(object)
    closed = Signal()

    def __init__(
        self, desk: ImportDesk, source: ImportsSource, runner: ImportRunner, kit: UiKit
    ) -> None:
        super().__init__()
        self._desk, self._source, self.kit = desk, source, kit
        self.draft: ImportDraft | None = None
        self.path: str | None = None
        self.step = Step.FILE
        self._checker = Checker(runner)
        self.background = Background(kit.tasks, self)
        self.banner = ErrorBanner(kit.icons, self)
        self.steps = StepList(kit, self)
        self.buttons = ButtonBar(kit, self)
        self.file, self.columns = FileStep(kit), ColumnsStep(kit)
        self.formats, self.values = FormatsStep(kit), ValuesStep(kit)
        self.matching = MatchingStep(kit)
        self.check, self.review = CheckStep(kit, source), ReviewStep(kit, source)
        self.profiles = ProfileMenu(desk, kit, self.buttons.profile, self)
        self.stack = QStackedWidget(self)
        self._build()
        self._connect()

    @property
    def pane(self) -> StepPane:
        return self._panes[self.step]

    @property
    def active(self) -> bool:
        """A file is in the wizard."""
        return self.path is not None

    def open_file(self, path: str) -> None:
        self._begin(path)
        self.background.start(
            "Looking at the file…", lambda: opened(self._desk, path), self._on_opened
        )

    def open_draft(self, batch_id: int, file: str) -> None:
        self._begin(file)

        def show(draft: ImportDraft) -> None:
            self.path, self.draft = draft.path, draft
            self._show(Step.REVIEW)

        self.background.start(
            "Opening the draft…", lambda: reopened(self._desk, self._source, batch_id), show
        )

    def close_draft(self) -> None:
        """Leaves the file. What was checked stays as a draft."""
        draft, name = self.draft, self._name
        self._end()
        if draft is not None and draft.batch_id is not None:
            self.kit.notifier.info(f"The draft of {name} is kept under Imports.")
        self.closed.emit()

    def show_waiting(self, files: int) -> None:
        self.steps.waiting.setText(waiting_words(files))

    # -- going about ---------------------------------------------------------------------------

    def go_next(self) -> None:
        draft = self.draft
        if draft is None or self.background.busy or blocked(draft, self.step):
            return
        if self.step is Step.REVIEW:
            self._run_draft()
            return
        self.draft = draft = confirmed(draft, self.step)
        unchecked = draft.needs_check and not draft.only_ticks_changed
        if self.step is Step.CHECK and unchecked:
            self.run_check()
        elif self.step is Step.FILE and next_step(draft, self.step) is Step.COLUMNS:
            self._show(Step.COLUMNS)
        else:
            self._scan_then(lambda: self._show_or_check(self._next()))

    def go_back(self) -> None:
        """To the step before; what was decided later stays."""
        draft = self.draft
        if draft is None:
            return
        self.background.stop()
        earlier = reversed(STEPS[: STEPS.index(self.step)])
        target = next((step for step in earlier if reachable(draft, step)), None)
        if target is not None:
            self._show(target)

    def go_to(self, step: Step) -> None:
        """A click on the list of steps."""
        if self.draft is None or self.background.busy or step is self.step:
            return
        if step in _SCANNED:
            self._scan_then(lambda: self._show_or_check(step))
        elif reachable(self.draft, step):
            self._show(step)

    def import_now(self) -> None:
        """Without a review: what the file says by itself, or what was decided so far."""
        draft = self.draft
        if draft is None or self.background.busy or not importable(draft):
            return
        if draft.certain and draft.untouched and draft.needs_scan:
            self._ask_import(ImportRequest(draft.path, choices=draft.choices))
        else:
            self._scan_then(self._import_planned)

    def _import_planned(self) -> None:
        draft = self.draft
        if draft is None:
            return
        open_step = blocking_step(draft)
        if open_step is not None:
            self._show(open_step)
        else:
            self._ask_import(ImportRequest(draft.path, draft.plan, draft.choices))

    def _next(self) -> Step:
        return self.step if self.draft is None else next_step(self.draft, self.step)

    def _show_or_check(self, step: Step) -> None:
        draft = self.draft
        if draft is None:
            return
        open_step = blocking_step(draft)
        if open_step is not None and STEPS.index(open_step) < STEPS.index(step):
            step = open_step
        self._show(step)
        if step is Step.CHECK and draft.needs_check and not draft.only_ticks_changed:
            self.run_check()

    def _show(self, step: Step) -> None:
        self.step = step
        if self.draft is not None:
            self.pane.show_draft(self.draft)
        self.stack.setCurrentWidget(self.pane)
        self._refresh()
        if self.isVisible():
            primary = self.buttons.primary
            first = primary if primary.isEnabled() else self.pane.first_focus
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _refresh(self) -> None:
        self.profiles.draft = self.draft
        self.steps.show_draft(self.draft, self.step, busy=self.background.busy)
        self.buttons.show_draft(self.draft, self.step, busy=self.background.busy)

    # -- check and run -------------------------------------------------------------------------

    def run_check(self, *, then_run: bool = False) -> None:
        """Checks every row in the background and keeps the outcome as a draft."""
        draft = self.draft
        if draft is None:
            return
        self._show(Step.CHECK)
        expected = rows_to_write(draft) if then_run else None
        self.check.start()
        self.background.start(
            "Checking every row…",
            lambda: self._check(draft),
            lambda found: self._checked(found, expected),
        )

    async def _check(self, draft: ImportDraft) -> ImportDraft:
        checked = await self._checker.check(draft, self.check.panel.show_progress)
        if checked is not draft:
            await self.check.load(checked)
        return checked

    def _checked(self, draft: ImportDraft, expected: int | None) -> None:
        if draft is self.draft:
            self.check.stopped()
            self._refresh()
            return
        self.draft = draft
        if expected is not None and expected == rows_to_write(draft):
            self._run_draft()
        else:
            self._show(Step.CHECK if self.check.errors and expected is None else Step.REVIEW)

    def _run_draft(self) -> None:
        """Writes what was reviewed; ticks that changed since are checked first."""
        draft = self.draft
        if draft is None:
            return
        if draft.needs_check:
            self.run_check(then_run=True)
        else:
            request = ImportRequest(
                draft.path, draft.plan, draft.choices, ImportAction.RUN, draft.batch_id
            )
            self._ask_import(request)

    def _ask_import(self, request: ImportRequest) -> None:
        self._end()
        self.import_requested.emit(request)

    # -- work ----------------------------------------------------------------------------------

    def _scan_then(self, then: Callable[[], None]) -> None:
        draft = self.draft
        if draft is None or draft.sketch is None or not draft.needs_scan:
            then()
            return

        def show(found: ImportDraft) -> None:
            self.draft = found
            then()

        self.background.start(
            "Reading all values of the file…", lambda: scanned(self._desk, draft), show
        )

    def _on_opened(self, draft: ImportDraft) -> None:
        self.draft = draft
        self._show(Step.FILE)
        if draft.unreadable:
            self.banner.show_error(draft.unreadable)

    def _on_failed(self, error: str) -> None:
        """What could be read before is what the step goes on showing."""
        self.banner.show_error(error)
        if self.draft is not None and self.step is Step.FILE:
            self.file.show_draft(self.draft)

    def _look_again(self, choices: PlanChoices) -> None:
        draft = self.draft
        if draft is not None:
            self.background.start(
                "Looking at the file…",
                lambda: sketched(self._desk, draft, choices),
                self._on_opened,
            )

    def _on_edited(self, draft: ImportDraft) -> None:
        self.draft = draft
        self._refresh()

    def _on_background(self, words: str) -> None:
        self.banner.hide()
        self.buttons.show_busy(words)
        if not words and self.check.panel.isVisible():
            self.check.stopped()
        self._refresh()

    # -- life ----------------------------------------------------------------------------------

    @property
    def _name(self) -> str:
        return Path(self.path or "").name

    def _begin(self, path: str) -> None:
        self.background.stop()
        self.path, self.draft, self.step = path, None, Step.FILE
        self.steps.file.setText(self._name)
        self.stack.setCurrentWidget(self._blank)

    def _end(self) -> None:
        self.background.stop()
        self.banner.hide()
        self.path, self.draft = None, None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter is the marked button, unless another button or a field has the focus."""
        focus = self.focusWidget()
        if event.key() not in _ENTER or isinstance(focus, QLineEdit):
            super().keyPressEvent(event)
        elif isinstance(focus, QAbstractButton):
            focus.click()
        elif self.buttons.primary.isEnabled():
            self.buttons.primary.click()

    def _build(self) -> None:
        self._panes: dict[Step, StepPane] = {
            Step.FILE: self.file,
            Step.COLUMNS: self.columns,
            Step.FORMATS: self.formats,
            Step.VALUES: self.values,
            Step.MATCHING: self.matching,
            Step.CHECK: self.check,
            Step.REVIEW: self.review,
        }
        self._blank = QWidget(self)
        self.stack.addWidget(self._blank)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.banner)
        right.addWidget(self.stack, 1)
        for pane in self._panes.values():
            self.stack.addWidget(pane)
            pane.edited.connect(self._on_edited)
        top = QHBoxLayout()
        top.setSpacing(0)
        top.addWidget(self.steps)
        top.addLayout(right, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top, 1)
        layout.addWidget(self.buttons)
        self.setAccessibleName("Import wizard")

    def _connect(self) -> None:
        self.background.changed.connect(self._on_background)
        self.background.failed.connect(self._on_failed)
        self.banner.retry_requested.connect(self.background.retry)
        self.steps.chosen.connect(self.go_to)
        self.buttons.back_requested.connect(self.go_back)
        self.buttons.next_requested.connect(self.go_next)
        self.buttons.import_requested.connect(self.import_now)
        self.buttons.close_requested.connect(self.close_draft)
        self.file.look_again.connect(self._look_again)
        self.check.cancel_requested.connect(self._checker.cancel)
        for pane in (self.check, self.review):
            pane.failed.connect(self.banner.show_error)
        self.profiles.saved.connect(self._on_profile_saved)
        self.profiles.added.connect(self._on_profile_added)

    def _on_profile_saved(self, draft: ImportDraft) -> None:
        self.draft = draft
        self.pane.show_draft(draft)
        self._refresh()

    def _on_profile_added(self, key: str) -> None:
        if self.draft is not None:
            self._look_again(replace(self.draft.choices, profile=key))
