"""What the tests of faults share: the forums, a folder, and the warm process that passes are forked from."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.passes import Passes, started
from tests.faults.world import World, world


@pytest.fixture(scope="module")
def town() -> Iterator[World]:
    with world() as running:
        yield running


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder that other users can look into, with letters beyond English in its name, and spaces."""
    with tempfile.TemporaryDirectory(prefix="förvaring åäö ") as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.fixture(scope="session")
def passes(folder: Path) -> Iterator[Passes]:
    """The warm process; it needs a configuration for its model alone."""
    with world() as gone:
        file = gone.config(folder / "first")
    with started(file) as running:
        yield running
