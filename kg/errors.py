"""The errors a user can meet, and the exit code each one ends a command with.

    KgError                     exit 2, one line on stderr
    ├── UsageError              2  a wrong option, a missing file, an unknown format
    │   ├── ConfigError         2  an unknown or ill-typed key of the configuration
    │   └── QueryError          2  a Cypher query that does not parse, writes, or asks for an unknown name
    ├── RecordError             -  one input record cannot be read: becomes a line of the rejects file
    ├── WorkspaceError          2  the folder is not a workspace, is newer than this version, or is in use
    ├── VocabularyError         2  a seed vocabulary has a clash or an ill-formed line
    ├── MissingExtraError       2  an optional package is not installed
    └── ServiceError            3  something outside this process failed: a disk, a database, a time limit

Third-party exceptions are translated where they occur; the cause stays attached (``raise ... from``).
"""

from __future__ import annotations

__all__ = [
    "ConfigError",
    "KgError",
    "MissingExtraError",
    "QueryError",
    "RecordError",
    "ServiceError",
    "UsageError",
    "VocabularyError",
    "WorkspaceError",
]


class KgError(Exception):
    """Base of every error that this package raises on purpose."""

    exit_code = 2


class UsageError(KgError):
    """The call cannot work as given."""


class ConfigError(UsageError):
    """The configuration holds an unknown or ill-typed key."""


class QueryError(UsageError):
    """A query does not parse, tries to write, or names what does not exist."""


class RecordError(KgError):
    """One input record cannot be read.

    Args:
        reason: What is wrong, without file and position.
        position: Line or record number in its file, from 1; None when the reader knows better.
    """

    def __init__(self, reason: str, position: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.position = position


class WorkspaceError(KgError):
    """The folder is no workspace, is of a newer version, or is held by another process."""


class VocabularyError(KgError):
    """A seed vocabulary is ill-formed or contradicts itself."""


class MissingExtraError(KgError):
    """An optional package is needed and absent."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"{package} is not installed; get it with: pip install 'paper-kg[{extra}]'")


class ServiceError(KgError):
    """Something outside this process failed."""

    exit_code = 3
