"""All labels of a file of texts, as plain rows: what `ryktesvakt predict` writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np

from nlp.annotation import Annotation
from nlp.claims import Candidate, Claim, ClaimIndex, index_claims, propose_claims
from nlp.mentions import OURS
from nlp.pipeline import LanguageStage, annotate
from nlp.quotes import split_quotes
from nlp.stance import Stance, judge_stances
from nlp.tiers import chance_of, tier_of

CHUNK = 512
"""Rows in memory at a time."""


def predict(
    rows: Iterable[Mapping[str, Any]], claims: Sequence[Claim], *, stage: LanguageStage
) -> Iterator[dict[str, Any]]:
    """Yield one row of labels for each row with `id` and `text`, in order; an `author` that is the company's is known.

    A text in a language that is not judged has sentiment `neutral` and no topics. `claims` holds matches that count
    at once; `suggestions` those that a person should see first.
    """
    index = index_claims(claims, encoder=stage.encoder, company=stage.company)
    stream = iter(rows)
    while chunk := list(islice(stream, CHUNK)):
        texts = [str(row["text"]) for row in chunk]
        found = annotate(texts, language_stage=stage)
        accounts = {name.casefold() for name in stage.company.accounts}
        official = [str(row.get("author", "")).casefold() in accounts for row in chunk]
        matched = match_posts(texts, found, index, stage=stage, official=official)
        for row, one, pairs in zip(chunk, found, matched, strict=True):
            yield _row(row["id"], one, pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A claim that a post is about, and where it stands."""

    claim_id: str
    tier: str
    """`auto` counts at once; `suggest` waits for a person."""
    chance: float
    """Probability that the post is about the claim."""
    candidate: Candidate
    """Why it was proposed, and the sentence, by its offsets in the whole text."""
    stance: Stance


def match_posts(
    texts: Sequence[str],
    annotations: Sequence[Annotation],
    index: ClaimIndex,
    *,
    stage: LanguageStage,
    official: Sequence[bool] | None = None,
) -> list[list[Match]]:
    """Return each annotated post's claims, the surest first; posts about somebody else have none."""
    meta = stage.encoder.meta
    embeddings = np.stack([one.embedding for one in annotations]) if annotations else np.zeros((0, 0), np.float32)
    quoted = [split_quotes(text).quoted for text in texts]
    proposed = propose_claims([one.own_text for one in annotations], embeddings, index, meta=meta, quoted=quoted)
    pairs = [
        (at, _in_text(candidate, one.own_text, text))
        for at, (candidates, one, text) in enumerate(zip(proposed, annotations, texts, strict=True))
        if _may_match(one)
        for candidate in candidates
    ]
    masked = {claim.claim_id: text for claim, text in zip(index.claims, index.masked, strict=True)}
    stances = judge_stances(
        [(masked[candidate.claim_id], texts[at]) for at, candidate in pairs],
        encoder=stage.encoder,
        company=stage.company,
        official=[official[at] for at, _ in pairs] if official else None,
    )
    found: list[list[Match]] = [[] for _ in texts]
    for (at, candidate), stance in zip(pairs, stances, strict=True):
        if tier := tier_of(candidate, stance.about, meta=meta):
            chance = round(chance_of(candidate, stance.about, meta=meta), 4)
            found[at].append(
                Match(claim_id=candidate.claim_id, tier=tier, chance=chance, candidate=candidate, stance=stance)
            )
    return [sorted(matches, key=lambda match: -match.chance) for matches in found]


def _in_text(candidate: Candidate, own: str, text: str) -> Candidate:
    """Return the candidate with its sentence's offsets in the whole text: own words are lines of it."""
    at = max(0, text.find(own[candidate.start : candidate.end]))
    return replace(candidate, start=at, end=min(len(text), at + candidate.end - candidate.start))


def _may_match(one: Annotation) -> bool:
    kinds = {mention.kind for mention in one.mentions}
    return bool(kinds & OURS) if kinds else one.sentiment is not None


def _row(row_id: Any, one: Annotation, matches: Sequence[Match]) -> dict[str, Any]:
    sure = {match.claim_id: match.stance.stance for match in matches if match.tier == "auto"}
    is_about_us = not any(mention.kind in ("operator", "homonym") for mention in one.mentions)
    return {
        "id": row_id,
        "lang": one.lang,
        # A claim is about the company: who repeats one is, too, even without naming it.
        "relevant": one.is_relevant or bool(sure and is_about_us),
        "sentiment": one.sentiment or "neutral",
        "topics": list(one.topics),
        "claims": sure,
        "redactions": [{"start": r.start, "end": r.end, "kind": r.kind} for r in one.redactions],
        "relevance_score": one.relevance_score,
        "sentiment_scores": dict(one.sentiment_scores),
        "topic_scores": dict(one.topic_scores),
        "claim_scores": {match.claim_id: _scores(match) for match in matches},
        "suggestions": {match.claim_id: match.stance.stance for match in matches if match.tier == "suggest"},
    }


def _scores(match: Match) -> dict[str, Any]:
    return {
        "about": match.chance,
        "meaning": match.candidate.meaning,
        "lexical": match.candidate.lexical,
        "start": match.candidate.start,
        "end": match.candidate.end,
        "stance_scores": dict(match.stance.scores),
        "is_sure": match.stance.is_sure,
    }
