"""The rule for the asks: one for all, or what the market says of each size."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSettings, Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QLineEdit, QRadioButton, QWidget

from soleflip_desktop.domain.edit_text import EditStyle
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.ui.common.line_dialog import read_ask
from soleflip_desktop.ui.inventory.offers import PriceRule, PriceWish

_RULE_KEY = "offers/rule"
_TITLES = {
    PriceRule.SAME: "&One ask for all",
    PriceRule.LOWEST: "The &lowest ask of each size",
    PriceRule.UNDERCUT: "The lowest ask le&ss",
    PriceRule.EARN_MORE: "What the marketplace says earns &more",
}
_AMOUNTS = {PriceRule.SAME: "Ask for all", PriceRule.UNDERCUT: "Less than the lowest ask"}


class PriceChoice(QWidget):
    """Radio buttons, two of them with an amount.

    Signals:
        changed: another wish; `problem` says what cannot be read of it.
    """

    changed = Signal()

    def __init__(self, settings: QSettings, style: EditStyle, parent: QWidget) -> None:
        super().__init__(parent)
        self._settings, self._style = settings, style
        self.problem = ""
        self.buttons: dict[PriceRule, QRadioButton] = {}
        self.amounts: dict[PriceRule, QLineEdit] = {}
        self._group = QButtonGroup(self)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setColumnStretch(2, 1)
        for at, rule in enumerate(PriceRule):
            self._add(layout, at, rule)
        kept = str(settings.value(_RULE_KEY, PriceRule.LOWEST.value))
        known = PriceRule(kept) if kept in set(PriceRule) else PriceRule.LOWEST
        self.buttons[known].setChecked(True)
        self._group.buttonToggled.connect(lambda _button, on: self._on_changed() if on else None)

    @property
    def rule(self) -> PriceRule:
        return next(rule for rule, button in self.buttons.items() if button.isChecked())

    def wish(self) -> PriceWish:
        """What is chosen now; an amount that cannot be read is `problem` and no amount."""
        self.problem, rule = "", self.rule
        text = self.amounts[rule].text().strip() if rule in self.amounts else ""
        if not text:
            return PriceWish(rule)
        try:
            return PriceWish(rule, read_ask(text, self._style))
        except UserError as error:
            self.problem = str(error)
            return PriceWish(rule)

    def remember(self) -> None:
        self._settings.setValue(_RULE_KEY, self.rule.value)

    def _add(self, layout: QGridLayout, at: int, rule: PriceRule) -> None:
        button = self.buttons[rule] = QRadioButton(_TITLES[rule], self)
        self._group.addButton(button)
        layout.addWidget(button, at, 0)
        if rule in _AMOUNTS:
            line = self.amounts[rule] = QLineEdit(self)
            line.setAccessibleName(_AMOUNTS[rule])
            line.setMaximumWidth(120)
            line.textEdited.connect(partial(self._on_typed, rule))
            layout.addWidget(line, at, 1)

    def _on_typed(self, rule: PriceRule, _text: str) -> None:
        """Who types an amount wants it."""
        if self.buttons[rule].isChecked():
            self._on_changed()
        else:
            self.buttons[rule].setChecked(True)

    def _on_changed(self) -> None:
        self.changed.emit()
