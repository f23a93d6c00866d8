"""Errors of this room: the command line turns each into one line."""


class FlowsError(Exception):
    """Base of all errors that flows raise on purpose."""


class ConfigError(FlowsError):
    """Raised when the configuration cannot be used; holds every problem, one a line."""


class UsageError(FlowsError):
    """Raised when a command's arguments make no sense together."""


class BusyError(FlowsError):
    """Raised when another process writes to the same data folder."""


class KeyMismatchError(FlowsError):
    """Raised when what is kept is under another author key than the one given: the same author would count twice."""


class NothingSeenError(FlowsError):
    """Raised when no source at all could be read: a pass that saw nothing must not look like a calm day."""


class ComponentError(FlowsError):
    """Raised when a component fails whatever it is given: the model's file is damaged, say. No post is to blame."""


class StepError(FlowsError):
    """Raised when a step of a pass failed for a reason that is not the posts': says which, where and what to do."""


class ClockError(FlowsError):
    """Raised when the machine's clock stands before the last pass: what is seen now would count as older."""
