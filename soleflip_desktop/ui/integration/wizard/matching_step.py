"""Step 5: which record a row is about, and what may happen to it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QButtonGroup, QFrame, QRadioButton, QVBoxLayout

from soleflip_desktop.domain.import_plan import Identity, ImportMode, ImportPlan
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.labels import clear_layout, label
from soleflip_desktop.ui.integration.wizard.draft import ImportDraft, identities
from soleflip_desktop.ui.integration.wizard.step_pane import StepPane
from soleflip_desktop.ui.integration.wizard.words import (
    IDENTITY_WORDS,
    MODE_NOTES,
    MODE_WORDS,
    TARGET_WORDS,
)


class MatchingStep(StepPane):
    """Two lists of radio buttons; an identity whose columns are missing says what it lacks."""

    def __init__(self, kit: UiKit) -> None:
        super().__init__(kit, "How are known records found?", "")
        self.identities = QButtonGroup(self)
        self.modes = QButtonGroup(self)
        identities_card, self._identities = _card(self)
        modes_card, self._modes = _card(self)
        self.modes_title = label("", "section")
        self.body.addWidget(identities_card)
        self.body.addSpacing(8)
        self.body.addWidget(self.modes_title)
        self.body.addWidget(modes_card)
        self.body.addWidget(label(MODE_NOTES, "muted", wrap=True))
        self.body.addStretch(1)
        for mode in ImportMode:
            button = QRadioButton(MODE_WORDS[mode], self)
            button.setProperty("value", mode.value)
            self.modes.addButton(button)
            self._modes.addWidget(button)
        self.modes.buttonClicked.connect(self._on_mode)
        self.identities.buttonClicked.connect(self._on_identity)

    def fill(self, draft: ImportDraft) -> None:
        plan = draft.plan
        if plan is None:
            return
        self.modes_title.setText(f"What may happen to your {TARGET_WORDS[plan.target]}?")
        offered = identities(plan)
        values = [button.property("value") for button in self.identities.buttons()]
        if values != [identity.value for identity, _lacks in offered]:
            self._make(plan)
        for (identity, lacks), button in zip(offered, self.identities.buttons(), strict=True):
            words = IDENTITY_WORDS[identity]
            button.setText(f"{words} — needs a column for {lacks}" if lacks else words)
            button.setEnabled(not lacks)
            button.setChecked(identity is plan.identity)
        for button in self.modes.buttons():
            button.setChecked(button.property("value") == plan.mode.value)

    def _make(self, plan: ImportPlan) -> None:
        for button in self.identities.buttons():
            self.identities.removeButton(button)
        clear_layout(self._identities)
        for identity, _lacks in identities(plan):
            button = QRadioButton(self)
            button.setProperty("value", identity.value)
            self.identities.addButton(button)
            self._identities.addWidget(button)

    def _on_identity(self, button: QRadioButton) -> None:
        if self.draft is not None and self.draft.plan is not None:
            identity = Identity(button.property("value"))
            choices = replace(self.draft.choices, identity=identity)
            plan = replace(self.draft.plan, identity=identity)
            self.decide(replace(self.draft, plan=plan, choices=choices))

    def _on_mode(self, button: QRadioButton) -> None:
        if self.draft is not None and self.draft.plan is not None:
            mode = ImportMode(button.property("value"))
            choices = replace(self.draft.choices, mode=mode)
            plan = replace(self.draft.plan, mode=mode)
            self.decide(replace(self.draft, plan=plan, choices=choices))


def _card(parent: MatchingStep) -> tuple[QFrame, QVBoxLayout]:
    card = QFrame(parent)
    card.setProperty("role", "card")
    layout = QVBoxLayout(card)
    layout.setContentsMargins(16, 12, 16, 12)
    layout.setSpacing(8)
    return card, layout
