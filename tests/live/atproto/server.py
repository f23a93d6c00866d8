"""A real Bluesky network on loopback: its own identity directory, data server and AppView."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.live import machine, postgres

HERE = Path(__file__).parent
CACHE = machine.ROOT / ".cache" / "atproto"


@dataclass
class BlueskyNetwork:
    """The running network. `dids` tells the ids of the seed's authors, `uris` those of its posts."""

    appview: str
    dids: dict[str, str]
    uris: dict[str, str]
    process: subprocess.Popen[bytes]
    folder: Path
    pds: str
    """Where the authors' accounts are: `<author>.test`, all with the password `not-a-secret`."""
    appview_did: str

    def order(self, **what: Any) -> str:
        """Add a post, or delete one, while the network runs; return the new post's URI."""
        done = self.folder / f"done-{time.monotonic_ns()}"
        assert self.process.stdin
        self.process.stdin.write(json.dumps({**what, "done": str(done)}).encode() + b"\n")
        self.process.stdin.flush()
        machine.wait_for(done.exists, self.process, self.folder / "bluesky.log")
        time.sleep(0.05)
        return done.read_text()


def modules() -> Path:
    """Return the folder with the network's packages, installed there if need be."""
    npm = machine.program("npm")
    CACHE.mkdir(parents=True, exist_ok=True)
    wanted = (HERE / "package.json").read_text()
    if (CACHE / "installed.json").exists() and (CACHE / "installed.json").read_text() == wanted:
        return CACHE
    (CACHE / "package.json").write_text(wanted)
    done = subprocess.run([npm, "install", "--no-audit", "--no-fund"], cwd=CACHE, capture_output=True, text=True)
    if done.returncode:
        machine.lacking(f"@atproto/dev-env ({done.stderr[-300:]})")
    (CACHE / "installed.json").write_text(wanted)
    return CACHE


@contextmanager
def bluesky_running(folder: Path, seed: dict[str, Any]) -> Iterator[BlueskyNetwork]:
    """Start a network, seed it, and run it."""
    node, redis = machine.program("node"), machine.program("redis-server")
    packages = modules()
    redis_port, *ports = machine.free_ports(4)
    ready, log = folder / "ready.json", folder / "bluesky.log"
    (folder / "seed.json").write_text(json.dumps({**seed, "ports": ports}), encoding="utf-8")
    store = [redis, "--port", str(redis_port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with postgres.running() as store_of_rows, machine.running(store, log=folder / "redis.log"):
        for name in ("loopback.cjs", "network.cjs"):
            # Node looks for packages from where a script lies.
            shutil.copy(HERE / name, packages / name)
        variables = {
            **os.environ,
            "DB_POSTGRES_URL": store_of_rows.url("atp"),
            "REDIS_HOST": f"127.0.0.1:{redis_port}",
            "LOG_ENABLED": "0",
            "NODE_ENV": "test",
        }
        command = [node, "--require", "./loopback.cjs", "network.cjs", str(folder / "seed.json"), str(ready)]
        options = {"cwd": packages, "env": variables, "stdin": subprocess.PIPE}
        with machine.running(command, log=log, **options) as process:
            machine.wait_for(ready.exists, process, log)
            told = json.loads(ready.read_text())
            yield BlueskyNetwork(
                told["appview"], told["dids"], told["uris"], process, folder, told["pds"], told["appview_did"]
            )
