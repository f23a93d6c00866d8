"""The units and the compose file that ship: what they start is there, and their own tools take them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from flows.cli.app import app

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
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


def is_out(path: str) -> bool:
    """Return whether `.dockerignore` keeps a path out of the image."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    kept_out = [line for line in lines if line and line[0] != "#"]
    return any(fnmatch(path, one) or path.startswith(f"{one}/") for one in kept_out)


def test_an_image_holds_the_program_and_neither_keys_nor_what_people_wrote() -> None:
    root = ROOT
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


def steps_of_the_image() -> list[tuple[str, str]]:
    """Return the instructions of the Dockerfile and what each is given, in their order."""
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.split(None, 1) for line in text.splitlines() if line and line[0] != "#"]
    return [(name, re.sub(r"\s+", " ", given)) for name, given in lines]


def test_the_steps_of_the_image_name_what_there_is() -> None:
    steps = steps_of_the_image()
    names = [name for name, _ in steps]
    assert names[0] == "FROM" and names[-1] == "CMD"
    given = dict(steps)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (install,) = [line for name, line in steps if name == "RUN" and "pip install" in line and "-e" in line]
    (extras,) = re.findall(r"-e '\.\[([^]]*)\]'", install)
    assert set(extras.split(",")) <= set(project["optional-dependencies"])
    (pins,) = re.findall(r"-c (\S+)", install)
    assert (ROOT / pins).is_file() and not is_out(pins)
    assert given["FROM"].split(":")[1].startswith("3.11") and project["requires-python"] == ">=3.11"
    # Nobody runs the program as root, and who runs it is there and may write where the data are.
    added = next(line for name, line in steps if name == "RUN" and line.startswith("useradd"))
    assert added.endswith(given["USER"]) and f"--home-dir {given['VOLUME']}" in added and "--create-home" in added
    assert names.index("USER") > max(place for place, name in enumerate(names) if name == "RUN")
    assert given["WORKDIR"] == given["COPY"].split()[-1]
    assert f"PATH={given['WORKDIR']}/.venv/bin:$PATH" in given["ENV"]
    (program,) = json.loads(given["CMD"])[:1]
    assert program in project["scripts"]


def test_what_the_image_copies_is_enough_to_run(tmp_path: Path) -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a clone of the repository: what an image would be built from is not known")
    for name in filter(None, listed.stdout.split("\0")):
        if not is_out(name) and (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).symlink_to(ROOT / name)
    # Links are followed for modules' files, not for where they are found: the copy stands before what is installed.
    code = "import sys, flows; print(flows.__file__, flush=True); from flows.cli.app import main; main()"
    posts, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    posts.write_text('{"id": "1", "text": "Open Infra tar ut en avgift av alla."}\n', encoding="utf-8")
    claims = tmp_path / "claims.json"
    claims.write_text('[{"id": "c", "statement": "Alla ska betala.", "truth": "Nej."}]', encoding="utf-8")
    command = [sys.executable, "-c", code, "predict", str(posts), "--claims", str(claims), "--out", str(out)]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == str(tmp_path / "flows" / "__init__.py")
    assert json.loads(out.read_text(encoding="utf-8"))["relevant"] is True


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
