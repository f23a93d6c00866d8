"""Errors of this room: the command line turns each into one line."""


class FlowsError(Exception):
    """Base of all errors that flows raise on purpose."""


class ConfigError(FlowsError):
    """Raised when the configuration cannot be used; holds every problem, one a line."""
