"""What the live tests need of the machine: processes on free ports, and an honest word where something is missing."""

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
START_SECONDS = 120


def lacking(what: str) -> None:
    """Skip, saying why; where everything must be there (CI), fail."""
    message = f"this machine has no {what}; .ci/install brings it"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def program(name: str, *folders: str) -> str:
    """Return the path of a program, or give up on the test."""
    found = shutil.which(name, path=os.pathsep.join([*folders, os.environ.get("PATH", "")]))
    if not found:
        lacking(name)
    return str(found)


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens to; they are held together, so that no two are the same."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


@contextmanager
def running(command: list[str], *, log: Path, **options: object) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program in a process group of its own, which ends with the test, whatever happens."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, start_new_session=True, **{"stdin": -3, **options}
        )
    try:
        yield process
    finally:
        for stop in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, stop)
            with suppress(subprocess.TimeoutExpired):
                process.wait(5)
                break
        process.wait()


def wait_for(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a program is ready; fail with the end of its log when it ends first or never is."""
    for _ in range(START_SECONDS * 10):
        if ready():
            return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    pytest.fail(f"{process.args}: not ready\n{log.read_text(errors='replace')[-3000:]}")


def answers(url: str) -> bool:
    """Return whether a server answers, asked directly whatever proxy the machine has."""
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5):
            return True
    except OSError:
        return False
