"""What the navigation shows before there are pages."""

from __future__ import annotations

#: Titles and icons in the order of `Pages.all`.
TITLES = (
    ("Inventory", "inventory"),
    ("Orders", "orders"),
    ("Imports", "imports"),
    ("Counts", "counts"),
    ("Outbox", "outbox"),
    ("To review", "review"),
    ("Accounts", "accounts"),
)
