"""What the tests of the warehouse share: an empty warehouse, and landing files written as crawls write them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.warehouse.landings import fresh


@pytest.fixture
def con(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with fresh(tmp_path) as opened:
        yield opened
