"""When a start reached its steps, for whoever measures it from outside (tests/benchmarks).

With SOLEFLIP_START_LOG=FILE each step appends a line {"mark": NAME, "time": seconds since 1970} to
the file. It is read once; without it a mark costs nothing.
"""

from __future__ import annotations

import os
import time

VARIABLE = "SOLEFLIP_START_LOG"

_file = os.environ.get(VARIABLE)


def mark(name: str) -> None:
    """Notes that the step of that name is reached now."""
    if _file:
        with open(_file, "a", encoding="utf-8") as file:  # noqa: PTH123  (before pathlib)
            file.write(f'{{"mark": "{name}", "time": {time.time():.6f}}}\n')
