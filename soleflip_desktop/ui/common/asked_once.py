"""Whether the questions of a first start were asked in this data folder."""

from __future__ import annotations

from PySide6.QtCore import QSettings

_ANSWERED = "first_run/answered"


def was_answered(settings: QSettings) -> bool:
    """Also where there was nothing to ask."""
    return bool(settings.value(_ANSWERED, defaultValue=False, type=bool))


def mark_answered(settings: QSettings) -> None:
    settings.setValue(_ANSWERED, True)
