"""How fast a fake may be asked; counts whoever comes too fast."""

from __future__ import annotations

import threading


class Pace:
    """Counts, for each key, the arrivals that came faster than one in `spacing_s`.

    `slack_s` forgives single arrivals the jitter of their way, but never a higher rate in the long
    run: each early arrival moves the next one's due time on.
    """

    def __init__(self, spacing_s: float, slack_s: float | None = None) -> None:
        self.spacing_s = spacing_s
        self.slack_s = spacing_s / 4 if slack_s is None else slack_s
        self.violations = 0
        self._due: dict[str, float] = {}
        self._lock = threading.Lock()

    def too_fast(self, key: str, at: float) -> bool:
        with self._lock:
            due = self._due.get(key, at)
            early = at < due - self.slack_s
            self.violations += early
            if not early:
                self._due[key] = max(due, at) + self.spacing_s
            return early
