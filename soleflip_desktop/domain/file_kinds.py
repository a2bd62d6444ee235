"""Which files the app opens, by the end of their names."""

from __future__ import annotations

#: What import profiles are shared as; their content is JSON.
PROFILE_SUFFIX = ".soleflip-profile"
IMPORTABLE_SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods", ".gz")


def is_profile(path: str) -> bool:
    return path.casefold().endswith(PROFILE_SUFFIX)


def can_be_opened(path: str) -> bool:
    """Whether a file that is dropped onto the window leads anywhere."""
    return is_profile(path) or path.casefold().endswith(IMPORTABLE_SUFFIXES)
