"""The units and the compose file that ship: what they start is there, and their own tools take them."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from flows.cli.app import app

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
BIN = "/opt/ryktesvakt/.venv/bin"


def test_compose_starts_what_there_is() -> None:
    found = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    services, volumes = found["services"], found["volumes"]
    assert set(services) == {"prefect", "worker"}
    for service in services.values():
        assert service["image"] == "ryktesvakt:latest"
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            assert source in volumes or (DEPLOY / source).exists(), volume
    built = services["prefect"]["build"]
    assert (DEPLOY / built["context"] / built["dockerfile"]).is_file()
    # Prefect's server has no login.
    assert all(port.startswith("127.0.0.1:") for port in services["prefect"]["ports"])


def test_an_image_holds_the_program_and_neither_keys_nor_what_people_wrote() -> None:
    root = DEPLOY.parent
    kept_out = [
        line for line in (root / ".dockerignore").read_text(encoding="utf-8").splitlines() if line and line[0] != "#"
    ]

    def is_out(path: str) -> bool:
        return any(fnmatch(path, one) or path.startswith(f"{one}/") for one in kept_out)

    private = (
        "data/secrets/author.key",
        "deploy/secrets.env",
        ".git/config",
        ".venv/bin/python",
        "demo/data/x.jsonl.gz",
    )
    assert all(is_out(path) for path in private)
    wheel = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"][
        "wheel"
    ]
    wanted = [*wheel["packages"], "pyproject.toml", "constraints.txt", "README.md", "prefect.yaml", "ryktesvakt.toml"]
    assert [path for path in wanted if is_out(path) or not (root / path).exists()] == []


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_call_commands_that_exist(unit: Path) -> None:
    known = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    for line in unit.read_text(encoding="utf-8").splitlines():
        if line.startswith(f"ExecStart={BIN}/ryktesvakt "):
            assert line.split()[1] in known
    if unit.suffix == ".timer":
        assert unit.with_suffix(".service") in UNITS


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    for unit in UNITS:
        # The program is where this test finds it, and the user is one that every machine has.
        text = unit.read_text(encoding="utf-8").replace(BIN, str(Path(sys.executable).parent))
        text = text.replace("=ryktesvakt\n", "=daemon\n")
        (tmp_path / unit.name).write_text(text.replace("/opt/ryktesvakt", str(tmp_path)), encoding="utf-8")
        assert "[Unit]" in text and "Description=" in text
    if program is None:
        return  # a container without systemd: what its own tool would say is not known
    units = [str(tmp_path / unit.name) for unit in UNITS]
    done = subprocess.run([program, "verify", "--man=no", *units], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not [line for line in done.stderr.splitlines() if str(tmp_path) in line], done.stderr
