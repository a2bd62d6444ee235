"""Whether a first start asks anything, and what becomes of the answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtWidgets import QWidget

from soleflip_desktop.domain.preferences import Begin, StartStage
from soleflip_desktop.ui.common.asked_once import mark_answered, was_answered
from soleflip_desktop.ui.common.context import PreferencesSource, UiKit
from soleflip_desktop.ui.common.region import apply_region, store_region, stored_region
from soleflip_desktop.ui.system.first_run.page import Answers, Asked, FirstRunPage
from soleflip_desktop.ui.system.preferences.choices import fill_form


class FirstRun(QObject):
    """Asks once: at once where the database is new, else when it is known to be empty.

    `show` brings the page into sight; `retry` starts the database again.
    """

    def __init__(
        self,
        kit: UiKit,
        show: Callable[[QWidget], None],
        retry: Callable[[], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._kit, self._show, self._retry = kit, show, retry
        self.page: FirstRunPage | None = None
        self._answered = asyncio.Event()

    def begin(self) -> None:
        """The database is yet to be made, so everything is asked."""
        if self.page is None and not was_answered(self._kit.settings):
            self._ask(Asked())

    def show_stage(self, stage: StartStage) -> None:
        if self.page is not None:
            self.page.show_stage(stage)

    async def finish(self, preferences: PreferencesSource, *, shared: bool) -> Begin:
        """With the database up: waits for the answers and stores them; says what to begin with.

        `shared`: other desktops use the database, too, and may have answered for all of us.
        """
        kit, state = self._kit, await preferences.state()
        kit.base_currency.code = state.base_currency
        if was_answered(kit.settings):
            return Begin.EMPTY
        if self.page is None:
            if state.has_data and not shared:
                mark_answered(kit.settings)
                return Begin.EMPTY
            unsettled = state.base_currency is None and not state.has_data
            self._ask(Asked(currency=unsettled, begin=not shared))
        answers = await self._answers()
        if answers.currency is not None:
            kit.base_currency.code = await preferences.set_base_currency(answers.currency)
        self._take(answers.region)
        mark_answered(kit.settings)
        return answers.begin

    async def _answers(self) -> Answers:
        page = self.page
        if page is None:
            raise RuntimeError("nothing was asked")
        page.show_ready()
        while (answers := page.answers) is None:
            self._answered.clear()
            await self._answered.wait()
        return answers

    def _ask(self, asked: Asked) -> None:
        page = self.page = FirstRunPage(self._kit.icons, asked)
        page.answered.connect(self._answered.set)
        page.retry_requested.connect(self._retry)
        self._show(page)
        self._kit.tasks.start(self._fill(page))

    async def _fill(self, page: FirstRunPage) -> None:
        await fill_form(page.form, stored_region(self._kit.settings), None)
        page.form.region_box.setFocus()
        self._answered.set()  # something to begin with may have been chosen before

    def _take(self, region: str) -> None:
        """Before the pages are built, so that they are built for that region."""
        store_region(self._kit.settings, region)
        self._kit.formatter.use(region)
        application = QCoreApplication.instance()
        if application is not None:
            apply_region(application, region)
