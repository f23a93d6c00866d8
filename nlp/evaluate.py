"""How good the labels are against posts that people labelled: per label, with intervals, confusion and calibration."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nlp.annotation import Annotation
from nlp.claims import Claim, index_claims
from nlp.figures import Bin, Figure, Measured, Rows, figures, measure_several, measure_single
from nlp.pipeline import LanguageStage, annotate
from nlp.predict import match_posts
from nlp.redact.kinds import LABELS
from nlp.stance import judge_stances

Gold = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All figures of one evaluation, and where the labels went wrong."""

    figures: tuple[Figure, ...]
    confusion: Mapping[str, Mapping[str, Mapping[str, int]]]
    """By task: true label, then given label, then count. Of topics: topic, then `right`, `missed` and `wrong`."""
    reliability: Mapping[str, tuple[Bin, ...]]
    """By task: judgements by how sure they were, and how often they were right."""

    def value(self, task: str, metric: str) -> float:
        """Return one figure's value. Raise KeyError when it was not measured."""
        for figure in self.figures:
            if (figure.task, figure.metric) == (task, metric):
                return figure.value
        raise KeyError(f"{task} {metric}")


def evaluate(
    gold: Sequence[Gold], *, stage: LanguageStage, claims: Sequence[Claim] = (), in_thread: bool = False
) -> Report:
    """Return how the stage's labels compare with gold rows.

    A row has `text` and any of `relevant` (or `is_relevant`), `sentiment`, `topics`, `redactions`, and `claims` (claim
    id to stance, as `predict` writes them) or one `claim` with its `stance`; what is absent or None is not judged.
    Stance is judged on the gold pairs, so that it does not depend on matching; matching is judged where `claims` is.
    """
    found = annotate([str(row["text"]) for row in gold], language_stage=stage, in_thread=in_thread)
    pairs = list(zip(gold, found, strict=True))
    measured = dict(_labels(pairs))
    if stances := _stances(gold, claims, stage):
        measured["stance"] = stances
    extra = (*_matching(pairs, claims, stage), *_redactions(pairs))
    return Report(
        figures=(*(figure for one in measured.values() for figure in one.figures), *extra),
        confusion={task: one.confusion for task, one in measured.items()},
        reliability={task: one.reliability for task, one in measured.items()},
    )


def _labels(pairs: Sequence[tuple[Gold, Annotation]]) -> Iterator[tuple[str, Measured]]:
    known = [(bool(wanted), one) for row, one in pairs if (wanted := _relevant(row)) is not None]
    if known:
        truth, given = [str(wanted) for wanted, _ in known], [str(one.is_relevant) for _, one in known]
        chances = [max(one.relevance_score, 1 - one.relevance_score) for _, one in known]
        yield "relevance", measure_single("relevance", truth, given, chances)
    if known := [(row["sentiment"], one) for row, one in pairs if row.get("sentiment")]:
        truth, given = [str(wanted) for wanted, _ in known], [one.sentiment or "neutral" for _, one in known]
        chances = [max(one.sentiment_scores.values(), default=1.0) for _, one in known]
        yield "sentiment", measure_single("sentiment", truth, given, chances)
    if topics := [(row["topics"], one) for row, one in pairs if row.get("topics")]:
        wanted, read = [list(row) for row, _ in topics], [one for _, one in topics]
        yield (
            "topics",
            measure_several("topics", wanted, [one.topics for one in read], [one.topic_scores for one in read]),
        )


def _relevant(row: Gold) -> Any:
    return row.get("relevant", row.get("is_relevant"))


def _stances(gold: Sequence[Gold], claims: Sequence[Claim], stage: LanguageStage) -> Measured | None:
    index = index_claims(claims, encoder=stage.encoder, company=stage.company)
    read = {claim.claim_id: text for claim, text in zip(claims, index.masked, strict=True)}
    wanted = [(claim, stance, str(row["text"])) for row in gold for claim, stance in _pairs(row) if claim in read]
    if not wanted:
        return None
    pairs = [(read[claim], text) for claim, _, text in wanted]
    found = judge_stances(pairs, encoder=stage.encoder, company=stage.company)
    truth = [stance for _, stance, _ in wanted]
    return measure_single("stance", truth, [one.stance for one in found], [one.score for one in found])


def _pairs(row: Gold) -> Iterator[tuple[str, str]]:
    given = row.get("claims")
    if isinstance(given, Mapping):
        yield from ((str(claim), str(stance)) for claim, stance in given.items() if stance)
    elif row.get("claim") and row.get("stance"):
        yield str(row["claim"]), str(row["stance"])


def _matching(
    pairs: Sequence[tuple[Gold, Annotation]], claims: Sequence[Claim], stage: LanguageStage
) -> tuple[Figure, ...]:
    """Return how the claims of posts are found: those that count at once, and those that are shown at all."""
    known = [(row, one) for row, one in pairs if isinstance(row.get("claims"), Mapping)]
    if not known or not claims:
        return ()
    index = index_claims(claims, encoder=stage.encoder, company=stage.company)
    found = match_posts([str(row["text"]) for row, _ in known], [one for _, one in known], index, stage=stage)
    ids = {claim.claim_id for claim in claims}
    wanted = [set(row["claims"]) & ids for row, _ in known]
    sure = [{match.claim_id for match in matches if match.tier == "auto"} for matches in found]
    shown = [{match.claim_id for match in matches} for matches in found]
    scores = {
        "auto_precision": _share(sure, wanted, sure),
        "auto_recall": _share(sure, wanted, wanted),
        "shown_recall": _share(shown, wanted, wanted),
    }
    return figures("claims", scores, len(known))


def _redactions(pairs: Sequence[tuple[Gold, Annotation]]) -> tuple[Figure, ...]:
    """Return by kind how much personal data is found (whole), and how little else is taken."""
    known = [(row["redactions"], one) for row, one in pairs if row.get("redactions") is not None]
    scores: dict[str, Callable[[Rows], float]] = {}
    for kind in LABELS:
        wanted = [{(r["start"], r["end"]) for r in row if r["kind"] == kind} for row, _ in known]
        given = [{(r.start, r.end) for r in one.redactions if r.kind == kind} for _, one in known]
        if any(wanted):
            both = list(zip(wanted, given, strict=True))
            whole = [{w for w in ws if any(g[0] <= w[0] and w[1] <= g[1] for g in gs)} for ws, gs in both]
            right = [{g for g in gs if any(w[0] < g[1] and g[0] < w[1] for w in ws)} for ws, gs in both]
            scores[f"{kind}_recall"] = _share(whole, wanted, wanted)
            scores[f"{kind}_precision"] = _share(right, given, given)
    return figures("redaction", scores, len(known)) if scores else ()


def _share(found: Sequence[set[Any]], right: Sequence[set[Any]], of: Sequence[set[Any]]) -> Callable[[Rows], float]:
    hits = np.array([len(a & b) for a, b in zip(found, right, strict=True)])
    whole = np.array([len(one) for one in of])
    return lambda at: float(hits[at].sum() / max(whole[at].sum(), 1))
