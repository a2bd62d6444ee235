"""The log: a few small files in the data folder. No personal data and no secret is logged."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler

from soleflip_desktop.settings.paths import DataFolder

NAME = "soleflip.log"
SIZE = 1_000_000
KEPT = 3


def log_to(folder: DataFolder) -> logging.Handler:
    """Adds the file to the root logger; the folder must exist. The caller may remove it again."""
    handler = RotatingFileHandler(
        folder.logs / NAME, maxBytes=SIZE, backupCount=KEPT, encoding="utf-8", delay=True
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.setLevel(logging.INFO)
    logging.getLogger("soleflip_desktop").setLevel(logging.INFO)
    logging.getLogger().addHandler(handler)
    return handler
