"""What can go wrong in the early warning, each with one line that says where and what to do."""


class EarlyWarningError(Exception):
    """Base of all errors that this package raises."""


class MatchesError(EarlyWarningError, ValueError):
    """Raised when a table of matches cannot be read for certain; names the line."""


class MailingsError(EarlyWarningError, ValueError):
    """Raised when a TOML of mailings and segments cannot be read for certain; names the entry."""


class ChannelsError(EarlyWarningError, ValueError):
    """Raised when the delay curves of the channels are incomplete or impossible; names the channel."""


class TableError(EarlyWarningError, ValueError):
    """Raised when a company's table cannot be read for certain; names the file, and the lines where it can."""


class PeriodError(EarlyWarningError, ValueError):
    """Raised when a text is no period, time or count that can be told for certain."""


class StateError(EarlyWarningError, ValueError):
    """Raised when a stored state does not fit this version or these settings."""
