"""Platforms, accounts and the journal of what happened."""

from __future__ import annotations

from enum import StrEnum


class EntityKind(StrEnum):
    """What an event or a change is about."""

    ITEM = "item"
    ORDER = "order"
    LISTING = "listing"
    IMPORT_BATCH = "import_batch"
    LOCATION = "location"
    ATTACHMENT = "attachment"
    PRODUCT = "product"
    SUPPLIER = "supplier"


class LogLevel(StrEnum):
    """Severity of a log record that users can read."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
