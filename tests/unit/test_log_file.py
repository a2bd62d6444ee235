from __future__ import annotations

import logging
from pathlib import Path

from soleflip_desktop.settings.log_file import NAME, log_to
from soleflip_desktop.settings.paths import DataFolder


def test_what_the_app_says_stays_in_the_data_folder(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.create()
    handler = log_to(folder)
    try:
        logging.getLogger("soleflip_desktop.test").info("a job ended")
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()
    assert "INFO soleflip_desktop.test: a job ended" in (folder.logs / NAME).read_text()
