"""The frame: menus, navigation, message bar, status bar, drag and drop."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QLabel, QMainWindow, QStackedWidget

from soleflip_desktop.domain.changes import Domain
from soleflip_desktop.ui.common.actions import Action, Menu, build
from soleflip_desktop.ui.common.change_signals import ChangeSignals
from soleflip_desktop.ui.common.context import UiContext, UiKit
from soleflip_desktop.ui.common.dialogs import ask_to_cancel_import, open_files, show_about
from soleflip_desktop.ui.common.drop_hint import FileDrops
from soleflip_desktop.ui.common.error_dialog import BugReporter
from soleflip_desktop.ui.common.formatting import Formatter
from soleflip_desktop.ui.common.icons import IconSet
from soleflip_desktop.ui.common.menus import Menus
from soleflip_desktop.ui.common.navigation import Navigation
from soleflip_desktop.ui.common.notifier import MessageBar, Notifier
from soleflip_desktop.ui.common.page_titles import TITLES
from soleflip_desktop.ui.common.starting_page import StartingPage
from soleflip_desktop.ui.common.tasks import TaskRunner
from soleflip_desktop.ui.common.theme import Theme
from soleflip_desktop.ui.common.theme_menu import build_theme_actions
from soleflip_desktop.ui.common.window_frame import lay_out
from soleflip_desktop.ui.common.window_place import restore_place, save_place
from soleflip_desktop.ui.system.desktop import Desktop

if TYPE_CHECKING:
    from soleflip_desktop.ui.integration.import_queue import ImportQueue
    from soleflip_desktop.ui.inventory.page import InventoryPage
    from soleflip_desktop.ui.pages import Page, Pages

_PAGE, _FOLDER = "window/page", "window/folder"
#: A key that others follow at once came from a scanner; nobody types that fast.
_ALONE_MS = 150


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
        self._version = version
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
        self.desktop = Desktop(self.kit, self.stack, self)
        self.desktop.retry_requested.connect(self.retry_requested)
        self.desktop.importable.connect(self.import_files)
        self.totals = QLabel(self)
        self.totals.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._first: InventoryPage | None = None
        self.pages: tuple[Page, ...] = ()
        self.known: Pages | None = None
        self.queue: ImportQueue | None = None
        self._context: UiContext | None = None
        self._changes: ChangeSignals | None = None
        self._help_timer = QTimer(self, interval=_ALONE_MS, singleShot=True)
        self._help_timer.timeout.connect(self.show_keys)
        self._build_frame()
        self.menus = Menus(self)
        self._build_menus()
        self.drops = FileDrops(self)
        self.drops.dropped.connect(self.desktop.open_files)
        restore_place(self, settings)

    # -- life ----------------------------------------------------------------------------------

    def open_first(self, context: UiContext) -> InventoryPage | None:
        """Shows the inventory ahead of the others, if the window opens with it."""
        from soleflip_desktop.ui.inventory.page import InventoryPage  # noqa: PLC0415  (as below)

        if self._remembered() != 0:
            return None
        self._first = InventoryPage.of(context, self.kit)
        self._add(self._first)
        self.stack.setCurrentWidget(self._first)
        return self._first

    def attach(self, context: UiContext) -> None:
        """Builds the pages. Called once, when the services behind them are ready."""
        from soleflip_desktop.ui.pages import build_pages  # noqa: PLC0415  (after the first paint)

        self._context = context
        known = build_pages(context, self.kit, self.show_page, self, self._first)
        self.known, self.pages, self.queue = known, known.all, known.queue
        for page in self.pages:
            if page is not self._first:
                self._add(page)
        for asking in (known.inventory, known.orders, known.imports, self.desktop):
            asking.import_requested.connect(self.choose_files)
            asking.sample_requested.connect(self.import_sample)
        self.desktop.account_requested.connect(known.accounts.connect_account)
        for counted in (known.outbox, known.review):
            counted.count_changed.connect(self._on_count_changed)
            counted.update_count()
        for standing in (known.reminder, known.status):
            self.statusBar().addPermanentWidget(standing)
            standing.refresh()
        self.menus.add(Menu.FILE, *known.accounts.window_actions)
        self._changes = ChangeSignals(context.changes, self)
        self._changes.changed.connect(self._on_changed)
        for action in self.navigation.actions_by_page:
            action.setEnabled(True)
        self._import_action.setEnabled(True)
        sample = context.sample_file is not None and context.sample_file.is_file()
        self._sample_action.setEnabled(sample)
        self.go_to(self._remembered() % len(self.pages))
        self.drops.ready = True
        self.desktop.attach(context)

    def show_start_error(self, text: str) -> None:
        """The database did not come up; the text says why and what to do."""
        if not self.desktop.show_error(text):
            self.stack.setCurrentWidget(self.starting)
            self.starting.show_error(text)
        if self._first is not None:
            self.stack.removeWidget(self._first)  # it is kept: it may still be loading
            self._first = None

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.queue is not None and self.queue.running:
            event.ignore()
            ask_to_cancel_import(self, self._cancel_and_close)
            return
        if self.known is not None and not self.known.inventory.ask_before_leaving(self.close):
            event.ignore()
            return
        self._save()
        if self.known is not None:
            self.known.scanning.stop()
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
        self.menus.show_page(page)

    def _add(self, page: Page) -> None:
        page.totals_changed.connect(self._on_totals_changed)
        self.stack.addWidget(page)

    def _remembered(self) -> int:
        return int(str(self.kit.settings.value(_PAGE, 0)))

    def show_page(self, page: Page) -> None:
        self.go_to(self.pages.index(page))

    def _on_totals_changed(self, text: str) -> None:
        if self.sender() is self.stack.currentWidget():
            self.totals.setText(text)

    def _on_changed(self, domains: frozenset[Domain]) -> None:
        for page in self.pages:
            page.note_change(domains)
        if self.known is not None:
            self.known.status.note_change(domains)
            self.known.reminder.note_change(domains)

    def _on_count_changed(self, count: int) -> None:
        page = self.sender()
        if page in self.pages:
            self.navigation.set_count(self.pages.index(page), count)

    # -- imports -------------------------------------------------------------------------------

    def choose_files(self) -> None:
        folder = str(self.kit.settings.value(_FOLDER, str(Path.home())))
        open_files(self, folder, self._on_files_chosen)

    def import_files(self, paths: list[str]) -> None:
        if self.known is not None and paths:
            self.show_page(self.known.imports)
            self.known.imports.import_files(paths)

    def import_sample(self) -> None:
        sample = self._context.sample_file if self._context is not None else None
        if self.known is not None and sample is not None:
            self.show_page(self.known.imports)
            self.known.imports.import_directly(str(sample))

    def _on_files_chosen(self, paths: list[str]) -> None:
        self.kit.settings.setValue(_FOLDER, str(Path(paths[0]).parent))
        self.import_files(paths)

    def _cancel_and_close(self) -> None:
        if self.queue is None or not self.queue.running:
            self.close()
            return
        self.queue.changed.connect(self._close_when_idle, Qt.ConnectionType.QueuedConnection)
        self.queue.cancel_all()

    def _close_when_idle(self) -> None:
        if self.queue is not None and not self.queue.running:
            self.close()

    def show_palette(self) -> None:
        from soleflip_desktop.ui.common.command_palette import CommandPalette  # noqa: PLC0415

        CommandPalette(self.menus.commands(), self.kit.settings, self).open_over(self)

    def show_keys(self) -> None:
        from soleflip_desktop.ui.common.key_help import KeyHelp  # noqa: PLC0415

        KeyHelp(self.menus.commands(), self).open()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A question mark that no editor took, alone, shows the keys."""
        self._help_timer.stop()
        if event.text() == "?":
            self._help_timer.start()
        else:
            super().keyPressEvent(event)

    # -- frame ---------------------------------------------------------------------------------

    def _build_frame(self) -> None:
        for title, icon in TITLES:
            self.navigation.add(title, icon)
        for action in self.navigation.actions_by_page:
            action.setEnabled(False)
        messages = MessageBar(self.notifier, self.kit.icons, self)
        lay_out(self, self.navigation, messages, self.stack, self.totals)

    def _build_menus(self) -> None:
        choose = Action("&Import…", self.choose_files, "Ctrl+I", "imports")
        self._import_action = self._built(choose)
        self._sample_action = self._built(Action("Import &sample data", self.import_sample))
        for action in (self._import_action, self._sample_action):
            action.setEnabled(False)
            self.menus.add(Menu.FILE, action)
        self.menus.add(Menu.FILE, self._built(Action("&Quit", self.close, "Ctrl+Q")), last=True)
        self.menus.add(Menu.EDIT, self.desktop.preferences, last=True)
        palette = Action("&Command palette…", self.show_palette, "Ctrl+K")
        self.menus.add(Menu.VIEW, *self.navigation.actions_by_page, self._built(palette))
        self.menus.separate(Menu.VIEW)
        self.theme_actions = build_theme_actions(self.kit, self)
        self.menus.add(Menu.VIEW, *self.theme_actions.actions())
        keys = Action("&Keyboard shortcuts", self.show_keys, "F1")
        about = Action("&About SoleFlip Desktop", self.show_about)
        self.menus.add(Menu.HELP, self._built(keys))
        self.menus.add(Menu.HELP, self._built(about), last=True)

    def _built(self, action: Action) -> QAction:
        return build(action, self, self.kit.icons)

    def show_about(self) -> None:
        context = self._context
        folder = context.data_folder if context else "not opened yet"
        server = context.server if context else "not started yet"
        show_about(self, self._version, folder, server)

    def _save(self) -> None:
        save_place(self, self.kit.settings)
        current = self.stack.currentWidget()
        for number, page in enumerate(self.pages):
            page.save_state()
            if page is current:
                self.kit.settings.setValue(_PAGE, number)
