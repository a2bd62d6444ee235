"""Where this build looks for updates, and whose signature it trusts (resources/update.json).

Both are empty in the source tree: a checkout is updated by its version control. The release build
writes them.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class UpdateChannel:
    """`feed` is an address, `public_key` an Ed25519 key in base64."""

    feed: str
    public_key: str


def read_channel(path: Path) -> UpdateChannel | None:
    """None: this build looks for no updates. A file that cannot be read counts as that."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        feed, key = stored["feed"], stored["public_key"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("no updates: %s cannot be read (%s)", path.name, type(error).__name__)
        return None
    if not isinstance(feed, str) or not isinstance(key, str):
        return None
    return UpdateChannel(feed, key)


def looks_by_default(platform: str) -> bool:
    """On Linux the package manager or the user sees to updates; `platform` is sys.platform."""
    return platform in {"win32", "darwin"}
