"""Windows: 127.0.0.1 on a free port, a password from the credential store, pg_ctl, ASCII paths."""

from __future__ import annotations

import ctypes
import getpass
import hashlib
import os
import secrets as random_secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from soleflip_desktop.db.embedded.ascii_paths import (
    ascii_form,
    refuse_network,
    substitute_folder,
)
from soleflip_desktop.db.embedded.binaries import MAJOR_VERSION, find_install, tool
from soleflip_desktop.db.embedded.cluster import Address, Cluster, StillLockedError, run_tool
from soleflip_desktop.db.embedded.config import server_options
from soleflip_desktop.db.embedded.failures import tool_failure
from soleflip_desktop.db.embedded.process import PID_FILE_NAME, PidFile
from soleflip_desktop.domain.errors import DatabaseUnavailableError, SecretStoreUnavailableError
from soleflip_desktop.settings.paths import DataFolder
from soleflip_desktop.settings.secrets import KeyringStore, SecretStore

assert sys.platform == "win32"
