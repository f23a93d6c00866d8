"""Step 4: hold posts against the claims, and ask each pair for its stance."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache, partial
from typing import Any

import numpy as np

from crawlers.pseudonym import author_key
from flows.desk import Desk
from flows.poison import UnsoundError, without_poison
from flows.steps.annotate import labels_version, put_aside
from flows.steps.pairs import may_match, worth_judging
from nlp.claims import (
    Candidate,
    Claim,
    ClaimIndex,
    NearClaims,
    candidate_of,
    index_claims,
    near_claims,
    thread_nearness,
)
from nlp.encoder import Floats
from nlp.stance import Stance, judge_stances
from nlp.tiers import tier_of
from warehouse import matches as store
from warehouse.ledger import list_claims
from warehouse.matches import UNRELATED, PendingMatch
from warehouse.waiting import forget_list

BATCH = 8192
TAKEN = 8 * BATCH
"""Posts that are taken at once, to be held BATCH by BATCH: to see which wait takes long. Their vectors: 100 MB."""
STEP = "match"
MOST_WORDINGS = 32
"""Paraphrases of a claim that are held against posts: the latest, beyond that they repeat each other."""
LOOK_BACK = timedelta(days=90)
"""A claim that is added this evening is held against the posts of so many days."""


def match(desk: Desk, *, only: Sequence[str] | None = None) -> int:
    """Match what this model and these claims have not met, and return how many posts were held against them.

    Embeddings are the warehouse's, stances of pairs that were judged before are taken from there: a new claim costs
    one product of matrices and the few pairs that it brings. `only` names the posts to begin with, by key.
    """
    claims = _claims(desk)
    if not claims:
        forget_list(desk.con, "match")
        return 0
    model_version = labels_version(desk)
    version, count = version_of(desk, claims), 0
    since, index = desk.now - LOOK_BACK, None
    while True:
        posts, vectors = store.pending_matches(
            desk.con, version=version, model_version=model_version, limit=TAKEN, posted_after=since, only=only
        )
        if not posts:
            break
        index = index or index_claims(claims, encoder=desk.stage.encoder, company=desk.stage.company)
        for at in range(0, len(posts), BATCH):
            some = slice(at, at + BATCH)
            count += _hold(desk, index, posts[some], vectors[some], version)
        if len(posts) < TAKEN:  # all that were taken are saved or set aside by now
            break
    store.done_with_matches(desk.con, version=version, model_version=model_version, posted_after=since)
    return count


def _hold(desk: Desk, index: ClaimIndex, posts: Sequence[PendingMatch], vectors: Floats, version: str) -> int:
    """Hold posts against the claims and save what comes of it; return how many were not set aside."""
    done, poison = without_poison(
        posts,
        partial(_each, desk, index, {post.post_key: row for row, post in enumerate(posts)}, vectors),
        what="the judging of stances",
        probe=partial(_probe, desk, index),
    )
    count = store.save_matches(
        desk.con,
        [(post.post_key, post.revision) for post, _ in done],
        [one for _, found in done for one in found],
        model=labels_version(desk),
        version=version,
        at=desk.now,
    )
    put_aside(desk, STEP, version, poison)
    return count


def version_of(desk: Desk, claims: Sequence[Claim] | None = None) -> str:
    """Return what matches depend on: the labels' version, and the wordings of the claims."""
    return f"{labels_version(desk)}+{_hash(_claims(desk) if claims is None else claims)}"


def _each(
    desk: Desk, index: ClaimIndex, rows: Mapping[str, int], vectors: Floats, posts: Sequence[PendingMatch]
) -> list[list[store.Match]]:
    """Return what each post makes of the claims; `rows` says which vector is whose, by post key.

    Raises UnsoundError for a score that is no number.
    """
    found: dict[str, list[store.Match]] = {post.post_key: [] for post in posts}
    for one in _found(desk, posts, vectors[[rows[key] for key in found]], index):
        chances = (one.stance_score, one.about_probability, one.support_probability, one.deny_probability)
        if not all(math.isfinite(number) for number in (one.score_embedding, *chances) if number is not None):
            raise UnsoundError
        found[one.post_key].append(one)
    return list(found.values())


def _probe(desk: Desk, index: ClaimIndex) -> None:
    """Ask for one stance. Raises UnsoundError where it is none."""
    pair = [(index.masked[0], "Det stämmer att vi har fiber från dem.")]
    stance = judge_stances(pair, encoder=desk.stage.encoder, company=desk.stage.company)[0]
    if not math.isfinite(stance.score):
        raise UnsoundError


def _claims(desk: Desk) -> list[Claim]:
    return [
        Claim(claim_id=c.claim_id, statement=c.statement, truth=c.truth, paraphrases=c.paraphrases[-MOST_WORDINGS:])
        for c in list_claims(desk.con, now=desk.now)
    ]


def _found(desk: Desk, posts: Sequence[PendingMatch], vectors: Floats, index: ClaimIndex) -> list[store.Match]:
    pairs, rows, new = _pairs(desk, posts, vectors, index)
    masked = {claim.claim_id: text for claim, text in zip(index.claims, index.masked, strict=True)}
    judges = {claim_id: _judge(desk, text) for claim_id, text in masked.items()}
    asked = [pairs[at] for at in new]
    stances = judge_stances(
        [(masked[one.claim_id], _with_quotes(post)) for post, one in asked],
        encoder=desk.stage.encoder,
        company=desk.stage.company,
        official=_official(desk, [post for post, _ in asked]),
    )
    for at, (post, one), stance in zip(new, asked, stances, strict=True):
        rows[at] = _row(post, stance, _proposed(one, stance.about, desk), model=judges[one.claim_id])
    return [rows[at] for at in sorted(rows)]


def _proposed(one: Candidate, about: float, desk: Desk) -> dict[str, Any]:
    """Return what this pass says of a pair besides its stance."""
    return {
        "claim_id": one.claim_id,
        "tier": tier_of(one, about, meta=desk.stage.encoder.meta) or UNRELATED,
        "score_embedding": one.meaning,
        "score_lexical": one.lexical,
        "span_start": one.start,
        "span_end": one.end,
    }


def _with_quotes(post: PendingMatch) -> str:
    """Return the post as its author saw it: what it answers above its own words."""
    lines = [f"> {line}" for quote in post.quoted for line in quote.splitlines() if line.strip()]
    return "\n".join([*lines, post.text])


def _pairs(
    desk: Desk, posts: Sequence[PendingMatch], vectors: Floats, index: ClaimIndex
) -> tuple[dict[int, tuple[PendingMatch, Candidate]], dict[int, store.Match], list[int]]:
    """Return who may be about what, by likeness or a person's word; what was judged of it; which are to be judged.

    Nearly every post is near some claim: what a pair needs more than two numbers is worked out where it is judged.
    """
    encoder, company = desk.stage.encoder, desk.stage.company
    confirmed = store.confirmed_claims(desk.con, now=desk.now)
    given = [confirmed.get(post.post_key, frozenset()) for post in posts]
    texts, quoted = [post.text for post in posts], ["\n".join(post.quoted) for post in posts]
    near = near_claims(texts, vectors, index, meta=encoder.meta, quoted=quoted, given=given)
    may_be = cache(lambda row: given[row] or may_match(texts[row], company, is_judged=bool(vectors[row].any())))
    known = {at: one for at, one in _known(desk, posts, near, index).items() if may_be(int(near.texts[at]))}
    is_known, is_given = np.zeros((2, len(near.texts)), np.bool_)
    is_known[list(known)] = True
    if any(given):
        named = [claim.claim_id for claim in index.claims]
        is_given[:] = [named[claim] in given[row] for row, claim in near.pairs]
    new = worth_judging(near, ~is_known, is_given, may_be)
    held = sorted({*known, *new})
    rows, claims = near.texts[held].tolist(), near.claims[held].tolist()
    threads = thread_nearness([posts[row].thread_title for row in rows], index, encoder=encoder, company=company)
    nearness = threads[np.arange(len(held)), claims].tolist()
    pairs = {
        at: (posts[row], candidate_of(texts[row], near, at, index, thread=thread, given=given[row]))
        for at, row, thread in zip(held, rows, nearness, strict=True)
    }
    again = {
        at: replace(one, **_proposed(pairs[at][1], one.about_probability or 0.0, desk)) for at, one in known.items()
    }
    return pairs, again, new


def _known(desk: Desk, posts: Sequence[PendingMatch], near: NearClaims, index: ClaimIndex) -> dict[int, store.Match]:
    """Return the pairs whose stance was judged before, by their places."""
    judges = [_judge(desk, text) for text in index.masked]
    keys = [posts[row].post_key for row in np.unique(near.texts).tolist()]
    known = store.known_stances(desk.con, models=judges, post_keys=keys)
    if not known:
        return {}
    asked = ((posts[row].post_key, posts[row].revision, judges[claim]) for row, claim in near.pairs)
    return {at: known[key] for at, key in enumerate(asked) if key in known}


def _judge(desk: Desk, statement: str) -> str:
    """Return the name of what judges a pair: the labels' version and the claim as the model reads it."""
    return f"{labels_version(desk)}#{hashlib.sha256(statement.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def _official(desk: Desk, posts: Sequence[PendingMatch]) -> list[bool]:
    """Return which posts the company's own accounts have written, told by their pseudonyms."""
    accounts = desk.stage.company.accounts
    known = {author_key(desk.secret, post.source, name) for post in posts for name in accounts} if accounts else set()
    return [post.author_key in known for post in posts]


def _row(post: PendingMatch, stance: Stance, proposed: Mapping[str, Any], *, model: str) -> store.Match:
    return store.Match(
        model=model,
        post_key=post.post_key,
        revision=post.revision,
        stance=stance.stance,
        stance_score=stance.score,
        about_probability=stance.about,
        support_probability=stance.scores.get("support"),
        deny_probability=stance.scores.get("deny"),
        query_probability=stance.scores.get("query"),
        comment_probability=stance.scores.get("comment"),
        **proposed,
    )


def _hash(claims: Sequence[Claim]) -> str:
    """Return what the matches depend on besides the model: the wordings of all claims."""
    said = sorted((c.claim_id, c.statement, *c.paraphrases) for c in claims)
    return hashlib.sha256(repr(said).encode()).hexdigest()[:8]
