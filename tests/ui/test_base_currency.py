"""The base currency is suggested where a currency is asked, and never taken unasked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from helpers.fake_desk import FakeDesk, purchase_file, purchase_plan
from helpers.fake_services import FakeItems, item_row
from helpers.fake_sync import FakeAccounts
from helpers.fake_workbench import FakeDoors
from soleflip_desktop.domain.import_sketch import Question, QuestionKind
from soleflip_desktop.domain.marketplace import Marketplace
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.locale_style import edit_style
from soleflip_desktop.ui.integration.wizard.draft import ImportDraft, Step, open_questions
from soleflip_desktop.ui.integration.wizard.formats_step import FormatsStep
from soleflip_desktop.ui.integration.wizard.preparing import opened
from soleflip_desktop.ui.inventory.unit_form import AddForm
from soleflip_desktop.ui.system.accounts.connect_dialog import ConnectDialog


@pytest.fixture
def owner(qtbot: QtBot) -> QWidget:
    owner = QWidget()
    qtbot.addWidget(owner)
    owner.show()
    return owner


@pytest.mark.parametrize(("base", "shown"), [(None, ""), ("CHF", "CHF"), ("THB", "THB")])
def test_new_units_cost_it(
    *, qtbot: QtBot, kit: UiKit, owner: QWidget, base: str | None, shown: str
) -> None:
    kit.base_currency.code = base
    doors = FakeDoors.over(FakeItems([item_row(1)]).by_id, Path("no-folder"))
    form = AddForm(doors.workbench, edit_style("en_GB"), kit, done=lambda _: None, parent=owner)
    form.open()
    qtbot.waitUntil(lambda: kit.tasks.active == 0)
    currency = form.fields.editors["cost_currency"]
    assert currency.text == shown
    offered = [currency.control.itemText(row) for row in range(2)]  # type: ignore[union-attr]
    assert offered == ([base, "EUR"] if base else ["EUR", "USD"])
    form._restart({"cost_currency": "USD", "supplier": None})
    assert currency.text == "USD"  # what the last delivery cost is known better


@pytest.mark.parametrize(
    ("marketplace", "shown"),
    [(Marketplace.STOCKX, "CHF"), (Marketplace.EBAY, "CHF"), (Marketplace.ALIAS, "USD")],
)
def test_accounts_pay_in_it_where_they_can(
    *, qtbot: QtBot, kit: UiKit, owner: QWidget, marketplace: Marketplace, shown: str
) -> None:
    kit.base_currency.code = "CHF"
    dialog = ConnectDialog(FakeAccounts(), kit, owner, marketplace=marketplace)
    dialog.open()
    assert dialog.currency.currentData() == shown
    dialog.close()


def test_an_import_offers_it_first_and_asks_all_the_same(qtbot: QtBot, kit: UiKit) -> None:
    file, desk = purchase_file(), FakeDesk()
    file.plan = replace(purchase_plan(), currency=None)
    file.questions = (Question(QuestionKind.CURRENCY, "cost_gross", "Which currency?"),)
    desk.files["einkauf.csv"] = file
    kit.base_currency.code = "PLN"
    step = FormatsStep(kit)
    qtbot.addWidget(step)
    drafts: list[ImportDraft] = []

    async def look() -> None:
        drafts.append(await opened(desk, "/in/einkauf.csv"))

    kit.tasks.start(look())
    qtbot.waitUntil(lambda: bool(drafts))
    step.show_draft(drafts[0])
    assert [step.currency.itemText(row) for row in range(3)] == ["PLN", "EUR", "USD"]
    assert step.currency.currentText() == ""
    assert open_questions(drafts[0], Step.FORMATS)
