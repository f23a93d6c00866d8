"""How much memory streaming posts through `predict` takes: the peak after each ten thousand, most of them distinct.

Run as `python -m benchmarks.language_memory --posts 1000000`. Posts are made of the project's own sentences, shuffled
anew, with a number in each, so that caches meet new texts all the time; one in eight is a copy.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.language import COMPANY, COPIES, ROOT, posts
from nlp.claims import Claim
from nlp.pipeline import load_stage
from nlp.predict import predict

STEP = 10_000
CLAIMS = [Claim(claim_id="alla", statement="Avgiften för drift och underhåll gäller alla kunder.", truth="Nej.")]


def rows(count: int) -> Iterator[dict[str, object]]:
    """Yield posts one by one; nothing of them is kept."""
    rng = random.Random(3)
    sentences = [part.strip() for text in posts(1024) for part in text.split(".") if part.strip()]
    text = "Open Infra"
    for number in range(count):
        if number % COPIES:
            text = ". ".join(rng.sample(sentences, rng.choice((1, 1, 2, 3)))) + f". {number}"
        yield {"id": number, "text": text}


def main() -> None:
    """Print the peak as it grows, one JSON object a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--model", type=Path, default=ROOT / "nlp" / "model")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    stage = load_stage(company=COMPANY, model_dir=options.model, threads=options.threads)
    began = time.perf_counter()
    for number, _ in enumerate(predict(rows(options.posts), CLAIMS, stage=stage), start=1):
        if number % STEP == 0 or number == options.posts:
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            seconds = round(time.perf_counter() - began)
            print(json.dumps({"posts": number, "peak_mib": round(peak), "seconds": seconds}), flush=True)


if __name__ == "__main__":
    main()
