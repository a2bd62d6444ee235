"""What this desktop remembers of updates, in window.ini."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from PySide6.QtCore import QSettings

from soleflip_desktop.domain.updates import Seen
from soleflip_desktop.domain.versions import is_version

ENABLED = "updates/enabled"
_SKIPPED, _LOOKED, _STARTED = "updates/skipped", "updates/looked", "updates/started"
_NEWEST, _RELEASED = "updates/newest", "updates/newest_released"
DAY = timedelta(days=1)


class UpdateMemory:
    """`by_default`: whether it looks once a day where nobody chose."""

    def __init__(self, settings: QSettings, *, by_default: bool) -> None:
        self._settings = settings
        self._by_default = by_default

    @property
    def enabled(self) -> bool:
        """Whether the app looks once a day."""
        return bool(self._settings.value(ENABLED, self._by_default, bool))

    @enabled.setter
    def enabled(self, on: bool) -> None:
        self._settings.setValue(ENABLED, on)

    @property
    def skipped(self) -> str:
        """The version that nobody wants to hear of; "" for none."""
        return self._text(_SKIPPED)

    @skipped.setter
    def skipped(self, version: str) -> None:
        self._settings.setValue(_SKIPPED, version)

    @property
    def newest(self) -> Seen | None:
        """The newest release that this desktop was told of."""
        version, released = self._text(_NEWEST), self._text(_RELEASED)
        try:
            return Seen(version, date.fromisoformat(released)) if is_version(version) else None
        except ValueError:
            return None

    @newest.setter
    def newest(self, seen: Seen) -> None:
        self._settings.setValue(_NEWEST, seen.version)
        self._settings.setValue(_RELEASED, seen.released.isoformat())

    def is_due(self, now: datetime) -> bool:
        """A day after the last look that was answered. A clock that was set back is no reason."""
        try:
            looked = datetime.fromisoformat(self._text(_LOOKED))
        except ValueError:
            return True
        if looked.tzinfo is None:
            looked = looked.replace(tzinfo=UTC)
        return not timedelta(0) <= now - looked < DAY

    def note_look(self, now: datetime) -> None:
        self._settings.setValue(_LOOKED, now.isoformat())

    def note_start(self, version: str) -> str | None:
        """Remembers the version that runs; returns the other one that ran before, if any."""
        before = self._text(_STARTED)
        if before != version:
            self._settings.setValue(_STARTED, version)
        return before if before != version and is_version(before) else None

    def _text(self, key: str) -> str:
        return str(self._settings.value(key, ""))
