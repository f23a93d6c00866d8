"""Posts a second of what most people run: one torch pipeline per question, on the texts of a JSON list on stdin.

Run by `benchmarks.language` with a Python that has torch; prints JSON. The classifiers are of the shipped model's size
and untrained: how right they are makes no difference to how fast they are.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from typing import Any

import torch
from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification, pipeline

QUESTIONS = {"relevance": 2, "sentiment": 3, "topics": 12}
SIZE = {"hidden_size": 384, "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 1536}


def pipelines(tokenizer: Any) -> list[Any]:
    """Return one text classifier per question."""
    made = []
    for labels in QUESTIONS.values():
        config = BertConfig(vocab_size=len(tokenizer), num_labels=labels, max_position_embeddings=512, **SIZE)
        model = BertForSequenceClassification(config).eval()
        made.append(pipeline("text-classification", model=model, tokenizer=tokenizer, top_k=None, device="cpu"))
    return made


def measure(texts: Sequence[str], *, tokenizer: Any, batch: int) -> dict[str, float]:
    """Return seconds on the clock and of processors for all questions about all texts."""
    made = pipelines(tokenizer)
    given = {"batch_size": batch, "truncation": True, "max_length": 256}
    made[0](list(texts[:2]), **given)
    began, used = time.perf_counter(), time.process_time()
    for ask in made:
        ask(list(texts), **given)
    return {"clock_seconds": time.perf_counter() - began, "processor_seconds": time.process_time() - used}


def main() -> None:
    """Print the seconds as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    tokenizer = AutoTokenizer.from_pretrained(options.tokenizer, local_files_only=True)
    print(json.dumps(measure(json.load(sys.stdin), tokenizer=tokenizer, batch=options.batch)))


if __name__ == "__main__":
    main()
