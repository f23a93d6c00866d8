"""Rebuild the model that ships, from data to figures: `python -m training.build`. Stops and resumes anywhere."""

from __future__ import annotations

import argparse
import json
import logging
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import AutoTokenizer

from nlp.ngrams import FILE, write_ngrams
from nlp.pipeline import load_stage
from training import calibrate, dataset, evaluate, export, ngrams, prepare, stages
from training.align import align
from training.confusion import about_pairs
from training.labels import COMPANY_MASK, MAX_LENGTH, OPERATOR_MASK, SENTIMENTS, STANCES, TOPICS
from training.matching import UNMATCHED, claims_of, match_block, posts_of
from training.model import Network, load_encoder
from training.prepare import Example
from training.probe import probe
from training.text import company_named
from training.train import average, teach, train

LOG = logging.getLogger(__name__)
RUNS = prepare.ROOT / "runs"
SHIPPED = prepare.ROOT.parent / "nlp" / "model"
METRICS = prepare.ROOT / "metrics.json"
VERSION = "2026.11.23.6"
SEEN = 1500
"""Training texts that tell how far activations reach."""
TEXTS_PER_RUN = 8
"""More at once is not faster."""


def main(argv: Sequence[str] | None = None) -> None:
    """Run every step that is not done yet."""
    options = _options().parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(options.threads)
    encoder = options.shared / "models" / "e5-small-nordic"
    hashes = prepare.pin_hashes(options.shared, accept=options.accept_data)
    outside = prepare.read_shared(options.shared)
    own, claims = prepare.read_fibre()
    network = fit([*outside, *own], claims, encoder=encoder)
    staged = RUNS / "model"
    seen = [e for e in (*outside, *own) if e.split == "train"]
    export.export(network, staged, encoder=encoder, seen=seen[:: max(1, len(seen) // SEEN)])
    posts = prepare.read_posts()
    held = [e for split in ("dev", "test") for e in about_pairs(own, claims, posts, split)]
    meta = judge(staged, [*outside, *own, *prepare.read_scenes(), *held], claims)
    meta["data_hashes"] = hashes
    _write(staged, meta)
    stage = load_stage(company=company_named("Open Infra"), model_dir=staged)
    _write(staged, {**meta, "match": match_block(posts_of("dev"), claims_of("dev"), stage)})
    METRICS.write_text(json.dumps(meta["figures"], indent=1) + "\n", encoding="utf-8")
    place(staged)


def fit(examples: Sequence[Example], claims: dict[str, dict[str, Any]], *, encoder: Path) -> Network:
    """Return the network after all stages; nothing of a test split is read."""
    torch.manual_seed(stages.GENERAL.seed)
    network = load_encoder(encoder, frozen=stages.FROZEN)
    seen = [e for e in examples if e.split == "train"]
    own = [e for e in seen if e.source in dataset.OWN]
    seen += dataset.vary_fibre(own, claims, prepare.read_posts())
    seen += [e for e in dataset.claim_examples(claims) if e.split == "train"]
    data = dataset.build(seen, network, AutoTokenizer.from_pretrained(encoder), folder=RUNS / "cache")
    texts = data.fingerprint()
    teacher = teach(network, data, stages.TAUGHT, path=RUNS / f"teacher-{texts}.pt")
    targets = teach(network, data, ("fibre", "claim"), path=RUNS / f"targets-{texts}.pt")
    targets |= {at: teacher[at] for at in sorted(teacher)[::2]}
    train(network, data, stages.GENERAL, teacher=teacher, folder=RUNS)
    if not (RUNS / f"{stages.FIBRE.name}.pt").exists():
        probe(network, data)
    train(network, data, stages.FIBRE, teacher=teacher, folder=RUNS)
    train(network, data, stages.VOICES, teacher=teacher, folder=RUNS)
    train(network, data, stages.NAMES, teacher=teacher, folder=RUNS)
    train(network, data, stages.PAIRS, teacher=teacher, folder=RUNS)
    average(network, (stages.VOICES, stages.NAMES, stages.PAIRS), folder=RUNS)
    align(network, data, targets)
    return network


def judge(folder: Path, examples: Sequence[Example], claims: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the model's `meta.json`: calibrated on dev, measured on test, with the graph that ships."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    dev = [
        e
        for e in examples
        if e.split == "dev" and e.source in ("fibre", "fibre_pair", "fibre_about", "social", "norec")
    ]
    test = [e for e in examples if e.split == "test"]
    statements = dataset.claim_examples(claims)
    out = {name: export.answer(folder / "model.onnx", tokenizer, part) for name, part in (("dev", dev), ("test", test))}
    exact = export.answer(export.exact_path(folder), tokenizer, test)
    words = ngrams.weigh(ngrams.fit(examples), dev, out["dev"])
    write_ngrams(words, folder)
    out = {name: ngrams.add(words, part, out[name]) for name, part in (("dev", dev), ("test", test))}
    exact = ngrams.add(words, test, exact)
    vectors = export.answer(folder / "model.onnx", tokenizer, statements)["embedding"]
    scale = calibrate.temperatures(dev, out["dev"])
    limits = calibrate.thresholds(dev, out["dev"], scale)
    logits = _scaled(out["test"], scale)
    figures = {
        "test": evaluate.figures(test, logits, limits),
        "dev": evaluate.figures(dev, _scaled(out["dev"], scale), limits),
        "retrieval_test": _retrieval(test, statements, out["test"]["embedding"], vectors),
        "calibration_error_test": calibrate.calibration_errors(test, out["test"], scale),
        "int8_against_fp32": export.differences(exact, out["test"]),
        "model_bytes": (folder / "model.onnx").stat().st_size,
        "ngrams_bytes": (folder / FILE).stat().st_size,
    }
    return {
        "name": "ryktesvakt-nordic-small",
        "version": VERSION,
        "labels": {"sentiment": SENTIMENTS, "topics": TOPICS, "stance": STANCES},
        "max_length": MAX_LENGTH,
        "texts_per_run": TEXTS_PER_RUN,
        "company_mask": COMPANY_MASK,
        "operator_mask": OPERATOR_MASK,
        "temperatures": scale,
        "thresholds": limits,
        "match": UNMATCHED,
        "figures": figures,
    }


def _scaled(out: dict[str, Any], scale: dict[str, float]) -> dict[str, Any]:
    return {name: value / scale.get(name, 1.0) for name, value in out.items()}


def _retrieval(examples: Sequence[Example], claims: Sequence[Example], posts: Any, vectors: Any) -> dict[str, float]:
    rows = [row for row, e in enumerate(examples) if e.source == "fibre" and e.group]
    return evaluate.retrieval([examples[row] for row in rows], claims, posts[rows], vectors)


def _write(folder: Path, meta: dict[str, Any]) -> None:
    (folder / "meta.json").write_text(json.dumps(meta, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def place(staged: Path) -> None:
    """Replace the shipped folder by the staged one, whole."""
    fresh, old = SHIPPED.with_name(".model-new"), SHIPPED.with_name(".model-old")
    for folder in (fresh, old):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(staged, fresh)
    if SHIPPED.exists():
        SHIPPED.rename(old)
    fresh.rename(SHIPPED)
    shutil.rmtree(old, ignore_errors=True)
    LOG.info("placed %s", SHIPPED)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=prepare.SHARED, help="folder with data/ and models/")
    parser.add_argument("--accept-data", action="store_true", help="pin the sources as they are now")
    parser.add_argument("--threads", type=int, default=2)
    return parser


if __name__ == "__main__":
    main()
