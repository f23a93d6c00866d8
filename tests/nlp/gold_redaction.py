"""Reads the sentences of `tests/gold/redaction*.txt` and counts, kind by kind, what a redactor finds of them."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp.redact.kinds import Redacted, Redaction


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and what must be taken out of it."""

    text: str
    wanted: tuple[Redaction, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """What was found, by kind; `faults` says each miss and each false take in one line."""

    wanted: Counter[str]
    found: Counter[str]
    """Wanted spans whose letters and digits were all taken as their kind."""
    given: Counter[str]
    right: Counter[str]
    """Spans taken that touch a wanted span of their kind."""
    faults: tuple[str, ...]

    def recall(self, kind: str) -> float:
        return self.found[kind] / self.wanted[kind]

    def precision(self, kind: str) -> float:
        return self.right[kind] / max(self.given[kind], 1)


def read(path: Path) -> list[Sentence]:
    """Return a file's sentences; `#` begins a remark, `{kind|text}` marks what must go."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [_sentence(line) for line in lines if line.strip() and not line.startswith("#")]


def _sentence(line: str) -> Sentence:
    text, at, wanted = "", 0, []
    for mark in re.finditer(r"\{(\w+)\|(.*?)\}(?!\w+\.)", line):
        text += line[at : mark.start()]
        wanted.append(Redaction(len(text), len(text) + len(mark.group(2)), mark.group(1)))
        text, at = text + mark.group(2), mark.end()
    return Sentence(text + line[at:], tuple(wanted))


def count(sentences: Sequence[Sentence], done: Sequence[Redacted]) -> Counts:
    """Return what was found, missed and taken for nothing."""
    counts = Counts(Counter(), Counter(), Counter(), Counter(), ())
    faults = []
    for sentence, redacted in zip(sentences, done, strict=True):
        for want in sentence.wanted:
            counts.wanted[want.kind] += 1
            same = [one for one in redacted.redactions if one.kind == want.kind]
            taken = {at for one in same for at in range(one.start, one.end)}
            is_found = all(at in taken for at in range(want.start, want.end) if sentence.text[at].isalnum())
            counts.found[want.kind] += is_found
            if not is_found:
                faults.append(f"missed {want.kind}: {sentence.text[want.start : want.end]!r} in {redacted.text!r}")
        for one in redacted.redactions:
            counts.given[one.kind] += 1
            is_right = any(w.kind == one.kind and w.start < one.end and one.start < w.end for w in sentence.wanted)
            counts.right[one.kind] += is_right
            if not is_right:
                faults.append(f"took {one.kind}: {sentence.text[one.start : one.end]!r} in {sentence.text!r}")
    return Counts(counts.wanted, counts.found, counts.given, counts.right, tuple(faults))
