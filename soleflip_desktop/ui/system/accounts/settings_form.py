"""What is chosen for an account: currency, schedule, kinds, and where it sells."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from soleflip_desktop.domain.marketplace import Marketplace
from soleflip_desktop.domain.sync import Account, AccountSettings, SyncKind
from soleflip_desktop.ui.common.sync_words import KIND_WORDS
from soleflip_desktop.ui.system.accounts.choices import (
    POLICIES,
    REGIONS,
    SITES,
    Choices,
    currency_choices,
    language_choices,
    site_choices,
)

_LEAST_MINUTES, _MOST_MINUTES, _USUAL_MINUTES = 5, 24 * 60, 15


class SettingsForm(QWidget):
    """The editors of AccountSettings; `read` gives back what they show."""

    def __init__(self, account: Account, locale: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._settings = account.settings
        self.form = QFormLayout(self)
        self.form.setContentsMargins(0, 0, 0, 0)
        self.form.setVerticalSpacing(10)
        chosen = account.settings
        codes = currency_choices(account.marketplace, chosen.currency, locale)
        self.currency = self._add_box("&Payout currency", codes, chosen.currency)
        self._add_schedule()
        self._add_kinds()
        self.site: QComboBox | None = None
        self.language: QComboBox | None = None
        self.region: QComboBox | None = None
        self.policies: dict[str, QLineEdit] = {}
        if account.marketplace is Marketplace.EBAY:
            self._add_ebay(locale)
        if account.marketplace is Marketplace.ALIAS:
            self.region = self._add_box("Pr&ices of the region", REGIONS, chosen.region)

    def read(self) -> AccountSettings:
        every = self.minutes.value() if self.scheduled.isChecked() else 0
        kinds = tuple(kind for kind, box in self.kinds.items() if box.isChecked())
        made = replace(
            self._settings, currency=self.currency.currentData(), every_minutes=every, kinds=kinds
        )
        if self.region is not None:
            made = replace(made, region=self.region.currentData())
        if self.site is not None and self.language is not None:
            texts = {name: line.text().strip() for name, line in self.policies.items()}
            kept = {name: text for name, text in texts.items() if text}
            # Entries that this form does not show stay as they are.
            others = {
                name: value for name, value in made.policies.items() if name not in self.policies
            }
            made = replace(
                made,
                site=self.site.currentData(),
                language=self.language.currentData(),
                policies={**others, **kept},
            )
        return made

    def _add_schedule(self) -> None:
        every = self._settings.every_minutes
        self.scheduled = QCheckBox("S&ync by itself every", self)
        self.scheduled.setChecked(every > 0)
        self.minutes = QSpinBox(self)
        self.minutes.setRange(_LEAST_MINUTES, _MOST_MINUTES)
        self.minutes.setValue(every or _USUAL_MINUTES)
        self.minutes.setSuffix(" min")
        self.minutes.setAccessibleName("Minutes between two syncs")
        self.minutes.setEnabled(every > 0)
        self.scheduled.toggled.connect(self.minutes.setEnabled)
        self.scheduled.setToolTip("Without it, this account is synced only when you ask for it")
        row = QHBoxLayout()
        row.addWidget(self.scheduled)
        row.addWidget(self.minutes)
        row.addStretch(1)
        self.form.addRow("Schedule", row)

    def _add_kinds(self) -> None:
        self.kinds: dict[SyncKind, QCheckBox] = {}
        column = QVBoxLayout()
        column.setSpacing(4)
        words = {**KIND_WORDS, SyncKind.OUTBOX: "Outbox (send new listings and prices)"}
        for kind in SyncKind:
            box = QCheckBox(words[kind], self)
            box.setChecked(kind in self._settings.kinds)
            self.kinds[kind] = box
            column.addWidget(box)
        self.form.addRow("Sync", column)

    def _add_ebay(self, locale: str) -> None:
        chosen = self._settings
        self.site = self._add_box("eBay s&ite", site_choices(locale), chosen.site)
        self.language = self._add_box("&Language", language_choices(locale), chosen.language)
        self.site.activated.connect(self._on_site_chosen)
        for name, title, hint in POLICIES:
            line = QLineEdit(chosen.policies.get(name, ""), self)
            line.setPlaceholderText(hint)
            self.policies[name] = line
            self.form.addRow(title, line)

    def _on_site_chosen(self, row: int) -> None:
        """Language and currency that are usual there; both can still be changed."""
        site = SITES[row]
        if self.language is not None:
            self.language.setCurrentIndex(self.language.findData(site.language))
        self.currency.setCurrentIndex(max(0, self.currency.findData(site.currency)))

    def _add_box(self, title: str, choices: Choices, chosen: str) -> QComboBox:
        box = QComboBox(self)
        for value, words in choices:
            box.addItem(words, value)
        if box.findData(chosen) < 0:
            box.addItem(chosen, chosen)
        box.setCurrentIndex(box.findData(chosen))
        self.form.addRow(title, box)
        return box
