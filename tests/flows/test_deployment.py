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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest
import tomli_w
import yaml  # type: ignore[import-untyped]

from flows.config import example_file, load, validate
from flows.demo import demo_config, read_town_ledger
from flows.deployments import SILENT_HOURS, deployments, prefect_file
from flows.locks import holder_of
from flows.paths import paths_of
from flows.steps.annotate import annotate
from tests.flows.desks import a_desk
from tests.flows.spread_child import COUNT, fill
from tests.live import machine
from town.server import Town
from warehouse.audit import table_hashes

ROOT = Path(__file__).parents[2]
PREFECT = str(Path(sys.executable).with_name("prefect"))
RYKTESVAKT = str(Path(sys.executable).with_name("ryktesvakt"))
ENDED = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
PATIENCE_SECONDS = 420.0
T = TypeVar("T")
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


def ask(environment: dict[str, str], what: str, **given: Any) -> list[dict[str, Any]]:
    """Return what the server has of a kind."""
    found: list[dict[str, Any]] = answered(environment, "POST", f"{what}/filter", given).json()
    return found


def answered(environment: dict[str, str], method: str, what: str, given: Any = None) -> httpx.Response:
    """Ask the server, and again while it says that it is too busy."""

    def once() -> httpx.Response:
        try:
            return httpx.request(method, f"{environment['PREFECT_API_URL']}/{what}", json=given, timeout=60)
        except httpx.TransportError:
            return httpx.Response(503)

    return awaited(once, lambda answer: answer.status_code < 500)


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


def test_one_command_deploys_and_runs_go_from_the_crawl_to_the_digest(
    environment: dict[str, str], tmp_path: Path
) -> None:
    with Town(seed=1) as town, listener() as heard:
        town.now = MOMENT
        config = demo_config(town, tmp_path, read_town_ledger())
        file = tmp_path / "town.toml"
        file.write_text(tomli_w.dumps(config.model_dump(mode="json", exclude_none=True)), encoding="utf-8")
        known = deployed(environment, file)
        check_automations(environment, known)
        done = begin(environment, known["daily/morning"], at=MOMENT.isoformat())
        failing = begin(environment, known["crawl/husknuten"], source="nowhere")
        told = {**environment, "RYKTESVAKT_NOTIFY": f"json://127.0.0.1:{heard['port']}/"}
        log = tmp_path / "worker.log"
        with machine.running([PREFECT, "worker", "start", "--pool", "local"], log=log, env=told):
            assert wait_until(environment, failing) == "FAILED", log.read_text()
            assert set(wait_for_telling(environment, heard, run_id=failing)) == {known["tell/failure"]["id"]}
            assert wait_until(environment, done) == "COMPLETED", log.read_text()
            # Only now: what comes after a crawl of its own is another pass, and two exclude each other.
            assert wait_until(environment, begin(environment, known["crawl/husknuten"])) == "COMPLETED", log.read_text()
            (after,) = awaited(lambda: runs_of(environment, known["daily/after-crawl"]), bool)
    assert after["created_by"]["type"] == "AUTOMATION"
    tasks = ask(environment, "task_runs", flow_runs={"id": {"any_": [done]}})
    names = {task["name"].rsplit("-", 1)[0] for task in tasks}
    assert names >= {"crawl", "load", "annotate", "match", "gather_unmatched", "watch", "race", "alert"} | {
        "digest",
        "publish",
        "let_go",
    }
    digest = tmp_path / "data" / "digests" / "2023-10-01.html"
    assert "Simulering." in digest.read_text(encoding="utf-8")
    check_artifacts(environment, done, digest)
    limits = {one["name"] for one in ask(environment, "v2/concurrency_limits")}
    assert "ryktesvakt-source-husknuten" in limits
    assert holder_of(paths_of(config).lock) is None


def deployed(environment: dict[str, str], config_file: Path) -> dict[str, dict[str, Any]]:
    """Deploy as a user does; return the deployments that the server has, by flow and name."""
    out = config_file.with_name("prefect.yaml")
    command = [RYKTESVAKT, "deployments", "--config", config_file.name, "--out", str(out), "--apply"]
    done = subprocess.run(
        command, cwd=config_file.parent, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    flows = {one["id"]: one["name"] for one in ask(environment, "flows")}
    known = {f"{flows[one['flow_id']]}/{one['name']}": one for one in ask(environment, "deployments")}
    asked = {
        (Path(one["entrypoint"]).suffix[4:], one["name"]) for one in yaml.safe_load(out.read_text())["deployments"]
    }
    assert {tuple(name.replace("as-of", "as_of").split("/")) for name in known} == asked
    assert known["daily/morning"]["schedules"][0]["schedule"]["cron"] == "30 6 * * *"
    zones = {s["schedule"]["timezone"] for one in known.values() for s in one["schedules"]}
    assert zones == {"Europe/Stockholm"}
    return known


def check_automations(environment: dict[str, str], known: dict[str, dict[str, Any]]) -> None:
    """Each automation stands on the server, enabled, expects what it should, and runs its own deployment."""
    found = {one["name"]: one for one in ask(environment, "automations")}
    expected = {
        "after-crawl": ("daily/after-crawl", "Reactive", {"prefect.flow-run.Completed"}),
        "tell-failure": ("tell/failure", "Reactive", {"prefect.flow-run.Failed", "prefect.flow-run.Crashed"}),
        "tell-late": ("tell/late", "Reactive", {"prefect.flow-run.Late"}),
        "tell-silence": ("tell/silence", "Proactive", {"prefect.flow-run.Completed"}),
    }
    assert set(found) == set(expected)
    for name, (deployment, posture, events) in expected.items():
        one, (action,) = found[name], found[name]["actions"]
        assert one["enabled"]
        assert (one["trigger"]["posture"], set(one["trigger"]["expect"])) == (posture, events)
        assert (action["type"], action["deployment_id"]) == ("run-deployment", known[deployment]["id"])
    assert found["tell-silence"]["trigger"]["within"] == SILENT_HOURS * 3600


def begin(environment: dict[str, str], deployment: dict[str, Any], **parameters: Any) -> str:
    """Ask for a run now; return its id."""
    given = {**deployment["parameters"], **parameters}
    body = {"parameters": given, "state": {"type": "SCHEDULED"}, "idempotency_key": str(uuid4())}
    done = answered(environment, "POST", f"deployments/{deployment['id']}/create_flow_run", body)
    assert done.status_code in (200, 201), done.text
    return str(done.json()["id"])


def wait_until(environment: dict[str, str], run_id: str) -> str:
    """Wait for the end of a run; return its state."""
    return awaited(lambda: run_of(environment, run_id)["state_type"], lambda state: state in ENDED)


def wait_for_telling(environment: dict[str, str], heard: dict[str, Any], *, run_id: str) -> list[str]:
    """Wait until operations have been told of a run that failed; return the deployments that automations ran for it."""
    name = run_of(environment, run_id)["name"]

    def told() -> list[dict[str, Any]]:
        runs = ask(environment, "flow_runs", flow_runs={"state": {"type": {"any_": ["COMPLETED"]}}})
        return [run for run in runs if run["parameters"].get("what") == f"crawl/{name}: Failed"]

    found = awaited(told, bool)
    assert {run["created_by"]["type"] for run in found} == {"AUTOMATION"}
    assert any(f"crawl/{name}: Failed" in body["message"] for body in heard["bodies"])
    return [run["deployment_id"] for run in found]


def run_of(environment: dict[str, str], run_id: str) -> dict[str, Any]:
    found: dict[str, Any] = answered(environment, "GET", f"flow_runs/{run_id}").json()
    return found


def runs_of(environment: dict[str, str], deployment: dict[str, Any]) -> list[dict[str, Any]]:
    return ask(environment, "flow_runs", deployments={"id": {"any_": [deployment["id"]]}})


def awaited(look: Callable[[], T], is_enough: Callable[[T], bool]) -> T:
    """Look until it is enough; a busy machine takes its time."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_enough(found := look()):
        assert time.monotonic() < deadline, found
        time.sleep(0.5)
    return found


def check_artifacts(environment: dict[str, str], run_id: str, digest: Path) -> None:
    """The pass has left its steps with their times, what became of the lines, and the way to the digest."""
    found = {one["key"]: one for one in ask(environment, "artifacts", artifacts={"flow_run_id": {"any_": [run_id]}})}
    steps = {row["step"]: row["seconds"] for row in json.loads(found["pass-steps"]["data"])}
    assert {"crawl", "load", "match", "digest", "publish"} <= set(steps)
    assert all(seconds >= 0 for seconds in steps.values()) and steps["crawl"] > 0
    outcomes = json.loads(found["pass-outcomes"]["data"])
    assert sum(row["line_count"] for row in outcomes if row["outcome"] == "loaded") > 0
    assert digest.absolute().as_uri() in found["pass-digest"]["data"]


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
