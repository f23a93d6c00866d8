"""An object store of our own on loopback: moto's server speaks S3, in an environment of its own."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.live import machine

BUCKET = "tabeller"
KNOWN = {"Authorization": "AWS4-HMAC-SHA256 Credential=tester/20260101/us-east-1/s3/aws4_request"}
"""Who asks; moto looks at no signature."""


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Run an object store with an empty bucket; yield its address."""
    program = machine.program("moto_server", str(machine.ROOT / ".venv-s3" / "bin"))
    (port,) = machine.free_ports(1)
    address, log = f"http://127.0.0.1:{port}", folder / "moto.log"
    with machine.running([program, "-H", "127.0.0.1", "-p", str(port)], log=log) as process:
        machine.wait_for(lambda: machine.answers(f"{address}/moto-api/"), process, log)
        _ask(f"{address}/{BUCKET}", "PUT")
        yield address


def taken_down(address: str, folder: Path) -> Path:
    """Copy all that the bucket holds into a new folder, and return that."""
    folder.mkdir()
    listing = _ask(f"{address}/{BUCKET}?list-type=2", "GET").decode()
    for name in [part.partition("</Key>")[0] for part in listing.split("<Key>")[1:]]:
        (folder / name.replace("/", "_")).write_bytes(_ask(f"{address}/{BUCKET}/{name}", "GET"))
    return folder


def _ask(url: str, method: str) -> bytes:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(url, method=method, headers=KNOWN), timeout=30) as answer:
        found: bytes = answer.read()
        return found
