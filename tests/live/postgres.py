"""A PostgreSQL of our own on loopback, that a test may stop in the middle of anything and start again."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.live import machine

USER = "pg"


@dataclass
class Postgres:
    """The server, running while its block lasts."""

    port: int
    folder: Path
    _running: ExitStack = field(default_factory=ExitStack)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-k", str(self.folder), "-p", str(self.port)]
        command = as_user([_program("postgres"), "-D", str(self.folder / "data"), *settings])
        log = self.folder / "log"
        process = self._running.enter_context(machine.running(command, log=log, cwd=self.folder))
        asked = [_program("psql"), *self._where(), "-c", "SELECT 1", "postgres"]
        machine.wait_for(lambda: subprocess.run(asked, capture_output=True).returncode == 0, process, log)

    def stop(self) -> None:
        """Stop it at once, as a machine does that loses its power; who is connected is cut off."""
        command = [_program("pg_ctl"), "-D", str(self.folder / "data"), "stop", "-m", "immediate"]
        subprocess.run(as_user(command), check=True, capture_output=True, cwd=self.folder)
        self._running.close()

    def database(self, name: str) -> str:
        """Make an empty database; return how libpq reaches it."""
        subprocess.run([_program("createdb"), *self._where(), name], check=True, capture_output=True)
        return f"dbname={name} host=127.0.0.1 port={self.port} user={USER}"

    def url(self, name: str) -> str:
        """Make an empty database; return its address."""
        self.database(name)
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{name}"

    def _where(self) -> list[str]:
        return ["-h", "127.0.0.1", "-p", str(self.port), "-U", USER]


@contextmanager
def running() -> Iterator[Postgres]:
    """Run an empty PostgreSQL on a free port."""
    # Not below pytest's folder: that one is closed to other users.
    folder = Path(tempfile.mkdtemp(prefix="ryktesvakt-pg-"))
    (port,) = machine.free_ports(1)
    server = Postgres(port=port, folder=folder)
    try:
        if os.geteuid() == 0:
            os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)
        made = [_program("initdb"), "-D", str(folder / "data"), "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run(as_user(made), check=True, capture_output=True, cwd=folder)
        server.start()
        yield server
    finally:
        server._running.close()
        shutil.rmtree(folder, ignore_errors=True)


def as_user(command: list[str]) -> list[str]:
    """Return the command as PostgreSQL accepts it: never as root."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command


def _program(name: str) -> str:
    folders = sorted((str(path) for path in Path("/usr/lib/postgresql").glob("*/bin")), reverse=True)
    return machine.program(name, *folders)
