-- What is held of the posts known at a time: the latest model's labels, and a person's where there are any.
-- An edited post keeps the labels of what it said before until the model has read it anew.
CREATE OR REPLACE MACRO label_as_of(as_of) AS TABLE
WITH latest AS (
    SELECT a.post_key, unnest(arg_max(
        {'revision': a.revision, 'version': a.model_version},
        row(p.seen_at <= as_of AND a.revision = p.revision, r.first_seen_at, a.annotated_at, a.model_version)
    ))
    FROM annotation AS a
    JOIN post AS p ON p.post_key = a.post_key
    JOIN post_revision AS r ON r.post_key = a.post_key AND r.revision = a.revision AND r.first_seen_at <= as_of
    GROUP BY a.post_key
),
judged AS (
    SELECT post_key, task, label, judged_by
    FROM judgement_as_of(as_of)
    WHERE task NOT IN ('stance', 'match')
    QUALIFY dense_rank() OVER (PARTITION BY post_key, task ORDER BY judged_at DESC, judged_by) = 1
)
SELECT l.post_key, l.task, l.label, l.score, l.version, CAST(NULL AS TEXT) AS judged_by
FROM post_label AS l
JOIN latest AS a ON a.post_key = l.post_key AND a.revision = l.revision AND a.version = l.version
ANTI JOIN judged AS j ON j.post_key = l.post_key AND j.task = l.task
UNION ALL
SELECT post_key, task, label, 1.0, NULL, judged_by
FROM judged;
COMMENT ON MACRO TABLE label_as_of IS 'Labels of the posts that were known at a time; a person''s judgement wins.';
