-- Which claims the posts known at a time speak of, and how: the latest pass, and a person's word where there is one.
CREATE OR REPLACE MACRO match_as_of(as_of) AS TABLE
WITH latest AS (
    SELECT a.post_key, unnest(arg_max(
        {'revision': a.revision, 'version': a.version},
        row(p.seen_at <= as_of AND a.revision = p.revision, r.first_seen_at, a.matched_at, a.version)
    ))
    FROM match_pass AS a
    JOIN post AS p ON p.post_key = a.post_key
    JOIN post_revision AS r ON r.post_key = a.post_key AND r.revision = a.revision AND r.first_seen_at <= as_of
    GROUP BY a.post_key
),
judged AS (
    SELECT post_key, claim_id, label, judged_by
    FROM judgement
    WHERE task = 'stance' AND judged_at <= as_of
    QUALIFY row_number() OVER (PARTITION BY post_key, claim_id ORDER BY judged_at DESC, judged_by, label) = 1
)
SELECT m.post_key, m.claim_id, m.tier, m.stance, m.stance_score, m.score_embedding, m.score_lexical, m.span_start,
    m.span_end, m.version, CAST(NULL AS TEXT) AS judged_by
FROM claim_match AS m
JOIN latest AS a ON a.post_key = m.post_key AND a.revision = m.revision AND a.version = m.version
ANTI JOIN judged AS j ON j.post_key = m.post_key AND j.claim_id = m.claim_id
UNION ALL
SELECT post_key, claim_id, 'auto', label, 1.0, NULL, NULL, NULL, NULL, NULL, judged_by
FROM judged
WHERE label <> 'unrelated';
COMMENT ON MACRO TABLE match_as_of IS 'Claims that the posts known at a time speak of; a person''s judgement wins.';
