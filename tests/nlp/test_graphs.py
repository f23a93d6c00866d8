"""The graph that ships: the answers of the one that the exporter writes, attention fused and ranges fixed."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
WITH_TORCH = ROOT / ".venv-train" / "bin" / "python"


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return what `graphs` measures with torch."""
    if not WITH_TORCH.exists():
        pytest.skip("no .venv-train with torch: `make train-env` makes it")
    given = [WITH_TORCH, "-m", "tests.nlp.graphs", tmp_path_factory.mktemp("graphs")]
    done = subprocess.run(given, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_the_answers_stay(said: Any) -> None:
    """Alone and in a padded batch: equal, where texts differ from one another by far more than could be missed."""
    assert said["largest_difference"] <= 1e-6 < 0.1 < said["largest_spread"]


def test_each_layer_has_one_attention(said: Any) -> None:
    assert said["kinds"]["Attention"] == said["layers"]
    assert said["kinds"]["Softmax"] == 1, "pooling's own stays"
    before, after = said["nodes"]
    assert after < 0.7 * before


def test_fusing_twice_is_fusing_once(said: Any) -> None:
    assert said["is_same_twice"]


def test_fixed_ranges_cost_little_exactness(said: Any) -> None:
    assert 0 < said["error_fixed"] < 1.3 * said["error_measured"]


def test_with_fixed_ranges_a_text_reads_the_same_beside_any_other(said: Any) -> None:
    assert said["is_together_as_alone"] and not said["was_together_as_alone"]


def test_each_matrix_is_fixed_once(said: Any) -> None:
    kinds = said["fixed_kinds"]
    assert "DynamicQuantizeLinear" not in kinds and "MatMulInteger" not in kinds
    assert kinds["MatMulIntegerToFloat"] == kinds["QuantizeLinear"] == said["kinds"]["MatMulInteger"]
    assert said["is_fixed_same_twice"]


def test_the_graph_that_ships_is_fused() -> None:
    """A node's kind is written with its length before it; this needs no `onnx`."""
    graph = (ROOT / "nlp" / "model" / "model.onnx").read_bytes()
    assert graph.count(b"\x22\x09Attention") == 12 and graph.count(b"\x22\x07Softmax") == 1
    assert graph.count(b"\x22\x14MatMulIntegerToFloat") == graph.count(b"\x22\x0eQuantizeLinear") == 56
