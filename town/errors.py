"""What can go wrong in the town."""


class TownError(Exception):
    """Base of the town's errors."""


class StoryError(TownError):
    """Raised when a text file says something that the story cannot hold; names the file and the post."""


class ClockError(TownError):
    """Raised when the virtual clock is set to a time without an offset."""


class PortError(TownError):
    """Raised when a port that the town should use again is taken."""
