"""What a listener is told to do, and what it has done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from crawlers.batch import Batch
from crawlers.model import Site
from crawlers.pseudonym import IsErased, Redact
from warehouse.records import Deletion, Incident


def _always(_raw: bytes) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenJob:
    """What to listen to, and what to keep of it."""

    site: Site
    secret: bytes = field(repr=False)
    """Key of the pseudonyms, 16 bytes at least."""
    is_mention: Callable[[str], bool]
    data_dir: Path
    may_mention: Callable[[bytes], bool] = _always
    """False only for bytes in which no text is a mention; saves decoding them."""
    redact: Redact | None = None
    is_erased: IsErased | None = None
    """What was erased, and is not written again."""
    landing_key: bytes | None = field(default=None, repr=False)
    """Encrypts what was heard; none: it is written in the clear."""
    contact: str = ""
    seconds: float | None = None
    """Stop after so long; None: when told to."""
    batch_seconds: float = 300.0
    quiet_seconds: float = 1800.0
    """The longest time between two batches when nothing was kept."""
    batch_posts: int = 500
    first_wait_seconds: float = 1.0
    """After the first connection that fails; doubles from there to a minute."""

    @property
    def source(self) -> str:
        """Return the name under which posts are filed: the network's, where a crawl reads it too."""
        return self.site.options.get("source", self.site.name)


@dataclass(slots=True, kw_only=True)
class ListenResult:
    """What was heard."""

    source: str
    frame_count: int = 0
    connection_count: int = 0
    batch_count: int = 0
    post_count: int = 0
    """Posts written."""
    deletion_count: int = 0
    incidents: list[Incident] = field(default_factory=list)
    """The latest ones."""

    def add(self, batch: Batch) -> None:
        """Count a batch that is in place."""
        self.batch_count += 1
        self.post_count += batch.post_count
        self.deletion_count += sum(isinstance(record, Deletion) for record in batch.records)
        self.incidents = [*self.incidents, *batch.incidents][-100:]
