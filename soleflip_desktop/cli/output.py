"""Exit codes and machine-readable output."""

from __future__ import annotations

import argparse
import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

#: Exit codes: everything went in or was there already; nothing could be done; rows were rejected.
DONE, FAILED, REJECTED = 0, 1, 2


def with_json(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
    command.add_argument("--json", action="store_true", help="machine-readable output")
    return command


def print_json(value: Any) -> None:
    """Amounts are strings, never floating point; instants are ISO 8601."""
    print(json.dumps(value, default=_plain, ensure_ascii=False, indent=2))


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(type(value))
