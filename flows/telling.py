"""Tells operations what an automation has noticed: in a file that `status` shows, and to whom the environment names."""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from flows.config import notify_addresses
from flows.errors import StepError
from flows.paths import Paths

FILE = "notices.jsonl"
KEPT = 100
KINDS = {
    "failure": "a run failed",
    "late": "a run is late: is a worker running?",
    "silence": "no pass has been done for too long",
}
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that operations should know."""

    kind: str
    what: str
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def title(self) -> str:
        """Return it in a few words."""
        return f"Ryktesvakt: {KINDS.get(self.kind, self.kind)}"


def tell_operations(paths: Paths, notice: Notice) -> int:
    """Note it, and send it to each address; return how many. Raises StepError when one could not be reached."""
    log.error("operations told", extra={"reason": notice.kind, "what": notice.what})
    _note(paths, notice)
    addresses = notify_addresses()
    if not addresses:
        return 0
    import apprise

    sender = apprise.Apprise()
    # What cannot be an address is said by its number: it may hold a password.
    bad = [str(number) for number, address in enumerate(addresses, start=1) if not sender.add(address)]
    sent = len(sender) > 0 and sender.notify(title=notice.title, body=notice.what)
    if bad or not sent:
        which = f"address {', '.join(bad)} is none" if bad else "somebody could not be reached"
        raise StepError(f"RYKTESVAKT_NOTIFY: {which}; the notice is kept in {paths.data / FILE}")
    return len(sender)


def read_notices(paths: Paths) -> list[Notice]:
    """Return what operations were told, the latest last."""
    found = []
    with suppress(OSError):
        for line in (paths.data / FILE).read_text(encoding="utf-8").splitlines():
            with suppress(ValueError, TypeError, KeyError):
                values = json.loads(line)
                found.append(Notice(**{**values, "at": datetime.fromisoformat(values["at"])}))
    return found


def _note(paths: Paths, notice: Notice) -> None:
    paths.data.mkdir(parents=True, exist_ok=True)
    kept = [*read_notices(paths), notice][-KEPT:]
    fresh = paths.data / f".{FILE}.tmp"
    lines = (json.dumps(asdict(one), default=lambda at: at.isoformat(), ensure_ascii=False) for one in kept)
    fresh.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    fresh.replace(paths.data / FILE)
