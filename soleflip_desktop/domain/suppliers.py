"""Shops and people units are bought from."""

from __future__ import annotations

from enum import StrEnum


class SupplierStatus(StrEnum):
    """Whether we still buy there."""

    ACTIVE = "active"
    PAUSED = "paused"
    CLOSED = "closed"


class PurchaseStatus(StrEnum):
    """What became of one order at a supplier."""

    PLACED = "placed"
    CONFIRMED = "confirmed"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    RETURNED = "returned"
