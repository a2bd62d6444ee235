"""The frame: menus, navigation, message bar, status bar, drag and drop."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QSettings, Qt, Signal
from PySide6.QtGui import QActionGroup, QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from soleflip_desktop.domain.changes import Domain
from soleflip_desktop.ui.common.actions import Action, build
from soleflip_desktop.ui.common.change_signals import ChangeSignals
from soleflip_desktop.ui.common.context import UiContext, UiKit
from soleflip_desktop.ui.common.dialogs import ask_to_cancel_import, open_files, show_about
from soleflip_desktop.ui.common.drop_hint import DropHint, dropped_files
from soleflip_desktop.ui.common.error_dialog import BugReporter
from soleflip_desktop.ui.common.formatting import Formatter
from soleflip_desktop.ui.common.icons import IconSet
from soleflip_desktop.ui.common.navigation import Navigation
from soleflip_desktop.ui.common.notifier import MessageBar, Notifier
from soleflip_desktop.ui.common.starting_page import StartingPage
from soleflip_desktop.ui.common.tasks import TaskRunner
from soleflip_desktop.ui.common.theme import Theme, ThemeMode
from soleflip_desktop.ui.integration.import_queue import ImportQueue
from soleflip_desktop.ui.integration.page import ImportsPage
from soleflip_desktop.ui.inventory.page import InventoryPage
from soleflip_desktop.ui.transactions.page import OrdersPage

_GEOMETRY, _PAGE, _THEME, _FOLDER = (
    "window/geometry",
    "window/page",
    "window/theme",
    "window/folder",
)
_THEMES = {
    ThemeMode.SYSTEM: "&Follow system",
    ThemeMode.LIGHT: "&Light",
    ThemeMode.DARK: "&Dark",
}

Page = InventoryPage | OrdersPage | ImportsPage


class MainWindow(QMainWindow):
    """Shows the starting page at once; the pages come with `attach`, when the database is up.

    Signals:
        retry_requested: the user wants the database to be started again.
        closed: the window has closed and its tasks are cancelled; the app may shut down.
    """

    retry_requested = Signal()
    closed = Signal()

    def __init__(
        self, settings: QSettings, theme: Theme, formatter: Formatter, version: str
    ) -> None:
        super().__init__()
        self.setWindowTitle("SoleFlip Desktop")
        self.setAcceptDrops(True)
        self._theme, self._version = theme, version
        icons = IconSet(theme)
        tasks, self.notifier = TaskRunner(self), Notifier(self)
        self.kit = UiKit(settings, theme, icons, formatter, tasks, self.notifier)
        self.bugs = BugReporter(version, self)
        tasks.user_error_raised.connect(self.notifier.error)
        tasks.bug_raised.connect(self.bugs.report)
        self.starting = StartingPage(icons, self)
        self.starting.retry_requested.connect(self.retry_requested)
        self.navigation = Navigation(icons, self)
        self.navigation.page_chosen.connect(self.go_to)
        self.stack = QStackedWidget(self)
        self.stack.addWidget(self.starting)
        self.totals = QLabel(self)
        self.totals.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.pages: tuple[Page, ...] = ()
        self.queue: ImportQueue | None = None
        self._context: UiContext | None = None
        self._changes: ChangeSignals | None = None
        self._build_frame()
        self._build_menus()
        self._drop_hint = DropHint(self)
        self._restore()

    # -- life ----------------------------------------------------------------------------------

    def attach(self, context: UiContext) -> None:
        """Builds the pages. Called once, when the services behind them are ready."""
        self._context = context
        sample = context.sample_file is not None and context.sample_file.is_file()
        self.queue = ImportQueue(context.runner, self.kit.tasks, self)
        imports = ImportsPage(context.imports, context.desk, self.queue, self.kit, sample=sample)
        imports.orders_requested.connect(lambda: self.go_to(1))
        self.pages = (
            InventoryPage(context.inventory, self.kit, sample=sample),
            OrdersPage(context.orders, self.kit, sample=sample),
            imports,
        )
        for page in self.pages:
            page.import_requested.connect(self.choose_files)
            page.sample_requested.connect(self.import_sample)
            page.totals_changed.connect(self._on_totals_changed)
            self.stack.addWidget(page)
        self._changes = ChangeSignals(context.changes, self)
        self._changes.changed.connect(self._on_changed)
        for action in self.navigation.actions_by_page:
            action.setEnabled(True)
        self._import_action.setEnabled(True)
        self._sample_action.setEnabled(sample)
        self.go_to(int(str(self.kit.settings.value(_PAGE, 0))) % len(self.pages))

    def show_start_error(self, text: str) -> None:
        """The database did not come up; the text says why and what to do."""
        self.stack.setCurrentWidget(self.starting)
        self.starting.show_error(text)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.queue is not None and self.queue.running:
            event.ignore()
            ask_to_cancel_import(self, self._cancel_and_close)
            return
        self._save()
        if self._changes is not None:
            self._changes.close()
        self.kit.tasks.close()
        super().closeEvent(event)
        self.closed.emit()

    # -- pages ---------------------------------------------------------------------------------

    def go_to(self, number: int) -> None:
        if not self.pages:
            return
        page = self.pages[number]
        self.stack.setCurrentWidget(page)
        self.navigation.mark(number)
        page.setFocus(Qt.FocusReason.OtherFocusReason)
        self.totals.setText(page.totals)

    def _on_totals_changed(self, text: str) -> None:
        if self.sender() is self.stack.currentWidget():
            self.totals.setText(text)

    def _on_changed(self, domains: frozenset[Domain]) -> None:
        for page in self.pages:
            touched = page.domains if isinstance(page, ImportsPage) else page.spec.domains
            if touched & domains:
                page.mark_stale()

    # -- imports -------------------------------------------------------------------------------

    def choose_files(self) -> None:
        folder = str(self.kit.settings.value(_FOLDER, str(Path.home())))
        open_files(self, folder, self._on_files_chosen)

    def import_files(self, paths: list[str]) -> None:
        imports = self.pages[-1] if self.pages else None
        if isinstance(imports, ImportsPage) and paths:
            self.go_to(len(self.pages) - 1)
            imports.import_files(paths)

    def import_sample(self) -> None:
        imports = self.pages[-1] if self.pages else None
        sample = self._context.sample_file if self._context is not None else None
        if isinstance(imports, ImportsPage) and sample is not None:
            self.go_to(len(self.pages) - 1)
            imports.import_directly(str(sample))

    def _on_files_chosen(self, paths: list[str]) -> None:
        self.kit.settings.setValue(_FOLDER, str(Path(paths[0]).parent))
        self.import_files(paths)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        files = dropped_files(event.mimeData()) if self.pages else []
        if files:
            event.acceptProposedAction()
            self._drop_hint.cover(len(files))

    def dragLeaveEvent(self, event: QEvent) -> None:  # noqa: N802  (Qt's name)
        self._drop_hint.hide()
        event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        self._drop_hint.hide()
        event.acceptProposedAction()
        self.import_files(dropped_files(event.mimeData()))

    def _cancel_and_close(self) -> None:
        if self.queue is None or not self.queue.running:
            self.close()
            return
        self.queue.changed.connect(self._close_when_idle, Qt.ConnectionType.QueuedConnection)
        self.queue.cancel_all()

    def _close_when_idle(self) -> None:
        if self.queue is not None and not self.queue.running:
            self.close()

    # -- frame ---------------------------------------------------------------------------------

    def _build_frame(self) -> None:
        for title, icon in (
            ("Inventory", "inventory"),
            ("Orders", "orders"),
            ("Imports", "imports"),
        ):
            self.navigation.add(title, icon)
        for action in self.navigation.actions_by_page:
            action.setEnabled(False)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(MessageBar(self.notifier, self.kit.icons, self))
        right.addWidget(self.stack, 1)
        central = QWidget(self)
        row = QHBoxLayout(central)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.navigation)
        row.addLayout(right, 1)
        self.setCentralWidget(central)
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().setContentsMargins(12, 0, 12, 0)
        self.statusBar().addWidget(self.totals, 1)

    def _build_menus(self) -> None:
        icons = self.kit.icons
        files = self.menuBar().addMenu("&File")
        choose = Action("&Import…", self.choose_files, "Ctrl+I", "imports")
        self._import_action = build(choose, self, icons)
        self._sample_action = build(Action("Import &sample data", self.import_sample), self, icons)
        for action in (self._import_action, self._sample_action):
            action.setEnabled(False)
            files.addAction(action)
        files.addSeparator()
        files.addAction(build(Action("&Quit", self.close, "Ctrl+Q"), self, icons))
        view = self.menuBar().addMenu("&View")
        view.addActions(self.navigation.actions_by_page)
        view.addSeparator()
        group = QActionGroup(self)
        stored = self.kit.settings.value(_THEME)
        if stored in set(ThemeMode) and not self._theme.forced:
            self._theme.set_mode(ThemeMode(str(stored)))
        for mode, text in _THEMES.items():
            chosen = Action(text, partial(self._choose_theme, mode))
            action = build(chosen, group, icons)
            action.setCheckable(True)
            action.setChecked(mode is self._theme.mode)
            view.addAction(action)
        self.theme_actions = group
        about = Action(
            "&About SoleFlip Desktop", self.show_about, QKeySequence.StandardKey.HelpContents
        )
        self.menuBar().addMenu("&Help").addAction(build(about, self, icons))

    def _choose_theme(self, mode: ThemeMode) -> None:
        self.kit.settings.setValue(_THEME, mode.value)
        self._theme.set_mode(mode)

    def show_about(self) -> None:
        context = self._context
        folder = context.data_folder if context else "not opened yet"
        server = context.server if context else "not started yet"
        show_about(self, self._version, folder, server)

    def _restore(self) -> None:
        self.resize(1280, 720)
        geometry = self.kit.settings.value(_GEOMETRY)
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)

    def _save(self) -> None:
        self.kit.settings.setValue(_GEOMETRY, self.saveGeometry())
        current = self.stack.currentWidget()
        for number, page in enumerate(self.pages):
            page.save_state()
            if page is current:
                self.kit.settings.setValue(_PAGE, number)
