"""All labels of a file of texts, as plain rows: what `ryktesvakt predict` writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np

from nlp.annotation import Annotation
from nlp.claims import Claim, ClaimIndex, Match, index_claims, match_claims
from nlp.mentions import OURS
from nlp.pipeline import LanguageStage, annotate
from nlp.stance import Stance, judge_stances

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


def match_posts(
    texts: Sequence[str],
    annotations: Sequence[Annotation],
    index: ClaimIndex,
    *,
    stage: LanguageStage,
    official: Sequence[bool] | None = None,
) -> list[list[tuple[Match, Stance]]]:
    """Return each annotated post's claims and its stance to them; posts about somebody else have none."""
    embeddings = np.stack([one.embedding for one in annotations]) if annotations else np.zeros((0, 0), np.float32)
    own = [one.own_text for one in annotations]
    matched = match_claims(own, embeddings, index, meta=stage.encoder.meta)
    found = [
        [_in_text(match, one.own_text, text) for match in matches] if _may_match(one) else []
        for matches, one, text in zip(matched, annotations, texts, strict=True)
    ]
    masked = {claim.claim_id: text for claim, text in zip(index.claims, index.masked, strict=True)}
    places = [at for at, matches in enumerate(found) for _ in matches]
    pairs = [(masked[m.claim_id], texts[at]) for at, matches in enumerate(found) for m in matches]
    said = [official[at] for at in places] if official else None
    stances = iter(judge_stances(pairs, encoder=stage.encoder, company=stage.company, official=said))
    return [[(match, next(stances)) for match in matches] for matches in found]


def _in_text(match: Match, own: str, text: str) -> Match:
    """Return the match with its sentence's offsets in the whole text: own words are lines of it."""
    at = max(0, text.find(own[match.start : match.end]))
    return replace(match, start=at, end=min(len(text), at + match.end - match.start))


def _may_match(one: Annotation) -> bool:
    kinds = {mention.kind for mention in one.mentions}
    return bool(kinds & OURS) if kinds else one.sentiment is not None


def _row(row_id: Any, one: Annotation, pairs: Sequence[tuple[Match, Stance]]) -> dict[str, Any]:
    sure = [(match, stance) for match, stance in pairs if match.tier == "auto"]
    is_about_us = not any(mention.kind in ("operator", "homonym") for mention in one.mentions)
    return {
        "id": row_id,
        "lang": one.lang,
        # A claim is about the company: who repeats one is, too, even without naming it.
        "relevant": one.is_relevant or bool(sure and is_about_us),
        "sentiment": one.sentiment or "neutral",
        "topics": list(one.topics),
        "claims": {match.claim_id: stance.stance for match, stance in sure},
        "redactions": [{"start": r.start, "end": r.end, "kind": r.kind} for r in one.redactions],
        "relevance_score": one.relevance_score,
        "sentiment_scores": dict(one.sentiment_scores),
        "topic_scores": dict(one.topic_scores),
        "claim_scores": {match.claim_id: _scores(match, stance) for match, stance in pairs},
        "suggestions": {match.claim_id: stance.stance for match, stance in pairs if match.tier == "suggest"},
    }


def _scores(match: Match, stance: Stance) -> dict[str, Any]:
    return {
        "cosine": match.cosine,
        "lexical": match.lexical,
        "start": match.start,
        "end": match.end,
        "stance_scores": dict(stance.scores),
        "is_sure": stance.is_sure,
    }
