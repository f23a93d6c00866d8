"""Step 4: hold posts against the claims, and ask each pair for its stance."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta

from crawlers.pseudonym import author_key
from flows.desk import Desk
from flows.steps.annotate import labels_version
from nlp.claims import Claim, ClaimIndex, Match, index_claims, match_claims, thread_nearness
from nlp.encoder import Floats
from nlp.mentions import OURS, find_mentions
from nlp.stance import Stance, judge_stances
from warehouse import matches as store
from warehouse.ledger import list_claims
from warehouse.matches import PendingMatch

BATCH = 2048
LOOK_BACK = timedelta(days=90)
"""A claim that is added this evening is held against the posts of so many days."""


def match(desk: Desk) -> int:
    """Match what this model and these claims have not met, and return how many posts were held against them."""
    claims = _claims(desk)
    if not claims:
        return 0
    model_version = labels_version(desk)
    version, count = f"{model_version}+{_hash(claims)}", 0
    since, index = desk.now - LOOK_BACK, None
    while True:
        posts, vectors = store.pending_matches(
            desk.con, version=version, model_version=model_version, limit=BATCH, posted_after=since
        )
        if not posts:
            return count
        index = index or index_claims(claims, encoder=desk.stage.encoder, company=desk.stage.company)
        count += store.save_matches(
            desk.con,
            [(post.post_key, post.revision) for post in posts],
            _found(desk, posts, vectors, index),
            model=model_version,
            version=version,
            at=desk.now,
        )


def _claims(desk: Desk) -> list[Claim]:
    return [
        Claim(claim_id=c.claim_id, statement=c.statement, truth=c.truth, paraphrases=c.paraphrases)
        for c in list_claims(desk.con, now=desk.now)
    ]


def _found(desk: Desk, posts: Sequence[PendingMatch], vectors: Floats, index: ClaimIndex) -> list[store.Match]:
    encoder, company = desk.stage.encoder, desk.stage.company
    threads = thread_nearness([post.thread_title for post in posts], index, encoder=encoder, company=company)
    candidates = match_claims([post.text for post in posts], vectors, index, meta=encoder.meta, threads=threads)
    pairs = [
        (post, one)
        for post, vector, found in zip(posts, vectors, candidates, strict=True)
        if found and _may_match(desk, post.text, is_judged=bool(vector.any()))
        for one in found
    ]
    masked = {claim.claim_id: text for claim, text in zip(index.claims, index.masked, strict=True)}
    stances = judge_stances(
        [(masked[one.claim_id], post.text) for post, one in pairs],
        encoder=encoder,
        company=company,
        official=_official(desk, [post for post, _ in pairs]),
    )
    return [_row(post, one, stance) for (post, one), stance in zip(pairs, stances, strict=True)]


def _official(desk: Desk, posts: Sequence[PendingMatch]) -> list[bool]:
    """Return which posts the company's own accounts have written, told by their pseudonyms."""
    accounts = desk.stage.company.accounts
    known = {author_key(desk.secret, post.source, name) for post in posts for name in accounts} if accounts else set()
    return [post.author_key in known for post in posts]


def _may_match(desk: Desk, text: str, *, is_judged: bool) -> bool:
    """A post that names only somebody else is not about our claim; one that names nobody speaks of the thread's."""
    kinds = {mention.kind for mention in find_mentions(text, desk.stage.company)}
    return bool(kinds & OURS) if kinds else is_judged


def _row(post: PendingMatch, one: Match, stance: Stance) -> store.Match:
    return store.Match(
        post_key=post.post_key,
        revision=post.revision,
        claim_id=one.claim_id,
        tier=one.tier,
        score_embedding=one.cosine,
        score_lexical=one.lexical,
        span_start=one.start,
        span_end=one.end,
        stance=stance.stance,
        stance_score=stance.score,
        support_probability=stance.scores.get("support"),
        deny_probability=stance.scores.get("deny"),
        query_probability=stance.scores.get("query"),
        comment_probability=stance.scores.get("comment"),
    )


def _hash(claims: Sequence[Claim]) -> str:
    """Return what the matches depend on besides the model: the wordings of all claims."""
    said = sorted((c.claim_id, c.statement, *c.paraphrases) for c in claims)
    return hashlib.sha256(repr(said).encode()).hexdigest()[:8]
