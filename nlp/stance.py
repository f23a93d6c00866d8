"""Where a post stands toward a claim: the pair pass, helped by the Swedish words that carry assent and doubt."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nlp.clean import MODEL_CHARS, clean, model_text
from nlp.company import Company
from nlp.encoder import Encoder, encode
from nlp.quotes import split_quotes

ABSTAINED = "comment"
_DENY = re.compile(
    r"stämmer (?:ju |faktiskt |absolut |verkligen )?(?:inte|ej)|(?:inte|ej|knappast) (?:sant|korrekt|riktigt)\b"
    r"|gäller (?:ju |faktiskt |alltså )?(?:inte|ej|bara|endast|enbart|uteslutande)"
    r"|(?:är|var) (?:ett )?(?:rykte|missförstånd)|\brent nonsens|\blögn\b|\bskitsnack|sprid(?:er)? inte|\bfelaktig"
    r"|\bfel brev|\bfelutskick|missuppfatt|\bha(?:r|de) fel\b|\bdementera|jorden är platt|^nej\b|^nä+\b|\bpåhitt",
    re.IGNORECASE | re.MULTILINE,
)
_QUERY = re.compile(
    r"stämmer det|är det sant|är det så att|någon som vet|nån som vet|vet någon|vet nån|undrar om|hur är det med"
    r"|(?:gäller (?:det|detta|den)|har (?:ni|någon|nån|du)|kan (?:det|någon|nån))\b[^.!\n]{0,80}\?",
    re.IGNORECASE,
)
DENY_WEIGHT, QUERY_WEIGHT, QUESTION_WEIGHT = 1.0, 1.0, 0.75
"""What a cue adds to a logit; chosen on the development split of the written posts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stance:
    """Where a post stands toward a claim, and how sure that is."""

    stance: str
    """`support`, `deny`, `query` or `comment`; `comment` too where the model abstains."""
    score: float
    """Probability of the likeliest stance, which the label is when `is_sure`."""
    scores: Mapping[str, float]
    is_sure: bool
    """False: under the model's threshold; a person should look."""


def judge_stances(pairs: Sequence[tuple[str, str]], *, encoder: Encoder, company: Company) -> list[Stance]:
    """Return the stance of each (claim as the model reads it, post) pair; what a post quotes is not its own stance."""
    own = [split_quotes(text).own for _, text in pairs]
    read = [model_text(text, company) for text in own]
    found = encode(encoder, read, claims=[claim for claim, _ in pairs])
    logits = np.log(np.maximum(found.stance, 1e-6))
    labels = encoder.meta.stance
    for row, ((claim, _), text) in enumerate(zip(pairs, own, strict=True)):
        for label, weight in cues(text, claim).items():
            logits[row, labels.index(label)] += weight
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    chances = raised / raised.sum(axis=1, keepdims=True)
    return [_stance(row, labels, encoder.meta.stance_abstain) for row in chances]


def cues(text: str, claim: str) -> dict[str, float]:
    """Return what the words of a post add to each stance; a cue that the claim itself holds says nothing."""
    plain = clean(text[:MODEL_CHARS])
    found = {"deny": 0.0, "query": 0.0}
    if any(hit.group().lower() not in claim.lower() for hit in _DENY.finditer(plain)):
        found["deny"] += DENY_WEIGHT
    if _QUERY.search(plain):
        found["query"] += QUERY_WEIGHT
    if plain.rstrip(" 😀😂🤔\"')").endswith("?"):
        found["query"] += QUESTION_WEIGHT
    return found


def _stance(chances: Sequence[float], labels: Sequence[str], limit: float) -> Stance:
    best = int(np.argmax(chances))
    is_sure = float(chances[best]) >= limit
    return Stance(
        stance=labels[best] if is_sure else ABSTAINED,
        score=round(float(chances[best]), 4),
        scores={label: round(float(chance), 4) for label, chance in zip(labels, chances, strict=True)},
        is_sure=is_sure,
    )
