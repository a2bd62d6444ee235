"""The server's configuration, given anew at every start so that a new release can change it."""

from __future__ import annotations

import os
import sys

ROLE = "soleflip"
DATABASE = "soleflip"

_COMMON = {
    "shared_buffers": "128MB",
    "work_mem": "64MB",
    "maintenance_work_mem": "256MB",
    "max_connections": "40",
    "jit": "off",
    "random_page_cost": "1.1",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "log_checkpoints": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
}

# Parallel queries share memory there; containers often give it 64 MB, and big hash joins fail.
_SHARED_MEMORY = "/dev/shm"  # noqa: S108 - not a temporary file of ours
_ENOUGH_SHARED_MEMORY = 1 << 30


def server_options(extra: dict[str, str]) -> list[str]:
    """Command-line arguments for `postgres`."""
    settings = _COMMON | extra
    if sys.platform == "linux" and not _shared_memory_is_ample():
        settings["dynamic_shared_memory_type"] = "mmap"
    return [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]


def _shared_memory_is_ample() -> bool:
    if sys.platform == "win32":
        return True
    try:
        status = os.statvfs(_SHARED_MEMORY)
    except OSError:
        return False
    return status.f_frsize * status.f_bavail >= _ENOUGH_SHARED_MEMORY
