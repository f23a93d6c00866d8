-- Which claims the posts known at a time speak of, and how: the latest pass, and a person's word where there is one.
-- A person says of a post that it is about a claim or not (match), or how it stands to it (stance): the last word on
-- either holds. Where nobody has said how a confirmed post stands, the model's stance does. Of claims that were no
-- longer followed there is nothing. Most posts are on no claim: which pass is their latest need not be asked.
CREATE OR REPLACE MACRO match_as_of(as_of) AS TABLE
WITH latest AS (
    SELECT a.post_key, unnest(arg_max(
        {'revision': a.revision, 'version': a.version},
        row(p.seen_at <= as_of AND a.revision = p.revision, r.first_seen_at, a.matched_at, a.version)
    ))
    FROM match_pass AS a
    SEMI JOIN claim_match AS m ON m.post_key = a.post_key
    JOIN post AS p ON p.post_key = a.post_key
    JOIN post_revision AS r ON r.post_key = a.post_key AND r.revision = a.revision AND r.first_seen_at <= as_of
    GROUP BY a.post_key
),
removed AS (
    SELECT claim_id
    FROM claim_event
    WHERE happened_at <= as_of
    GROUP BY claim_id
    HAVING arg_max(event, happened_at) = 'removed'
),
judged AS (
    SELECT post_key, claim_id,
        arg_max(label <> 'unrelated', row(judged_at, judged_by, task, label)) AS is_about,
        arg_max(judged_by, row(judged_at, judged_by, task, label)) AS judged_by, max(judged_at) AS judged_at,
        arg_max(label, row(judged_at, judged_by, label)) FILTER (task = 'stance' AND label <> 'unrelated') AS stance
    FROM judgement_as_of(as_of)
    WHERE task IN ('stance', 'match')
    GROUP BY post_key, claim_id
),
found AS (
    SELECT m.*
    FROM claim_match AS m
    JOIN latest AS a ON a.post_key = m.post_key AND a.revision = m.revision AND a.version = m.version
)
SELECT coalesce(m.post_key, j.post_key) AS post_key, coalesce(m.claim_id, j.claim_id) AS claim_id,
    CASE WHEN j.is_about THEN 'auto' ELSE m.tier END AS tier, coalesce(j.stance, m.stance) AS stance,
    CASE WHEN j.stance IS NOT NULL THEN 1.0 ELSE m.stance_score END AS stance_score,
    m.score_embedding, m.score_lexical, m.about_probability, m.span_start, m.span_end,
    CASE WHEN j.stance IS NULL THEN m.version END AS version, j.judged_by,
    CASE WHEN j.is_about AND m.tier IS DISTINCT FROM 'auto' THEN j.judged_at END AS counted_at
FROM found AS m
FULL JOIN judged AS j ON j.post_key = m.post_key AND j.claim_id = m.claim_id
WHERE j.is_about IS DISTINCT FROM false AND (j.is_about OR m.tier <> 'none')
    AND coalesce(m.claim_id, j.claim_id) NOT IN (SELECT claim_id FROM removed);
COMMENT ON MACRO TABLE match_as_of IS 'Claims that the posts known at a time speak of; a person''s judgement wins.';
