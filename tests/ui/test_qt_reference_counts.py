"""PySide6 6.12.0 takes a reference too many from None and bools on Python 3.11: a slow crash."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import QObject, QTimer, Signal

CALLS = 20_000
TOLERANCE = 200


class Sender(QObject):
    sent = Signal(bool)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None and bools are immortal from 3.12 on")
@pytest.mark.usefixtures("qapp")
def test_calls_keep_reference_counts() -> None:
    parent, timer, sender = QObject(), QTimer(), Sender()
    sender.sent.connect(lambda _flag: None)
    values = (None, True, False)
    before = [sys.getrefcount(value) for value in values]
    for _ in range(CALLS):
        parent.setObjectName("x")
        timer.setSingleShot(True)
        timer.isActive()
        parent.isWidgetType()
        timer.isSingleShot()
        sender.sent.emit(True)
    after = [sys.getrefcount(value) for value in values]
    drift = [now - then for then, now in zip(before, after, strict=True)]
    assert all(abs(lost) < TOLERANCE for lost in drift), f"None, True, False drifted by {drift}"
