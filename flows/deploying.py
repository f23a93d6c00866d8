"""Puts the deployments of a file, and the automations that watch over them, on a Prefect server: one command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import flows
from flows.config import has_server
from flows.deployments import Pool, pool_name
from flows.errors import ConfigError, StepError

PROJECT = Path(flows.__file__).parents[1]
"""Where the entry points of deployments are found from."""


def deploy(file: Path, *, pool: Pool) -> None:
    """Make the work pool where there is none, and put all deployments of the file on the server, or anew there.

    What stands on the server of the same name takes what the file says, automations included; others stay. Raises
    ConfigError where no server is named, StepError with Prefect's own words where it refuses.
    """
    if not has_server():
        raise ConfigError("PREFECT_API_URL: is not set; name the server, as http://127.0.0.1:4200/api")
    if _prefect("work-pool", "inspect", pool_name(pool)).returncode:
        _done("work-pool", "create", pool_name(pool), "--type", pool)
    _done("deploy", "--all", "--prefect-file", str(file.absolute()))


def _done(*arguments: str) -> None:
    done = _prefect(*arguments)
    if done.returncode:
        said = " ".join((done.stdout + done.stderr).split())[-300:]
        raise StepError(f"prefect {' '.join(arguments[:2])}: {said}; see that the server of PREFECT_API_URL runs")


def _prefect(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "prefect", "--no-prompt", *arguments]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
