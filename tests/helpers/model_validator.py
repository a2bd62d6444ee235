"""Runs Qt's own checker of item models while a test uses the model."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel
from PySide6.QtTest import QAbstractItemModelTester

MAX_ROWS = 1000


def validate(model: QAbstractItemModel) -> QAbstractItemModelTester:
    """Keep the answer for as long as the checks are to go on; it walks every row at each change."""
    assert model.rowCount() <= MAX_ROWS, "the checker is quadratic"
    return QAbstractItemModelTester(
        model, QAbstractItemModelTester.FailureReportingMode.Fatal, model
    )
