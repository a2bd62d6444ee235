"""What a click on a header makes of the order in force."""

from __future__ import annotations

from soleflip_desktop.domain.grid_query import SortKey

Sort = tuple[SortKey, ...]

#: More keys than this nobody can follow.
MAX_KEYS = 3


def clicked(current: Sort, default: Sort, field: str) -> Sort:
    """Sorts by this column; again reverses; the third click brings the table's own order back."""
    if tuple(key.field for key in current) != (field,):
        return (SortKey(field),)
    if not current[0].descending:
        return (SortKey(field, descending=True),)
    # Where that is the order in force already, a click that changes nothing would look broken.
    return default if default != current else (SortKey(field),)


def added(current: Sort, field: str) -> Sort:
    """With Shift: one more key; again reverses it; the third click takes it out."""
    if field not in {key.field for key in current}:
        return (*current[: MAX_KEYS - 1], SortKey(field))
    changed = (_turned(key) if key.field == field else key for key in current)
    return tuple(key for key in changed if key is not None)


def _turned(key: SortKey) -> SortKey | None:
    return None if key.descending else SortKey(key.field, descending=True)
