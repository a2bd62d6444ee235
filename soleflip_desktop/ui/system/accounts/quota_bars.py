"""What is left of today's requests, as number and bar."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QGridLayout, QProgressBar, QWidget

from soleflip_desktop.domain.sync import QuotaLeft
from soleflip_desktop.ui.common.formatting import Formatter
from soleflip_desktop.ui.common.labels import clear_layout, label
from soleflip_desktop.ui.system.accounts.words import quota_words

_PARTS = 1000
_BAR_WIDTH = 120
#: Less than a twentieth is left.
_LOW = 20


class QuotaBars(QWidget):
    """One line a bucket; built anew only where the figures are others."""

    def __init__(self, formatter: Formatter, parent: QWidget) -> None:
        super().__init__(parent)
        self._formatter = formatter
        self._shown: tuple[QuotaLeft, ...] | None = None
        self.texts: list[str] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setColumnStretch(2, 1)

    def show_quotas(self, quotas: Sequence[QuotaLeft]) -> None:
        if tuple(quotas) == self._shown:
            return
        self._shown = tuple(quotas)
        clear_layout(self._grid)
        self.texts = [self._text(quota) for quota in quotas]
        for row, (quota, text) in enumerate(zip(quotas, self.texts, strict=True)):
            self._grid.addWidget(self._bar(quota), row, 0)
            role = "warning" if _is_low(quota) else "muted"
            self._grid.addWidget(label(text, role), row, 1)
        self.setVisible(bool(quotas))

    def _text(self, quota: QuotaLeft) -> str:
        words = quota_words(quota, self._formatter)
        if _is_low(quota):
            words = f"⚠ {words}"
        if quota.resets_at is None:
            return words
        return f"{words} · full again {self._formatter.moment(quota.resets_at)}"

    def _bar(self, quota: QuotaLeft) -> QProgressBar:
        bar = QProgressBar(self)
        bar.setTextVisible(False)
        bar.setFixedWidth(_BAR_WIDTH)
        bar.setAccessibleName(quota_words(quota, self._formatter))
        bar.setRange(0, _PARTS)
        left = max(0, quota.limit - quota.used)
        bar.setValue(_PARTS * left // quota.limit if quota.limit else 0)
        policy = bar.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        bar.setSizePolicy(policy)
        bar.setVisible(bool(quota.limit))
        return bar


def _is_low(quota: QuotaLeft) -> bool:
    return quota.limit > 0 and _LOW * (quota.limit - quota.used) < quota.limit
