"""Loading a model folder, whole or damaged, and what comes out of one."""

import json
import shutil
from collections import Counter, OrderedDict
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nlp.encoder import Encoder, encode, load_encoder
from nlp.errors import ModelError

TINY = Path(__file__).parent / "tiny_model"


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder(TINY, threads=2)


def test_probabilities_are_probabilities(encoder: Encoder) -> None:
    found = encode(encoder, ["hej", "", "å" * 5000])
    assert found.embedding.shape == (3, 16) and found.topics.shape == (3, 12) and found.relevance.shape == (3,)
    assert np.allclose(found.sentiment.sum(1), 1) and np.allclose(found.stance.sum(1), 1)
    assert np.allclose(np.linalg.norm(found.embedding, axis=1), 1, atol=1e-5)


def test_temperature_divides_the_logits(encoder: Encoder) -> None:
    ids = np.array([[2, 9, 3]])
    raw = encoder.session.run(["sentiment"], {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0]
    token = encoder.tokenizer.convert_ids_to_tokens(9)
    expected = np.exp(raw / 2.0) / np.exp(raw / 2.0).sum()
    assert np.allclose(encode(encoder, [token]).sentiment, expected, atol=1e-5)


def test_equal_texts_are_judged_once(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = []
    counted = Encoder(
        type("S", (), {"run": lambda _, o, i: (runs.append(1), encoder.session.run(o, i))[1]})(),
        encoder.tokenizer, encoder.meta, 2, encoder.size,
    )  # fmt: skip
    found = encode(counted, ["a", "b", "a", "a"])
    assert len(runs) == 2 and np.array_equal(found.sentiment[0], found.sentiment[3])


def test_only_texts_of_one_length_are_read_together(encoder: Encoder) -> None:
    shapes: list[tuple[int, ...]] = []
    told = type("S", (), {"run": lambda _, o, i: (shapes.append(i["input_ids"].shape), encoder.session.run(o, i))[1]})()
    texts = [*(f"{at:03}" for at in range(40)), *(f"{at:04}" for at in range(10)), "lång " * 5]
    together = replace(encoder, session=told, meta=replace(encoder.meta, texts_per_run=4), kept=OrderedDict())
    found = encode(together, texts)
    assert Counter(shapes) == {(1, 27): 1, (4, 5): 10, (2, 6): 1, (4, 6): 2}
    assert shapes[0] in ((1, 27), (4, 6)), "what takes longest comes first, on either core"
    assert np.allclose(found.sentiment, encode(encoder, texts).sentiment)


def test_a_folder_that_does_not_say_so_is_read_text_by_text(encoder: Encoder) -> None:
    assert encoder.meta.texts_per_run == 1


def test_of_a_pair_the_longer_side_is_cut(encoder: Encoder) -> None:
    found = encode(encoder, ["x" * 5000] * 2, claims=["alla", "ingen"])
    assert not np.array_equal(found.stance[0], found.stance[1])
    assert encode(encoder, ["nej", "y" * 900], claims=["x" * 5000] * 2).stance.shape == (2, 4)


def test_nothing_in_nothing_out(encoder: Encoder) -> None:
    assert encode(encoder, []).embedding.shape == (0, 16)


def damage(folder: Path, name: str, content: bytes | None) -> None:
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("model.onnx", None, "lacks model.onnx"),
        ("model.onnx", b"", "cannot be loaded"),
        ("model.onnx", b"not a graph", "cannot be loaded"),
        ("model.onnx", (TINY / "model.onnx").read_bytes()[:2000], "cannot be loaded"),
        ("tokenizer.json", (TINY / "tokenizer.json").read_bytes()[:900], "cannot be loaded"),
        ("meta.json", (TINY / "meta.json").read_bytes()[:300], "not a model's"),
        ("tokenizer.json", b"{", "cannot be loaded"),
        ("tokenizer.json", None, "lacks tokenizer.json"),
        ("meta.json", None, "lacks meta.json"),
        ("meta.json", b"[]", "not a model's"),
        ("meta.json", b"\xff", "not a model's"),
        ("meta.json", b"{}", "not a model's"),
    ],
)
def test_a_damaged_folder_is_one_clear_line(tmp_path: Path, name: str, content: bytes | None, says: str) -> None:
    folder = tmp_path / "model"
    shutil.copytree(TINY, folder)
    damage(folder, name, content)
    with pytest.raises(ModelError) as caught:
        load_encoder(folder)
    assert says in str(caught.value) and str(folder) in str(caught.value) and "\n" not in str(caught.value)


def test_labels_that_do_not_fit_the_graph_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(TINY, folder)
    meta = json.loads((folder / "meta.json").read_text())
    meta["labels"]["stance"] = ["support", "deny"]
    (folder / "meta.json").write_text(json.dumps(meta))
    with pytest.raises(ModelError, match="disagree on stance"):
        load_encoder(folder)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="does not exist"):
        load_encoder(tmp_path / "none")
