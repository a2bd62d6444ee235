"""`--smoke OUT.json --data DIR [--shot PNG]`: does everything once and says how it went.

One hidden switch for a checkout, a frozen bundle and an installed program: it starts the real parts
of the app and records each step's seconds, figures and error. `packaging/smoke.py` runs it and
reads what it wrote.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from soleflip_desktop.smoke.steps import Step, Steps, demand

#: Whoever spawned us writes the moment here, in nanoseconds since 1970.
SPAWNED_VARIABLE = "SOLEFLIP_SMOKE_SPAWNED"


def main(argv: Sequence[str]) -> int:
    """Writes the file in any case; 1 where any step failed or was not reached."""
    began = time.monotonic_ns()
    spawned = os.environ.get(SPAWNED_VARIABLE, "")
    if spawned.isdecimal():
        began -= max(0, time.time_ns() - int(spawned))
    arguments = _parse(argv)
    data: Path = arguments.data.absolute()
    steps = Steps(arguments.smoke.absolute(), began, {str(data): "<data>", str(Path.home()): "~"})
    try:
        if data.exists() and any(data.iterdir()):
            with steps.step(Step.SYSTEM):
                demand(False, "--data has to be a new or an empty folder: no books are touched")
            return 1
        with steps.guarded():
            from soleflip_desktop.smoke.window import run  # noqa: PLC0415  (imports may fail, too)

            run(data, arguments.shot, steps)
    finally:
        steps.finish()
    return 0 if steps.good else 1


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=Path(sys.argv[0]).name, allow_abbrev=False)
    parser.add_argument("--smoke", type=Path, required=True, metavar="OUT.json")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--shot", type=Path, metavar="PNG")
    return parser.parse_args(argv)
