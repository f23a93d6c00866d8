"""`prefect.yaml` deployed to a real server, and run by a real worker over the town: crawl, pass, digest, telling."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
import tomli_w
import yaml  # type: ignore[import-untyped]

from flows.config import example_file, load, validate
from flows.demo import demo_config, read_town_ledger
from flows.deployments import deployments, prefect_file
from flows.locks import holder_of
from flows.paths import paths_of
from flows.steps.annotate import annotate
from tests.flows.desks import a_desk
from tests.flows.spread_child import COUNT, fill
from town.server import Town
from warehouse.audit import table_hashes

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


def ask(environment: dict[str, str], what: str, **given: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = httpx.post(f"{environment['PREFECT_API_URL']}/{what}/filter", json=given).json()
    return found


def test_the_committed_file_is_what_the_example_asks_for() -> None:
    assert (ROOT / "prefect.yaml").read_text(encoding="utf-8") == prefect_file(load(example_file()))


@pytest.mark.parametrize("pool", ["docker", "kubernetes"])
def test_other_pools_run_an_image(pool: Any) -> None:
    text = prefect_file(load(example_file()), config_file=Path("/etc/my.toml"), pool=pool, image="registry.example/r:1")
    for one in yaml.safe_load(text)["deployments"]:
        assert one["work_pool"]["name"] == pool
        assert one["work_pool"]["job_variables"]["image"] == "registry.example/r:1"
        assert one["parameters"]["config_file"] == "/etc/my.toml"


def test_a_source_has_its_own_schedule_and_a_disabled_one_none() -> None:
    sources = [
        {"name": "a", "engine": "xenforo", "url": "https://a.example/", "interval_hours": 3},
        {"name": "b", "engine": "xenforo", "url": "https://b.example/", "enabled": False},
    ]
    config = validate({"company": {"name": "X"}, "source": sources, "backup": {"folder": "/b"}}, where="test")
    found = {one["name"]: one for one in deployments(config) if one["entrypoint"].endswith(":crawl")}
    assert list(found) == ["a"]
    assert found["a"]["schedules"][0]["interval"] == 3 * 3600
    assert any(one["entrypoint"].endswith(":backup") for one in deployments(config))


def test_the_deployments_run_from_the_crawl_to_the_digest(environment: dict[str, str], tmp_path: Path) -> None:
    prefect(environment, "work-pool", "create", "local", "--type", "process")
    with Town(seed=1) as town, listener() as heard:
        town.now = MOMENT
        config = demo_config(town, tmp_path, read_town_ledger())
        file = tmp_path / "town.toml"
        file.write_text(tomli_w.dumps(config.model_dump(mode="json", exclude_none=True)), encoding="utf-8")
        written = ROOT / "prefect.yaml"
        prefect(environment, "deploy", "--all", "--prefect-file", str(written))
        known = {one["name"]: one for one in ask(environment, "deployments")}
        assert {"morning", "every-three-hours", "after-crawl", "flashback", "weekly", "nightly", "late"} <= set(known)
        assert known["morning"]["schedules"][0]["schedule"]["cron"] == "30 6 * * *"
        zones = {s["schedule"]["timezone"] for one in known.values() for s in one["schedules"]}
        assert zones == {"Europe/Stockholm"}
        automations = {one["name"] for one in ask(environment, "automations")}
        assert {"after-crawl", "tell-failure", "tell-late", "tell-silence"} <= automations
        given = ["--param", f'config_file="{file}"']
        prefect(environment, "deployment", "run", "daily/morning", *given, "--param", f'at="{MOMENT.isoformat()}"')
        prefect(environment, "deployment", "run", "crawl/flashback", *given, "--param", 'source="husknuten"')
        prefect(environment, "deployment", "run", "tell/failure", *given, "--param", 'what="crawl/x: Failed"')
        told = {**environment, "RYKTESVAKT_NOTIFY": f"json://127.0.0.1:{heard['port']}/"}
        said = prefect(told, "worker", "start", "--pool", "local", "--run-once", "--limit", "3")
    runs = ask(environment, "flow_runs")
    done = {run["name"]: run for run in runs if run["state_type"] == "COMPLETED"}
    flows = {one["id"]: one["name"] for one in ask(environment, "flows")}
    assert {flows[run["flow_id"]] for run in done.values()} >= {"crawl", "daily", "tell"}, said
    tasks = ask(environment, "task_runs")
    names = {task["name"].rsplit("-", 1)[0] for task in tasks}
    assert names >= {"crawl", "load", "annotate", "match", "gather_unmatched", "watch", "race", "alert"} | {
        "digest",
        "publish",
        "let_go",
    }
    assert "Simulering." in (tmp_path / "data" / "digests" / "2023-10-01.html").read_text(encoding="utf-8")
    assert {one["key"] for one in ask(environment, "artifacts")} >= {"pass-steps", "pass-outcomes", "pass-digest"}
    limits = {one["name"] for one in ask(environment, "v2/concurrency_limits")}
    assert "ryktesvakt-source-husknuten" in limits
    # On a busy machine the automation tells of late runs as well.
    assert any("crawl/x: Failed" in body["message"] or "Late" in body["message"] for body in heard["bodies"])
    assert holder_of(paths_of(config).lock) is None


@contextmanager
def listener() -> Iterator[dict[str, Any]]:
    """Serve as the place where operations are told."""
    heard: dict[str, Any] = {"bodies": []}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard["bodies"].append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    heard["port"] = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield heard
    finally:
        server.shutdown()
        server.server_close()


def test_read_by_dask_workers_is_read_in_process(environment: dict[str, str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.flows.spread_child", str(tmp_path / "spread")]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    found = json.loads(done.stdout.splitlines()[-1])
    with a_desk(tmp_path / "here") as desk:
        fill(desk)
        assert annotate(desk) == found["count"] == COUNT + 1
        assert table_hashes(desk.con) == found["tables"]
    reads = [one for one in ask(environment, "task_runs") if one["name"].startswith("read")]
    assert len(reads) == 5
