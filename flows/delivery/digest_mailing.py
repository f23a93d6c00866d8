"""The digest on its way to mail: once a day to each recipient, marked or left out when nothing has changed."""

from __future__ import annotations

from datetime import date
from email.message import EmailMessage

import duckdb

from flows.delivery.channels import digest_channels
from flows.delivery.wording import board_url
from flows.settings import Config
from flows.steps.digest import digest_of, unchanged_since
from reports.mail import digest_mail
from reports.unchanged import fingerprint
from warehouse import outbox
from warehouse.outbox import DIGEST, Due


def compose_digest(con: duckdb.DuckDBPyConnection, config: Config, day: date) -> str | None:
    """Put a day's digest, as it was written last, into the outbox for its readers, and return its id.

    None when it is left out: it was not written, nobody is to get it, nothing in it is new. It is put there once:
    written again the same day, it is not sent again.
    """
    channels, written = digest_channels(config), [one for one in outbox.digests_until(con, day) if one[0] == day]
    if not channels or not written:
        return None
    _, mark, at = written[0]
    if config.delivery.unchanged == "skip" and mark and unchanged_since(con, day, mark):
        return None
    return outbox.compose(con, DIGEST, day=day, severity=None, channels=[one.key for one in channels], at=at)


def build_digest_mail(con: duckdb.DuckDBPyConnection, config: Config, due: Due, recipient: str) -> EmailMessage:
    """Return the mail of a digest in the outbox: as of when it was composed, so that a retry is the same mail.

    What has been erased since is not in it any more.
    """
    day = date.fromisoformat(outbox.number_of(due.message_id))
    rows = digest_of(con, config, day=day, now=due.composed_at)
    return digest_mail(
        rows,
        language=config.delivery.language,
        sender=config.delivery.sender or "",
        recipient=recipient,
        board_url=board_url(config),
        unchanged_since=unchanged_since(con, day, fingerprint(rows)),
    )
