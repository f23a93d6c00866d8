"""Posts a second: the whole language stage beside the bare model in ONNX Runtime, on the same texts in the same run.

Run as `python -m benchmarks.language`. Figures are only worth comparing within one run: machines differ and are shared.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from nlp.claims import Claim
from nlp.company import Company
from nlp.encoder import INPUTS, Encoder, encode
from nlp.mentions import is_mention
from nlp.pipeline import LanguageStage, annotate, load_stage
from nlp.predict import predict
from nlp.redact.redactor import Redactor, redact_all

ROOT = Path(__file__).parents[1]
POSTS = ROOT / "training" / "data"
COMPANY = Company(name="Open Infra", aliases=("OpenInfra",), operators=("Telia", "Bahnhof", "Tele2", "Telenor"))
BATCH = 16


def posts(count: int) -> list[str]:
    """Return distinct posts of the project's own."""
    found = [
        json.loads(line)["text"]
        for path in sorted(POSTS.glob("fibre_posts_*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    step = max(1, len(found) // count)
    return list(dict.fromkeys(found[::step]))[:count]


def padded(encoder: Encoder, texts: Sequence[str], session: object) -> None:
    """Run the bare model as it is usually run: sorted by length, padded batches, all cores on one batch."""
    done = encoder.tokenizer(list(texts), truncation=True, max_length=encoder.meta.max_length)
    ids = sorted(done["input_ids"], key=len)
    for at in range(0, len(ids), BATCH):
        batch = ids[at : at + BATCH]
        rows = np.zeros((len(batch), len(batch[-1])), np.int64)
        mask = np.zeros_like(rows)
        for row, own in enumerate(batch):
            rows[row, : len(own)], mask[row, : len(own)] = own, 1
        session.run(None, dict(zip(INPUTS, (rows, mask), strict=True)))  # type: ignore[attr-defined]


def bare_session(folder: Path, threads: int) -> object:
    """Return the model with ONNX Runtime's own threads."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(folder / "model.onnx", options, providers=["CPUExecutionProvider"])


def speed(work: Callable[[], object], count: int) -> float:
    """Return texts a second."""
    began = time.perf_counter()
    work()
    return count / (time.perf_counter() - began)


def measure(stage: LanguageStage, texts: Sequence[str], *, model: Path, rounds: int) -> dict[str, float]:
    """Return the median posts a second of each way, the ways taken in turns so that noise falls on all alike."""
    session = bare_session(model, stage.encoder.threads)
    claims = [Claim(claim_id="alla", statement="Avgiften för drift och underhåll gäller alla kunder.", truth="Nej.")]
    rows = [{"id": at, "text": text} for at, text in enumerate(texts)]
    ways: dict[str, Callable[[], object]] = {
        "bare_padded_batches": lambda: padded(stage.encoder, texts, session),
        "bare_one_by_one": lambda: encode(stage.encoder, texts),
        "annotate": lambda: annotate(texts, language_stage=stage),
        "predict_with_a_claim": lambda: list(predict(rows, claims, stage=stage)),
        "redact": lambda: list(redact_all(texts, Redactor(COMPANY))),
        "is_mention": lambda: list(map(partial(is_mention, company=COMPANY), texts)),
    }
    for work in ways.values():
        work()
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, work in ways.items():
            taken[name].append(speed(work, len(texts)))
    found = {name: round(statistics.median(values), 1) for name, values in taken.items()}
    pairs = zip(taken["annotate"], taken["bare_padded_batches"], strict=True)
    return {**found, "annotate_to_bare_ratio": round(statistics.median(a / b for a, b in pairs), 3)}


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=ROOT / "nlp" / "model")
    parser.add_argument("--posts", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    texts = posts(options.posts)
    stage = load_stage(company=COMPANY, model_dir=options.model)
    words = statistics.mean(len(text.split()) for text in texts)
    found = measure(stage, texts, model=options.model, rounds=options.rounds)
    print(json.dumps({"posts": len(texts), "mean_words": round(words, 1), "threads": stage.encoder.threads, **found}))


if __name__ == "__main__":
    main()
