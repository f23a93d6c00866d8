"""A real django-spirit forum on loopback, filled through its own models and markdown."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.live import machine

VENV = machine.ROOT / ".venv-spirit"
HERE = Path(__file__).parent


@dataclass
class SpiritServer:
    """The running forum. `made` tells the ids that the seed's keys got."""

    url: str
    site: Path
    made: dict[str, dict[str, str]] = field(default_factory=dict)

    def seed(self, **content: Any) -> None:
        """Add threads and posts (or remove and edit some) while the forum runs."""
        seed, ready = self.site / "seed.json", self.site / "ready.json"
        seed.write_text(json.dumps({"threads": [], "authors": [], **content}), encoding="utf-8")
        manage(self.site, "shell", text=(HERE / "seed.py").read_text(), SEED=str(seed), READY=str(ready))
        self.made |= json.loads(ready.read_text(encoding="utf-8"))


def environment() -> Path:
    """Return the Python of the forum's own virtual environment, made there if need be."""
    python = VENV / "bin" / "python"
    if not (VENV / "bin" / "spirit").exists():
        try:
            subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True, capture_output=True)
            subprocess.run(
                [python, "-m", "pip", "install", "--quiet", "django-spirit==0.14.3"], check=True, capture_output=True
            )
        except (OSError, subprocess.CalledProcessError):
            machine.lacking("django-spirit")
    return python


def manage(site: Path, *arguments: str, text: str | None = None, **variables: str) -> None:
    """Run the forum's own manage.py."""
    done = subprocess.run(
        [environment(), "manage.py", *arguments],
        cwd=site,
        input=text,
        text=True,
        capture_output=True,
        env={**os.environ, **variables},
    )
    assert done.returncode == 0, done.stderr[-3000:]


@contextmanager
def spirit_running(folder: Path) -> Iterator[SpiritServer]:
    """Make a forum in a folder and run it."""
    python = environment()
    # Its script starts others of its environment by their bare names.
    variables = {**os.environ, "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    start = [VENV / "bin" / "spirit", "startproject", "forum_site"]
    subprocess.run(start, cwd=folder, check=True, capture_output=True, env=variables)
    site = folder / "forum_site"
    manage(site, "spiritinstall")
    (port,) = machine.free_ports(1)
    server = SpiritServer(f"http://127.0.0.1:{port}", site)
    command = [str(python), "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"]
    log = folder / "spirit.log"
    with machine.running(command, log=log, cwd=site) as process:
        machine.wait_for(lambda: machine.answers(server.url), process, log)
        yield server
