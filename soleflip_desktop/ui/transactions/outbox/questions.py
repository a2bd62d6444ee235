"""The question before entries of the outbox are given up."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from soleflip_desktop.domain.outbox import OutboxAction, OutboxRow, OutboxState
from soleflip_desktop.domain.words import in_number
from soleflip_desktop.ui.common.formatting import Formatter

_ENDING = frozenset({OutboxAction.DELETE, OutboxAction.DEACTIVATE})
_ROLE = QMessageBox.ButtonRole


def ask_to_drop(
    parent: QWidget, rows: Sequence[OutboxRow], formatter: Formatter, on_drop: Callable[[], object]
) -> QMessageBox:
    """Says what may be live at the marketplace afterwards."""
    entries = f"{formatter.count(len(rows))} {in_number('entry', len(rows))}"
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle("Drop entries")
    box.setIcon(QMessageBox.Icon.Warning)
    box.setText(f"Drop {entries}?")
    box.setInformativeText(drop_words(rows, formatter))
    drop = box.addButton(f"&Drop {entries}", _ROLE.DestructiveRole)
    keep = box.addButton("&Keep", _ROLE.RejectRole)
    box.setDefaultButton(keep)
    box.setEscapeButton(keep)
    drop.clicked.connect(lambda _checked=False: on_drop())
    box.open()
    return box


def drop_words(rows: Sequence[OutboxRow], formatter: Formatter) -> str:
    """What dropping leaves behind, the worst first."""
    unclear = sum(row.state is OutboxState.UNKNOWN for row in rows)
    ending = sum(row.action in _ENDING for row in rows)
    words = []
    if unclear:
        words.append(
            f"The answer to {formatter.count(unclear)} of them was lost: the offer may be live at "
            "the marketplace, and SoleFlip will not look it up any more. Check there."
        )
    if ending:
        words.append(
            f"{formatter.count(ending)} of them would end an offer: it stays live, and a unit that "
            "is gone can be sold again."
        )
    if unclear + ending < len(rows) or not words:
        words.append("What was not sent is never sent.")
    return "\n\n".join(words)
