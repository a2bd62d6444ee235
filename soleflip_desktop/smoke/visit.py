"""What the scripted user does, and what has to come of it."""

from __future__ import annotations

import asyncio
import contextlib
import csv
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from PySide6 import __version__ as qt_version
from PySide6.QtGui import QIcon, QImage, QImageReader
from PySide6.QtWidgets import QApplication

from soleflip_desktop.bootstrap import Backend
from soleflip_desktop.domain.analytics import ProfitBy, ProfitQuery, ProfitRow
from soleflip_desktop.domain.errors import SecretStoreUnavailableError
from soleflip_desktop.domain.marketplace import Marketplace
from soleflip_desktop.domain.sync import AccountSettings, RunStatus, SyncReport
from soleflip_desktop.resources import resource_path
from soleflip_desktop.settings.paths import DataFolder
from soleflip_desktop.settings.vault import new_ref
from soleflip_desktop.smoke import checks
from soleflip_desktop.smoke.database import try_database
from soleflip_desktop.smoke.marketplace import CURRENCY, ORDERS, PRICE
from soleflip_desktop.smoke.steps import SmokeError, Step, Steps, demand
from soleflip_desktop.ui.common.icons import IconSet
from soleflip_desktop.ui.common.theme import Theme, ThemeMode
from soleflip_desktop.ui.integration.import_queue import ImportOutcome
from soleflip_desktop.ui.inventory.page import InventoryPage
from soleflip_desktop.ui.main_window import MainWindow
from soleflip_desktop.ui.pages import Pages
from soleflip_desktop.ui.transactions.page import OrdersPage

SAMPLE = "samples/stockx-sales-sample.csv"
_PICTURES = {"jpg", "png", "svg"}
_ICON = 32
_HALF_BRIGHT = 128
_POLL_S = 0.02
_JOB_S, _PAGE_S = 120, 15


class Visit:
    """One visit; each step is by itself, as far as the app lets it."""

    def __init__(self, window: MainWindow, backend: Backend, steps: Steps) -> None:
        self._window, self._backend, self._steps = window, backend, steps

    async def go(self, scratch: DataFolder, books: Path, shot: Path | None) -> None:
        """`scratch` is for a server of the checks' own; `shot` is where the picture goes."""
        step = self._steps.step
        await self._import()
        await self._look_around()
        await self._sync()
        with step(Step.PICTURE) as facts:
            facts.update(self._picture(shot))
        with step(Step.SYSTEM) as facts:
            facts.update(checks.system(books), **self._qt())
        with step(Step.MODULES) as facts:
            facts.update(checks.modules())
        with step(Step.LIBRARIES) as facts:
            facts.update(checks.libraries())
        with step(Step.DOCUMENTS) as facts:
            facts.update(await asyncio.to_thread(checks.documents))
        with step(Step.RESOURCES) as facts:
            facts.update(checks.files(), **self._icons())
        with step(Step.THEMES) as facts:
            facts.update(self._themes(self._window.kit.theme))
        with step(Step.CREDENTIALS) as facts:
            facts.update(await asyncio.to_thread(checks.credentials))
        await asyncio.to_thread(try_database, scratch, self._steps)

    @property
    def _pages(self) -> Pages:
        if self._window.known is None:
            raise SmokeError("not possible: the window has no pages")
        return self._window.known

    # -- what is on the pages ------------------------------------------------------------------

    async def _import(self) -> None:
        """The sample file, as the button for it does; in a child process."""
        expected = sample_figures(resource_path(SAMPLE))
        with self._steps.step(Step.IMPORT) as facts:
            outcomes: list[ImportOutcome] = []
            queue = self._window.queue
            demand(queue is not None and self._pages, "the window has no import queue")
            if queue is not None:
                queue.finished.connect(outcomes.append)
            self._window.import_sample()
            await until(lambda: outcomes, lambda: "the import does not end", _JOB_S)
            [outcome] = outcomes
            demand(outcome.result, f"the import says: {outcome.error}")
            if outcome.result is not None:
                result = outcome.result
                facts.update(rows=result.rows, imported=result.imported, batch=result.batch_id)
            found = (facts["rows"], facts["imported"])
            demand(found == (expected["sales"],) * 2, f"rows and imported are {found}")
        with self._steps.step(Step.QUERY) as facts:
            facts.update(figures(await self._profit()))
            demand(facts == expected, f"the sales are {facts} instead of {expected}")
        with self._steps.step(Step.GRID) as facts:
            for page in (self._pages.inventory, self._pages.orders):
                self._window.show_page(page)
                await self._rows_shown(page, expected["sales"])
                facts[page.spec.nouns] = page.model.rowCount()

    async def _rows_shown(self, page: InventoryPage | OrdersPage, count: int) -> None:
        """Their number is right, and the first one has come from the database."""
        model, title = page.model, page.spec.title
        await until(
            lambda: model.rowCount() == count,
            lambda: f"{title} shows {model.rowCount()} rows of {count}",
            _PAGE_S,
        )
        await until(lambda: model.index(0, 0).data(), lambda: f"{title} is blank", _PAGE_S)

    async def _look_around(self) -> None:
        """Every page once, until what it asks for is there."""
        with self._steps.step(Step.PAGES) as facts:
            for number, page in enumerate(self._window.pages):
                self._window.go_to(number)
                await asyncio.sleep(_POLL_S)  # what it asks for begins in the loop's next turns
                await self._nothing_to_do()
                demand(page.isVisible(), f"{type(page).__name__} cannot be seen")
            facts["pages"] = len(self._window.pages)
            demand(facts["pages"], "there are none")

    async def _nothing_to_do(self) -> None:
        tasks = self._window.kit.tasks
        await until(lambda: not tasks.active, lambda: f"{tasks.active} tasks go on", _PAGE_S)

    async def _sync(self) -> None:
        """An account at the marketplace of our own: window, engine, child process, database."""
        with self._steps.step(Step.SYNC) as facts:
            ended: list[SyncReport] = []
            accounts = self._backend.services.accounts
            settings = AccountSettings(currency=CURRENCY, every_minutes=0)
            account = await accounts.add(Marketplace.STOCKX, "Smoke", settings, new_ref())
            try:
                self._pages.status.sync.ended.connect(ended.append)
                self._pages.accounts.sync_all()
                await until(lambda: ended, lambda: "the sync does not end", _JOB_S)
                await self._backend.keychain.settle()
            finally:
                with contextlib.suppress(SecretStoreUnavailableError):  # then nothing was kept
                    await self._backend.account_desk.disconnect(account.id)
            kinds = {each.kind.value: each.status.value for each in ended[0].kinds}
            facts.update(kinds=kinds, created=sum(k.counts.created for k in ended[0].kinds))
            said = " ".join(each.message for each in ended[0].kinds)
            good = set(kinds.values()) == {RunStatus.COMPLETED.value}
            demand(good and facts["created"] == ORDERS, f"{facts}: {said}")
            expected = sample_figures(resource_path(SAMPLE))
            gross = Decimal(expected["gross"]) + ORDERS * PRICE
            found = figures(await self._profit())
            demand(found["gross"] == f"{gross:.2f}", f"the sales come to {found}")
            self._window.show_page(self._pages.orders)
            await self._rows_shown(self._pages.orders, expected["sales"] + ORDERS)

    async def _profit(self) -> list[ProfitRow]:
        return await self._backend.services.analytics.profit(ProfitQuery(ProfitBy.MONTH))

    # -- how it looks --------------------------------------------------------------------------

    def _picture(self, shot: Path | None) -> dict[str, Any]:
        image = self._window.grab().toImage()
        demand(_colours(image), "the window is blank")
        if shot is not None:
            demand(image.save(str(shot)), "the picture cannot be written")
        return {"width": image.width(), "height": image.height()}

    def _qt(self) -> dict[str, Any]:
        formats = {bytes(name.data()).decode() for name in QImageReader.supportedImageFormats()}
        demand(formats >= _PICTURES, f"Qt reads {sorted(formats)} only")
        return {
            "qt": qt_version,
            "plugin": QApplication.platformName(),
            "style": QApplication.style().objectName(),
            "pictures": sorted(formats),
        }

    def _icons(self) -> dict[str, Any]:
        """Each by Qt's own plugin, as style sheets have them, and by our tinting."""
        paths = sorted(resource_path("icons").glob("*.svg"))
        demand(paths, "there are no icons")
        tinted = IconSet(self._window.kit.theme)
        for path in paths:
            for icon in (QIcon(str(path)), tinted.icon(path.stem)):
                image = icon.pixmap(_ICON, _ICON).toImage()
                demand(not image.isNull() and _drawn(image), f"{path.name} draws nothing")
        return {"icons": len(paths)}

    def _themes(self, theme: Theme) -> dict[str, Any]:
        """Each of the whole window. Nobody looks at it any more, so the last one stays."""
        found = {}
        for mode in (ThemeMode.DARK, ThemeMode.LIGHT):
            theme.set_mode(mode)
            bright = self._window.palette().window().color().lightness()
            demand((bright > _HALF_BRIGHT) is (mode is ThemeMode.LIGHT), f"{mode}: {bright}")
            application = QApplication.instance()
            sheet = application.styleSheet() if isinstance(application, QApplication) else ""
            demand(sheet, f"{mode} has no style sheet")
            found[mode.value] = len(sheet)
        return found


def sample_figures(path: Path) -> dict[str, Any]:
    """What the sample file holds, by nothing of ours; amounts are texts in major units."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    gross = sum(Decimal(row["Listing Price"]) for row in rows)
    payout = sum(Decimal(row["Total Gross Amount (Total Payout)"]) for row in rows)
    return {"sales": len(rows), "gross": f"{gross:.2f}", "payout": f"{payout:.2f}"}


def figures(rows: list[ProfitRow]) -> dict[str, Any]:
    """The same of a report."""
    gross = sum(row.gross for row in rows)
    payout = sum(row.payout or 0 for row in rows)
    sales = sum(row.sales for row in rows)
    return {"sales": sales, "gross": f"{gross:.2f}", "payout": f"{payout:.2f}"}


async def until(done: Callable[[], object], failed: Callable[[], str], limit_s: int) -> None:
    """Waits for it, looking now and then. Raises SmokeError with the sentence of `failed`."""
    try:
        async with asyncio.timeout(limit_s):
            while not done():  # noqa: ASYNC110  (there is no event for most of it)
                await asyncio.sleep(_POLL_S)
    except TimeoutError:
        raise SmokeError(f"{failed()}, after {limit_s} seconds") from None


def _drawn(image: QImage) -> bool:
    return any(
        image.pixelColor(x, y).alpha() for x in range(image.width()) for y in range(image.height())
    )


def _colours(image: QImage) -> bool:
    """More than a background: several colours along the diagonal."""
    steps = range(min(image.width(), image.height()))
    return len({image.pixelColor(place, place).rgb() for place in steps}) > len(ThemeMode)
