"""Models by name: another embedding and another sentiment, with torch and without, and what is said when they fail."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nlp import hub
from nlp.claims import Claim
from nlp.components import shared_encoder
from nlp.encoder import encode, load_encoder
from nlp.errors import ModelError
from nlp.hub import Models, load_embedder, load_sentiment
from nlp.hub_files import fingerprint, labels_of
from nlp.pipeline import LanguageStage, annotate, load_stage
from nlp.predict import predict
from tests.nlp.hub_texts import COMPANY, TEXTS

ROOT = Path(__file__).parents[2]
TINY = Path(__file__).parent / "tiny_model"
WITH_TORCH = ROOT / ".venv-train" / "bin" / "python"
SENTIMENTS = ("negative", "neutral", "positive")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Return the folder of the tiny models, and what the stage says through torch."""
    if not WITH_TORCH.exists():
        pytest.skip("no .venv-train with torch: `make train-env` makes it")
    folder = tmp_path_factory.mktemp("models")
    done = subprocess.run(
        [WITH_TORCH, "-m", "tests.nlp.hub_models", folder], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return folder, json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def stage(made: tuple[Path, dict[str, Any]]) -> LanguageStage:
    models = Models(encoder=str(made[0] / "encoder-onnx"), sentiment=str(made[0] / "sentiment-onnx"))
    return load_stage(company=COMPANY, model_dir=TINY, threads=2, models=models)


def test_torch_and_onnx_runtime_say_the_same(made: tuple[Path, dict[str, Any]], stage: LanguageStage) -> None:
    found, said = encode(stage.encoder, TEXTS), made[1]
    np.testing.assert_allclose(found.embedding, said["embedding"], atol=1e-4)
    np.testing.assert_allclose(found.sentiment, said["sentiment"], atol=1e-4)
    assert len({tuple(np.round(row, 3)) for row in said["embedding"]}) == len(TEXTS)
    assert [stage.encoder.meta.match_near, stage.encoder.meta.match_thread] == pytest.approx(said["match"], abs=1e-3)


def test_what_is_not_named_stays_with_the_model_that_ships(made: tuple[Path, dict[str, Any]]) -> None:
    plain = encode(load_encoder(TINY, threads=2), TEXTS)
    np.testing.assert_allclose(plain.topics, made[1]["topics"], atol=1e-5)
    assert plain.embedding.shape[1] == 16 and len(made[1]["embedding"][0]) == 24


def test_order_and_neighbours_change_nothing(stage: LanguageStage) -> None:
    forth = annotate(TEXTS, language_stage=stage)
    back = annotate(TEXTS[::-1], language_stage=stage)[::-1]
    assert all(
        np.array_equal(a.embedding, b.embedding) and a.sentiment == b.sentiment
        for a, b in zip(forth, back, strict=True)
    )


def test_claims_are_found_and_stances_judged(stage: LanguageStage) -> None:
    claim = Claim(claim_id="a", statement=TEXTS[0], truth="Nej.")
    (row,) = predict([{"id": 1, "text": TEXTS[0]}], [claim], stage=stage)
    assert set(row["claims"]) == {"a"} and row["claim_scores"]["a"]["meaning"] > 0


def test_limits_that_somebody_has_measured_count(made: tuple[Path, dict[str, Any]]) -> None:
    models = Models(encoder=str(made[0] / "encoder-onnx"), match_near=0.5, match_thread=0.7)
    meta = shared_encoder(str(TINY), 1, models).meta
    assert (meta.match_near, meta.match_thread) == (0.5, 0.7)


def test_labels_of_another_model_are_told_apart(stage: LanguageStage) -> None:
    plain = shared_encoder(str(TINY), 2).meta
    meta = stage.encoder.meta
    assert meta.version.startswith(plain.version + "+") and meta.version.count("+") == plain.version.count("+") + 2
    assert "encoder-onnx" in meta.name and "sentiment-onnx" in meta.name


def test_a_folder_like_the_shipped_one_answers_everything() -> None:
    assert shared_encoder(None, 1, Models(encoder=str(TINY))).meta.name == "tiny"


def test_without_torch_one_line_says_what_to_install(
    made: tuple[Path, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ModelError, match=r"needs torch; install it with: pip install 'ryktesvakt\[hub\]'") as caught:
        load_embedder(str(made[0] / "encoder"))
    assert "\n" not in str(caught.value)


def cut(folder: Path) -> None:
    graph = folder / "onnx" / "model.onnx"
    graph.write_bytes(graph.read_bytes()[:1000])


def empty(folder: Path) -> None:
    for path in folder.rglob("*.json"):
        path.unlink()


@pytest.mark.parametrize("damage", [cut, empty])
@pytest.mark.parametrize("load", [load_embedder, lambda name: load_sentiment(name, SENTIMENTS)])
def test_damage_is_one_line(
    made: tuple[Path, dict[str, Any]], tmp_path: Path, damage: Callable[[Path], None], load: Callable[[str], object]
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(made[0] / "sentiment-onnx", folder)
    damage(folder)
    with pytest.raises(ModelError) as caught:
        load(str(folder))
    assert str(folder) in str(caught.value) and "\n" not in str(caught.value)


def test_a_classifier_is_no_embedder(made: tuple[Path, dict[str, Any]]) -> None:
    with pytest.raises(ModelError, match="does not answer as its kind does"):
        load_embedder(str(made[0] / "sentiment-onnx"))


@pytest.mark.parametrize("name", ["no/such folder", "../up", "", "/nowhere"])
def test_what_is_neither_folder_nor_hub_name_is_said(name: str) -> None:
    with pytest.raises(ModelError, match="no such folder"):
        load_embedder(name)


def test_a_hub_that_does_not_answer_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> str:
        raise ConnectionError("no route\nto the hub")

    monkeypatch.setattr("huggingface_hub.snapshot_download", refuse)
    with pytest.raises(ModelError, match=r"the hub did not give it \(no route\)"):
        load_embedder("KBLab/none")


def test_the_hub_is_asked_for_a_revision_and_only_once(
    made: tuple[Path, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[object, object, object]] = []

    def give(*, repo_id: str, revision: str | None, local_files_only: bool, **_: object) -> str:
        asked.append((repo_id, revision, local_files_only))
        return str(made[0] / "encoder-onnx")

    monkeypatch.setattr("huggingface_hub.snapshot_download", give)
    assert load_embedder("KBLab/some-model@v2").read("hej").shape == (24,)
    assert asked == [("KBLab/some-model", "v2", True)]


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["NEGATIVE", "NEUTRAL", "POSITIVE"], SENTIMENTS),
        (["pos", "neg"], ("positive", "negative")),
        (["LABEL_0", "LABEL_1", "LABEL_2"], SENTIMENTS),
        (["LABEL_0", "LABEL_1"], ("negative", "positive")),
        (["1 star", "2 stars", "3 stars", "5 stars"], ("negative", "negative", "neutral", "positive")),
        (["negativ", "neutral", "positiv"], SENTIMENTS),
        (["joy", "anger"], None),
        (["LABEL_0", "LABEL_1", "LABEL_2", "LABEL_3"], None),
    ],
)  # fmt: skip
def test_what_labels_mean(tmp_path: Path, labels: list[str], expected: tuple[str, ...] | None) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"id2label": dict(enumerate(labels))}))
    if expected:
        assert labels_of(tmp_path, "x") == expected
    else:
        with pytest.raises(ModelError, match="are not negative, neutral and positive"):
            labels_of(tmp_path, "x")


def test_chances_of_several_labels_add_up_and_a_lacking_one_never_wins() -> None:
    stars = hub._gathered(
        np.log([0.1, 0.2, 0.3, 0.3, 0.1]), ["negative"] * 2 + ["neutral"] + ["positive"] * 2, SENTIMENTS
    )
    np.testing.assert_allclose(np.exp(stars), [0.3, 0.3, 0.4], atol=1e-6)
    two = hub._gathered(np.array([2.0, -1.0]), ["positive", "negative"], SENTIMENTS)
    assert int(two.argmax()) == 2 and two[1] < two[2]


def test_other_weights_have_another_print(made: tuple[Path, dict[str, Any]]) -> None:
    prints = {fingerprint(made[0] / name) for name in ("encoder", "encoder-onnx", "sentiment", "sentiment-onnx")}
    assert len(prints) == 4


def test_the_product_does_not_need_torch() -> None:
    code = "import sys, nlp.pipeline, nlp.hub; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
