"""What people decided, as sentences."""

from __future__ import annotations

from flows.board.sight import Sight
from reports.board.speech import Speech
from warehouse.records.board import DecisionRow


def label_said(label: str, speech: Speech) -> str:
    """Return what a label is called, whichever task it is of."""
    for group in ("sentiment", "topic", "stance", "label"):
        if (said := speech.name(group, label)) != label:
            return said
    return label


def said_of(row: DecisionRow, sight: Sight) -> str:
    """Return a decision as one sentence."""
    speech, given = sight.speech, row.given
    claims = sight.claims()
    if row.kind == "alert":
        return speech.t("decisions.say_alert", state=speech.name("state", given["state"]))
    if row.kind == "label":
        parts = [label_said(str(given[name]), speech) for name in ("sentiment", "stance") if name in given]
        parts += [speech.name("topic", topic) for topic in given.get("topics", ())]
        parts += [label_said("relevant" if given["relevant"] else "irrelevant", speech)] if "relevant" in given else []
        return speech.t("decisions.say_label", what=", ".join(parts))
    if row.kind == "match":
        what = speech.t(f"decisions.{given['label']}")
        return speech.t("decisions.say_match", what=what, claim=claims.get(given["claim_id"], given["claim_id"]))
    if row.kind == "accept":
        return speech.t("decisions.say_accept", claim=given["statement"])
    if row.kind == "verdict":
        claim = claims.get(row.subject_id, row.subject_id)
        return speech.t("decisions.say_verdict", claim=claim, verdict=speech.name("verdict", given["verdict"]))
    if row.kind == "mailing":
        names = {s.id: s.name for s in sight.config.segment}
        channel = speech.name("channel", given["channel"])
        return speech.t("decisions.say_mailing", channel=channel, segment=names.get(given["segment"], given["segment"]))
    if row.kind == "complaints":
        return speech.t("decisions.say_complaints", count=given["period_count"])
    return speech.t("decisions.say_dismiss") if row.kind == "dismiss" else row.kind
