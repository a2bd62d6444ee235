"""Pasted rows before they become units: what each would be, and which ones cannot."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QPushButton, QWidget

from soleflip_desktop.domain.steps import StepReport
from soleflip_desktop.domain.unit_fields import UNIT_FIELDS_BY_NAME
from soleflip_desktop.ui.common.columns import Column, Tone, text_column
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.doors import Workbench
from soleflip_desktop.ui.common.form_dialog import FormDialog
from soleflip_desktop.ui.common.list_table_model import ListTableModel
from soleflip_desktop.ui.common.table_view import TableView
from soleflip_desktop.ui.inventory.pasted_units import PastedUnit, grouped


class PasteForm(FormDialog):
    """Nothing is added before the button; rows with an error are left out."""

    def __init__(
        self,
        units: Sequence[PastedUnit],
        doors: Workbench,
        kit: UiKit,
        *,
        done: Callable[[StepReport], None],
        parent: QWidget,
    ) -> None:
        super().__init__(kit, "Paste as new units", parent)
        self._drafts, self._doors, self._done = grouped(units), doors, done
        self.rows: ListTableModel[PastedUnit] = ListTableModel(_columns(), self)
        self.rows.set_rows(units)
        table = TableView(self.rows, kit.theme, self)
        table.setAccessibleName("Units to add")
        table.horizontalHeader().setStretchLastSection(True)
        self.body.addWidget(table, 1)
        good = sum(unit.draft is not None for unit in units)
        bad = len(units) - good
        count = kit.formatter.count
        wrong = f", {count(bad)} that cannot be added" if bad else ""
        self.headline.setText(f"{count(good)} new unit{'' if good == 1 else 's'}{wrong}")
        self.add = QPushButton(f"&Add {count(good)} unit{'' if good == 1 else 's'}", self)
        self.add.clicked.connect(lambda: self.write(self._add()))
        self.add_closing_button("&Cancel")
        self.add_button(self.add, primary=True)
        self.add.setEnabled(good > 0)
        self.resize(860, 460)

    async def _add(self) -> None:
        """What was added is not added again after an error halfway."""
        while self._drafts:
            self._done(await self._doors.units.add(self._drafts[0]))
            self._drafts.pop(0)
        self.accept()


def _columns() -> tuple[Column[PastedUnit], ...]:
    def error(unit: PastedUnit) -> str:
        return unit.error

    return (
        text_column("product", "Product", lambda unit: unit.product, width=260, sortable=False),
        text_column("size", "Size", lambda unit: unit.size, width=80, sortable=False),
        text_column("fields", "Fields", _fields, width=220, sortable=False),
        Column(
            "error",
            "Why it cannot be added",
            error,
            error,
            width=220,
            tooltip=error,
            tone=lambda unit: Tone.BAD if unit.error else Tone.PLAIN,
        ),
    )


def _fields(unit: PastedUnit) -> str:
    values = () if unit.draft is None else unit.draft.values
    return ", ".join(UNIT_FIELDS_BY_NAME[name].title for name, _value in values)
