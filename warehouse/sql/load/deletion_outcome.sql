-- A deletion is news unless, by the lines before it, the post has been seen since or is known to be gone already.
INSERT INTO outcome (landing_key, line_number, record, outcome, post_key)
WITH seen AS (
    SELECT post_key, 0 AS nth, seen_at FROM sighting WHERE post_key IN (SELECT post_key FROM staged_deletion)
    UNION ALL SELECT post_key, nth, seen_at FROM staged_line WHERE NOT is_deletion
),
gone AS (
    SELECT post_key, 0 AS nth, seen_at FROM deletion WHERE post_key IN (SELECT post_key FROM staged_deletion)
    UNION ALL SELECT post_key, nth, seen_at FROM staged_line WHERE is_deletion
),
known AS (
    SELECT s.landing_key, s.line_number, s.post_key, s.seen_at,
        (SELECT max(v.seen_at) FROM seen AS v WHERE v.post_key = s.post_key AND v.nth < s.nth) AS last_seen_at,
        (SELECT max(g.seen_at) FROM gone AS g WHERE g.post_key = s.post_key AND g.nth < s.nth) AS last_gone_at
    FROM staged_deletion AS s
)
SELECT landing_key, line_number, 'deletion',
    CASE
        WHEN last_seen_at >= seen_at OR last_gone_at > coalesce(last_seen_at, '-infinity') THEN 'unchanged'
        ELSE 'deleted'
    END,
    post_key
FROM known
