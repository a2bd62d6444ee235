"""Cursors and account settings as JSON, for the database and for exports."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from soleflip_desktop.domain.sync import AccountSettings, Cursor, SyncKind


def cursor_json(cursor: Cursor) -> dict[str, Any]:
    return {
        "round": cursor.round,
        "position": None if cursor.position is None else dict(cursor.position),
        "since": _text(cursor.since),
        "started_at": _text(cursor.started_at),
        "again": dict(cursor.again),
        "succeeded_at": _text(cursor.succeeded_at),
    }


def cursor_of_json(value: Mapping[str, Any]) -> Cursor:
    """A cursor of an older version, or an empty one, lacks keys."""
    return Cursor(
        round=value.get("round"),
        position=value.get("position"),
        since=_instant(value.get("since")),
        started_at=_instant(value.get("started_at")),
        again={part: int(count) for part, count in value.get("again", {}).items()},
        succeeded_at=_instant(value.get("succeeded_at")),
    )


def settings_json(settings: AccountSettings) -> dict[str, Any]:
    return {
        "currency": settings.currency,
        "every_minutes": settings.every_minutes,
        "kinds": list(settings.kinds),
        "site": settings.site,
        "language": settings.language,
        "region": settings.region,
        "policies": dict(settings.policies),
    }


def settings_of_json(value: Mapping[str, Any]) -> AccountSettings:
    """What is missing is as it is by default; kinds that a newer version knows are left out."""
    default = AccountSettings()
    kinds = value.get("kinds", default.kinds)
    return AccountSettings(
        currency=str(value.get("currency", default.currency)),
        every_minutes=max(0, int(value.get("every_minutes", default.every_minutes))),
        kinds=tuple(kind for kind in SyncKind if kind in kinds),
        site=str(value.get("site", default.site)),
        language=str(value.get("language", default.language)),
        region=str(value.get("region", default.region)),
        policies={str(name): str(text) for name, text in value.get("policies", {}).items()},
    )


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
