"""What can go wrong in the language stage, under one base."""


class NlpError(Exception):
    """Base of every error that the language stage raises on purpose."""


class ModelError(NlpError):
    """Raised when a model folder is missing, empty, corrupt or of a shape that this version cannot run."""
