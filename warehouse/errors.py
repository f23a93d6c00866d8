"""Errors of this room: each says what, where and what to do next."""


class WarehouseError(Exception):
    """Base of all errors that the warehouse raises on purpose."""


class LockedError(WarehouseError):
    """Raised when another process holds the warehouse."""


class NewerWarehouseError(WarehouseError):
    """Raised when the file was written by a newer version of the program."""


class OlderWarehouseError(WarehouseError):
    """Raised when published tables are of an older version of the program, which a reader cannot bring up to date."""


class ChangedMigrationError(WarehouseError):
    """Raised when a migration that was already applied has another text now."""


class DamagedError(WarehouseError):
    """Raised when a file is not a warehouse, or cannot be read as one."""


class LakeError(WarehouseError):
    """Raised when the lake cannot be opened, or is asked for what only a file can do."""


class SealedError(WarehouseError):
    """Raised when a file is encrypted under no key that is given, or is not what the configuration says."""


class ExtensionError(WarehouseError):
    """Raised when an extension of DuckDB is needed that is not installed."""


class LandingError(WarehouseError):
    """Raised when a landing file cannot be opened at all."""


class PublishError(WarehouseError):
    """Raised when a snapshot could not be written; the one that stood still stands."""


class QueryError(WarehouseError):
    """Raised when a query of a user cannot be answered."""


class LedgerError(WarehouseError):
    """Raised when something that a person enters does not fit: an unknown verdict, a verdict that nobody signs."""
