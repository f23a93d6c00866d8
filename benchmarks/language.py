"""Posts a second: the whole language stage beside the bare model in ONNX Runtime and three torch pipelines.

Run as `python -m benchmarks.language`. The same posts, in the same run, the ways in turns: lengths as forums have them,
and one post in eight a copy of another, as on forums. `annotate` and `predict` forget their answers before each round.
Figures are only worth comparing within one run; on a busy machine compare the processor seconds. With
`--torch PYTHON` (one that has torch: `.venv-train/bin/python`) three pipelines are run as well, on fewer posts.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from nlp.claims import Claim
from nlp.company import Company
from nlp.encoder import Encoder, encode
from nlp.mentions import is_mention
from nlp.pipeline import LanguageStage, annotate, load_stage
from nlp.predict import predict
from nlp.redact.redactor import Redactor, redact_all
from nlp.session import INPUTS

ROOT = Path(__file__).parents[1]
POSTS = ROOT / "training" / "data"
COMPANY = Company(name="Open Infra", aliases=("OpenInfra",), operators=("Telia", "Bahnhof", "Tele2", "Telenor"))
BATCH = 16
COPIES = 8
"""One post in so many is a copy: quoted whole, posted twice, or "+1"."""
TORCH_POSTS = 512


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds that a number of posts took."""

    clock: float
    processors: float
    count: int


def posts(count: int) -> list[str]:
    """Return posts of the project's own, drawn with their lengths, one in `COPIES` a copy; the same ones every time."""
    found = {
        json.loads(line)["text"]: None
        for path in sorted(POSTS.glob("fibre_posts_*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    }
    rng = random.Random(11)
    drawn = rng.sample(list(found), count - count // COPIES)
    drawn += rng.choices(drawn, k=count // COPIES)
    rng.shuffle(drawn)
    return drawn


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


def spend(work: Callable[[], object], count: int) -> Spent:
    """Return what a piece of work takes."""
    began, used = time.perf_counter(), time.process_time()
    work()
    return Spent(time.perf_counter() - began, time.process_time() - used, count)


def torch_pipelines(texts: Sequence[str], *, python: str, model: Path, threads: int) -> Spent:
    """Return what three torch pipelines take, in a process of their own; loading is not counted."""
    given = [python, "-m", "benchmarks.language_torch", "--tokenizer", str(model), "--threads", str(threads)]
    done = subprocess.run(given, input=json.dumps(texts), capture_output=True, text=True, cwd=ROOT, check=True)
    said = json.loads(done.stdout.splitlines()[-1])
    return Spent(said["clock_seconds"], said["processor_seconds"], len(texts))


def ways_of(stage: LanguageStage, texts: Sequence[str], *, model: Path) -> dict[str, Callable[[], object]]:
    """Return the ways of reading the posts that run in this process."""
    session = bare_session(model, stage.encoder.threads)
    claims = [Claim(claim_id="alla", statement="Avgiften för drift och underhåll gäller alla kunder.", truth="Nej.")]
    rows = [{"id": at, "text": text} for at, text in enumerate(texts)]

    def forgetting(work: Callable[[], object]) -> Callable[[], object]:
        return lambda: (stage.encoder.kept.clear(), work())

    return {
        "bare_padded_batches": lambda: padded(stage.encoder, texts, session),
        "encode_alone": forgetting(lambda: encode(stage.encoder, texts)),
        "annotate": forgetting(lambda: annotate(texts, language_stage=stage)),
        "predict_with_a_claim": forgetting(lambda: list(predict(rows, claims, stage=stage))),
        "redact": lambda: list(redact_all(texts, Redactor(COMPANY))),
        "is_mention": lambda: list(map(partial(is_mention, company=COMPANY), texts)),
    }


def measure(
    stage: LanguageStage, texts: Sequence[str], *, model: Path, rounds: int, torch: str | None
) -> dict[str, list[Spent]]:
    """Return what each way takes in each round, the ways taken in turns so that noise falls on all alike."""
    ways = ways_of(stage, texts, model=model)
    for work in ways.values():
        work()
    taken: dict[str, list[Spent]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, work in ways.items():
            taken[name].append(spend(work, len(texts)))
        if torch:
            some = list(texts[:TORCH_POSTS])
            spent = torch_pipelines(some, python=torch, model=model, threads=stage.encoder.threads)
            taken.setdefault("three_torch_pipelines", []).append(spent)
    return taken


def summary(taken: dict[str, list[Spent]]) -> dict[str, object]:
    """Return posts a second, processor milliseconds a post, and the ratios of rounds: medians of each."""
    speeds = {name: round(statistics.median(s.count / s.clock for s in all_), 1) for name, all_ in taken.items()}
    costs = {
        name: round(statistics.median(1e3 * s.processors / s.count for s in all_), 2) for name, all_ in taken.items()
    }
    ratios = {
        f"annotate_to_{name}{suffix}": round(statistics.median(map(ratio, taken["annotate"], taken[name])), 2)
        for name in ("bare_padded_batches", "encode_alone", "three_torch_pipelines")
        if name in taken
        for suffix, ratio in (("", by_clock), ("_by_processor", by_processor))
    }
    return {"posts_a_second": speeds, "processor_ms_a_post": costs, "ratios": ratios}


def by_clock(ours: Spent, theirs: Spent) -> float:
    """Return how many times faster ours is."""
    return (ours.count / ours.clock) / (theirs.count / theirs.clock)


def by_processor(ours: Spent, theirs: Spent) -> float:
    """Return how many times less processor time ours takes."""
    return (theirs.processors / theirs.count) / (ours.processors / ours.count)


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=ROOT / "nlp" / "model")
    parser.add_argument("--posts", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--torch", metavar="PYTHON", help="a Python that has torch, to run three pipelines beside ours")
    options = parser.parse_args()
    texts = posts(options.posts)
    stage = load_stage(company=COMPANY, model_dir=options.model, threads=options.threads)
    taken = measure(stage, texts, model=options.model, rounds=options.rounds, torch=options.torch)
    words = statistics.mean(len(text.split()) for text in texts)
    said = {"posts": len(texts), "distinct": len(set(texts)), "mean_words": round(words, 1), "threads": options.threads}
    print(json.dumps({**said, **summary(taken)}, indent=1))


if __name__ == "__main__":
    main()
