"""A server of ours that was killed, and comes back where nobody looks for it."""

from __future__ import annotations

import logging
import socket
import time
from pathlib import Path
from typing import cast

import pytest

from soleflip_desktop.bootstrap import Backend, Options
from soleflip_desktop.db.embedded import EmbeddedServer
from soleflip_desktop.db.engine import Database
from soleflip_desktop.domain.changes import ChangeBus
from soleflip_desktop.settings.secrets import SecretStore

LONGEST_S = 20


class BackElsewhere:
    """Another program has its port by now."""

    owned = True

    def acquire(self, *, exclusive: bool) -> str:
        assert exclusive, "the window keeps its folder"
        return address(2)


def address(port: int) -> str:
    return f"postgresql+psycopg://soleflip@/soleflip?host=127.0.0.1&port={port}"


def test_a_server_at_another_port_is_not_taken_for_ours(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as silent, caplog.at_level(logging.WARNING):
        silent.bind(("127.0.0.1", 0))  # and nobody listens
        backend = Backend(
            Options.of(tmp_path, None),
            address(silent.getsockname()[1]),
            ChangeBus(),
            cast("Database", None),
            cast("SecretStore", None),
            upgraded=False,
            server=cast("EmbeddedServer", BackElsewhere()),
        )
        backend.listen()
        give_up = time.monotonic() + LONGEST_S
        while "Start SoleFlip Desktop again" not in caplog.text and time.monotonic() < give_up:
            time.sleep(0.01)
        backend.close()
    assert "another program took its port" in caplog.text
    assert "Start SoleFlip Desktop again" in caplog.text
