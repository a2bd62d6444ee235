"""Errors that are sentences for the user. Anything else that is raised is a bug."""

from __future__ import annotations


class UserError(Exception):
    """Shown to the user as it is: what happened, and what to do about it."""


class DatabaseUnavailableError(UserError):
    """The database cannot be reached or started."""


class DatabaseTooNewError(UserError):
    """The database was written by a newer version of the app."""


class DataFolderInUseError(UserError):
    """Another instance owns the data folder."""


class SecretStoreUnavailableError(UserError):
    """The operating system offers no credential store, or it is locked."""


class ConflictError(UserError):
    """Somebody else changed the record since it was read."""


class NotFoundError(UserError):
    """The record asked for is not there (any more)."""


class InvalidTransitionError(UserError):
    """The status machine does not allow this change."""


class FileImportError(UserError):
    """Nothing of a file could be imported: names the file, the place and the remedy."""
