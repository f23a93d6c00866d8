"""Scenes are built once for all tests of a worker; a test that decides gets a copy of its own."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from flows.board.app import make_board
from tests.board.scenes import build, config_of

CSRF = re.compile(r'name="csrf" value="([0-9a-f]{64})"')


@pytest.fixture(scope="session")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return a scene's folder, built when it is first asked for."""
    made: dict[str, Path] = {}

    def scene(name: str) -> Path:
        if name not in made:
            made[name] = build(tmp_path_factory.mktemp("scene") / name, name)
        return made[name]

    return scene


Reader = Callable[..., TestClient]


@pytest.fixture(scope="session")
def reader(scenes: Callable[[str], Path]) -> Reader:
    """Return a client on a scene that nobody decides in, in a language; the board is made once."""
    made: dict[tuple[str, str], TestClient] = {}

    def client(scene: str = "mismatch", language: str = "sv") -> TestClient:
        if (scene, language) not in made:
            made[scene, language] = browser(scenes(scene), language=language)
        return made[scene, language]

    return client


@pytest.fixture
def folder(scenes: Callable[[str], Path], tmp_path: Path) -> Path:
    """Return a copy of the day of the mismatch, to decide in."""
    return Path(shutil.copytree(scenes("mismatch"), tmp_path / "data"))


@pytest.fixture
def client(folder: Path) -> Iterator[TestClient]:
    """Return a browser without script on the day of the mismatch."""
    with browser(folder) as found:
        yield found


def browser(folder: Path, **board: Any) -> TestClient:
    """Return a client on a board over a folder."""
    return TestClient(
        make_board(config_of(folder, **board)),
        base_url="http://127.0.0.1",
        follow_redirects=False,
        client=("127.0.0.1", 5),
    )


def token(client: TestClient, path: str = "/") -> str:
    """Return the token of the forms on a page."""
    found = CSRF.search(client.get(path).text)
    assert found, path
    return found[1]


def send(client: TestClient, path: str, *, files: Any = None, **values: Any) -> Any:
    """Send a form as the page would."""
    csrf = token(client, "/klagomal")
    return client.post(path, data={"csrf": csrf, "back": "/", "by": "Karin Lund", **values}, files=files)
