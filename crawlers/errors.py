"""What can go wrong in this room, by name."""

from __future__ import annotations

import errno
import traceback
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

ADVICE = {
    errno.ENOSPC: "make room (df -h; df -i for files)",
    errno.EDQUOT: "make room, or have the quota raised",
    errno.EFBIG: "allow larger files (ulimit -f)",
    errno.EACCES: "give the user who runs this the right",
    errno.EPERM: "give the user who runs this the right",
    errno.EROFS: "make it writable",
    errno.EMFILE: "allow more open files (ulimit -n)",
    errno.ENFILE: "have the system allow more open files (fs.file-max)",
}
NOT_THE_SITE = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOSPC, errno.EDQUOT})
"""What the machine refuses while a page is asked for, whatever the site says."""


def of_the_system(error: OSError) -> str:
    """Return what the operating system refused and what to do, as the end of a line."""
    return f"{error.strerror or error}; {ADVICE.get(error.errno or 0, 'mend it')}, and run again: nothing is lost"


def of_ours(error: Exception) -> str:
    """Return a fault of the program as a line. Its message may hold what a page says: kind and place are enough."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).parent.name}/{Path(frame.filename).name}:{frame.lineno}"
    return f"a fault of the program ({type(error).__name__} in {place}); report it"


class CrawlerError(Exception):
    """Raised when a crawl cannot be done; the base of every error of this package."""


class SiteError(CrawlerError):
    """Raised when a site's description is wrong; says every problem, with file and key."""


class LandingError(CrawlerError):
    """Raised when a landing file cannot be written or read whole."""


class ArchiveError(CrawlerError):
    """Raised when a WARC holds nothing that can be replayed."""


class StorageError(CrawlerError):
    """Raised when a page cannot be asked for or kept: the machine's fault, and never counted against the site."""


class FetchError(CrawlerError):
    """Raised when a page could not be had; `cause` is an incident cause of `warehouse.records.Incident`.

    `ends_crawl` is true when asking this place for more would be useless or impolite.
    """

    def __init__(
        self, url: str, cause: str, detail: str, *, status: int | None = None, ends_crawl: bool = False
    ) -> None:
        super().__init__(f"{url}: {cause}: {detail}")
        self.url = url
        self.cause = cause
        self.detail = detail
        self.status = status
        self.ends_crawl = ends_crawl

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how it is made again in another process."""
        return partial(FetchError, status=self.status, ends_crawl=self.ends_crawl), (self.url, self.cause, self.detail)


class BudgetSpentError(CrawlerError):
    """Raised when the day's pages of a host are used up."""


class LeftAloneError(BudgetSpentError):
    """Raised when a host is left alone for now, by its wish or after failures: that has been reported before."""

    def __init__(self, host: str, until: datetime) -> None:
        super().__init__(f"{host}: left alone until {until:%Y-%m-%d %H:%M} UTC")
        self.host = host
        self.until = until

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how it is made again in another process."""
        return LeftAloneError, (self.host, self.until)
