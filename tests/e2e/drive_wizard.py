"""Leads a German list with a bad date through every step of the wizard, undoes and redoes it.

    python tests/e2e/drive_wizard.py DATA FILE SHOTS

FILE is written anew: semicolons, decimal commas, Windows-1252, days and months that may be either.
Prints one JSON object of what a user would have seen.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from PySide6.QtWidgets import QComboBox

from e2e.drive_window import Visit, main, until
from soleflip_desktop.domain.import_plan import DateOrder
from soleflip_desktop.domain.integration import BatchStatus
from soleflip_desktop.ui.integration.wizard.draft import Step

HEADER = "Artikel;Marke;Artikelnummer;Größe;Lieferant;Bestellnr.;Kaufdatum;Einkaufspreis;Lagerort"
ROWS = 60


def write_list(path: Path) -> None:
    """Row 42 has no date that anybody can read."""
    lines = [HEADER]
    for n in range(1, ROWS + 1):
        day = "irgendwann" if n == 42 else f"0{n % 9 + 1}/0{n % 7 + 1}/25"
        shoe = f"Dunk Low Größe {n % 5};Nike;DD{n % 5}391-100;{38 + n % 8}"
        price = f"{n % 3 + 1}.{n + 100},{n % 90 + 10}"
        lines.append(f"{shoe};Schuhhaus Müller;B-{n};{day};{price};Regal {n % 4}")
    path.write_bytes("\r\n".join(lines).encode("cp1252"))


class WizardVisit(Visit):
    """A user who answers what the wizard asks."""

    async def go(self, file: str) -> None:
        await until(lambda: self.window.pages, "the database")
        write_list(Path(file))
        self.window.import_files([file])
        await self.at(Step.FILE)
        self.seen["file"] = self.texts(self.imports.wizard.file)
        self.choose(self.imports.wizard.file.profile, "purchases")
        await asyncio.sleep(0.5)
        await self.on(Step.COLUMNS)
        await self.on(Step.FORMATS)
        wizard = self.imports.wizard
        self.seen["question"] = wizard.formats.question.text()
        self.seen["blocked"] = not wizard.buttons.primary.isEnabled()
        self.choose_dates()
        self.choose(wizard.formats.currency, "EUR")
        await self.on(Step.CHECK)
        self.seen["check"] = self.texts(wizard.check)
        self.shoot("wizard-check-errors")
        await self.on(Step.REVIEW)
        self.seen["review"] = self.texts(wizard.review)
        wizard.buttons.primary.click()
        await self.finished("imported")
        await self.take_back()
        self.window.close()

    async def at(self, step: Step) -> None:
        wizard = self.imports.wizard
        await until(
            lambda: wizard.step is step and wizard.draft and not wizard.background.busy,
            f"the step {step}",
        )
        await asyncio.sleep(0.4)
        self.shoot(f"wizard-{step}")

    async def on(self, step: Step) -> None:
        """Presses Next until the step is there."""
        wizard = self.imports.wizard
        for _ in range(4):
            await until(lambda: not wizard.background.busy, "the wizard to be ready")
            if wizard.step is step:
                break
            assert wizard.buttons.primary.isEnabled(), (wizard.step, step)
            wizard.buttons.primary.click()
            await asyncio.sleep(0.4)
        await self.at(step)

    @staticmethod
    def choose(box: QComboBox, value: str) -> None:
        """As a click on an entry does."""
        box.setCurrentIndex(box.findData(value))
        box.activated.emit(box.currentIndex())

    def choose_dates(self) -> None:
        model = self.imports.wizard.formats.model
        for row in range(model.rowCount()):
            if model.row(row).dates:
                model.chosen.emit(row, DateOrder.DMY)

    async def finished(self, name: str) -> None:
        queue = self.window.queue
        assert queue is not None
        await asyncio.sleep(0.3)
        await until(lambda: not queue.running, "the import")
        await asyncio.sleep(0.5)
        self.shoot(f"wizard-{name}")
        self.seen[name] = self.texts(self.imports.result)

    async def take_back(self) -> None:
        result = self.imports.result
        result.undo.click()
        await until(self.imports.result.undo_panel.isVisible, "what an undo would do")
        await asyncio.sleep(0.6)
        self.shoot("wizard-undo")
        self.seen["undo"] = self.texts(self.imports.result.undo_panel)
        self.imports.result.undo_panel.confirm.click()
        await asyncio.sleep(1.0)
        self.shoot("wizard-undone")
        batches = [
            self.imports.batches.row(n).status for n in range(self.imports.batches.rowCount())
        ]
        self.seen["undone"] = BatchStatus.UNDONE in batches


if __name__ == "__main__":
    main(WizardVisit)
