"""What a database knows of its owner's habits, and how a first start begins."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class StartStage(StrEnum):
    """What is being done until the database can be used; in this order, some are left out."""

    MAKING = "making"
    STARTING = "starting"
    TABLES = "tables"


class Begin(StrEnum):
    """With what somebody begins."""

    IMPORT = "import"
    SAMPLE = "sample"
    ACCOUNT = "account"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class BooksState:
    """Whether anybody has worked with this database. `base_currency` is None until it is chosen."""

    base_currency: str | None
    has_data: bool
