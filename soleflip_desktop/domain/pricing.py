"""Offers to buy at and the history of what we asked."""

from __future__ import annotations

from enum import StrEnum


class Availability(StrEnum):
    """What a source says about its stock."""

    IN_STOCK = "in_stock"
    OUT_OF_STOCK = "out_of_stock"
    PREORDER = "preorder"
    UNKNOWN = "unknown"
