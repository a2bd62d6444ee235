"""Runs in the bundle before the app: what we start gets the user's environment, not the bundle's.

PyInstaller's bootloader leads the dynamic linker to the bundle's libraries and passes notes to its
own children. This process has read them by now. A browser, a PDF viewer or an installer that we
open would take our libraries for the system's; a child process of ours starts as anew.
"""

from __future__ import annotations

import os

_SEARCH_PATH = "LD_LIBRARY_PATH"

if os.environ.pop(_SEARCH_PATH, None) is not None:
    original = os.environ.pop(f"{_SEARCH_PATH}_ORIG", "")
    if original:
        os.environ[_SEARCH_PATH] = original
os.environ["PYINSTALLER_RESET_ENVIRONMENT"] = "1"  # read and removed by the bootloader of a child
