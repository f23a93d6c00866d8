"""Hands a message to a service by Apprise; what its address holds is in no log."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.config import alert_address
from flows.delivery.channels import NotTaken

TYPES = {"watch": "info", "warning": "warning", "critical": "failure"}
TALKERS = ("apprise", "urllib3", "requests")
"""They write addresses into their logs: of a webhook the path alone lets anybody in."""


def send_apprise(name: str, *, title: str, body: str, severity: str, png: bytes | None) -> None:
    """Hand a message to the address of a channel, with a picture where its service takes one. Raises NotTaken."""
    import apprise

    asset = apprise.AppriseAsset(
        app_id="Ryktesvakt", app_desc="Ryktesvakt", image_url_mask="", image_url_logo="", async_mode=False
    )
    sender = apprise.Apprise(asset=asset)
    with silent(), tempfile.TemporaryDirectory() as folder:
        if not (address := alert_address(name)) or not sender.add(address):
            raise NotTaken("no_address")
        attached = None
        if png is not None and all(service.attachment_support for service in sender):
            attached = Path(folder) / "ryktesvakt.png"
            attached.write_bytes(png)
        try:
            taken = sender.notify(
                title=title,
                body=body,
                body_format="text",
                notify_type=TYPES[severity],
                attach=str(attached or "") or None,
            )
        except Exception as error:  # whatever a service's plugin stumbles over stops no other channel
            raise NotTaken("broken") from error
    if not taken:
        raise NotTaken("not_taken")


@contextmanager
def silent() -> Iterator[None]:
    """Let nothing be logged of addresses meanwhile."""
    loggers = [logging.getLogger(name) for name in TALKERS]
    before = [one.level for one in loggers]
    try:
        for one in loggers:
            one.setLevel(logging.CRITICAL + 1)
        yield
    finally:
        for one, level in zip(loggers, before, strict=True):
            one.setLevel(level)
