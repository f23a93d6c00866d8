"""`prefect.yaml` deployed to a real server, and run once by a real worker over the town."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
import tomli_w

from flows.demo import demo_config, read_town_ledger
from town.server import Town

ROOT = Path(__file__).parents[2]
PREFECT = str(Path(sys.executable).with_name("prefect"))
MOMENT = datetime(2023, 10, 2, 6, 30, tzinfo=ZoneInfo("Europe/Stockholm"))
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect")]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A Prefect server of our own on loopback, and the environment that points to it."""
    home = tmp_path_factory.mktemp("prefect")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    values = {
        **os.environ,
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_LOGGING_LEVEL": "INFO",
    }
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [PREFECT, "server", "start", "--host", "127.0.0.1", "--port", str(port)],
            env=values,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait_until_up(values["PREFECT_API_URL"], home / "server.log")
            yield values
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            try:
                server.wait(timeout=30)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)


def _wait_until_up(url: str, log: Path) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/health", timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.5)
    raise AssertionError(f"the Prefect server did not start:\n{log.read_text()}")


def prefect(environment: dict[str, str], *arguments: str, timeout: float = 300) -> str:
    done = subprocess.run(
        [PREFECT, "--no-prompt", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_scheduled_deployment_runs_from_the_crawl_to_the_digest(
    environment: dict[str, str], tmp_path: Path
) -> None:
    prefect(environment, "work-pool", "create", "local", "--type", "process")
    prefect(environment, "deploy", "--all")
    deployments = httpx.post(f"{environment['PREFECT_API_URL']}/deployments/filter", json={}).json()
    schedules = {d["name"]: d["schedules"][0]["schedule"] for d in deployments}
    assert schedules["morning"]["cron"] == "30 6 * * *"
    assert {s["timezone"] for s in schedules.values()} == {"Europe/Stockholm"}
    assert "every-three-hours" in schedules
    with Town(seed=1) as town:
        town.now = MOMENT
        config = demo_config(town, tmp_path, read_town_ledger())
        file = tmp_path / "town.toml"
        values = config.model_dump(mode="json", exclude_none=True)
        file.write_text(tomli_w.dumps(values), encoding="utf-8")
        given = ["--param", f'config_file="{file}"', "--param", f'at="{MOMENT.isoformat()}"']
        prefect(environment, "deployment", "run", "daily/morning", *given)
        said = prefect(environment, "worker", "start", "--pool", "local", "--run-once")
    runs = httpx.post(f"{environment['PREFECT_API_URL']}/flow_runs/filter", json={}).json()
    done = [run for run in runs if run["state_type"] == "COMPLETED"]
    assert len(done) == 1, said
    tasks = httpx.post(f"{environment['PREFECT_API_URL']}/task_runs/filter", json={}).json()
    names = {task["name"].rsplit("-", 1)[0] for task in tasks if task["flow_run_id"] == done[0]["id"]}
    assert names == {"crawl", "load", "annotate", "match", "gather_unmatched"} | {
        "watch",
        "race",
        "alert",
        "digest",
        "publish",
        "let_go",
    }
    digest = (tmp_path / "data" / "digests" / "2023-10-01.html").read_text(encoding="utf-8")
    assert "Simulering." in digest
    assert (tmp_path / "data" / "published.duckdb").exists()
