"""Whether a digest says anything that the one before did not: what people must act on, not what moves by itself."""

from __future__ import annotations

import hashlib
import json

from warehouse.records import Digest


def fingerprint(digest: Digest) -> str:
    """Return a hash of what a reader would have to act on or has not read.

    Alerts, claims and their verdicts, what is said about them, posts, candidates, complaints, mailings, what is not
    seen. Not the day, the hours since, the ordinary volume and the forecasts, which move when nothing has happened.
    """
    about = {
        "alerts": sorted((a.alert_id, a.severity, a.state) for a in digest.alerts),
        "claims": [
            (u.claim.claim_id, u.claim.statement, u.claim.truth, u.claim.verdict, u.support_count, u.query_count)
            for u in sorted(digest.claims, key=lambda u: u.claim.claim_id)
        ],
        "denied": sorted((u.claim.claim_id, u.deny_count) for u in digest.claims),
        "posts": sorted((p.source, p.url, p.author_key, p.posted_at.isoformat()) for p in digest.posts),
        "candidates": sorted((c.cluster_id, c.post_count) for c in digest.candidates),
        "complaints": sorted(
            (c.channel, c.period_start.isoformat(), c.topic or "", c.complaint_count) for c in digest.complaints
        ),
        "mailings": sorted(m.mailing_id for m in digest.mailings),
        "unseen": sorted((s.source, [w.kind for w in s.warnings]) for s in digest.sources if s.warnings),
        "failed": sorted((f.number, f.channels) for f in digest.failed_deliveries),
    }
    return hashlib.sha256(json.dumps(about, ensure_ascii=False).encode()).hexdigest()
