-- A deletion is news unless the post is already known to be gone, or has been seen since.
INSERT INTO outcome (landing_key, line_number, record, outcome, post_key)
SELECT s.landing_key, s.line_number, 'deletion',
    CASE
        WHEN d.post_key IS NULL AND coalesce(s.seen_at > p.seen_at, true) AND p.deleted_at IS NULL AND s.nth_of_post = 1
            THEN 'deleted'
        ELSE 'unchanged'
    END,
    s.post_key
FROM (
    SELECT *, row_number() OVER (PARTITION BY post_key ORDER BY seen_at, nth) AS nth_of_post FROM staged_deletion
) AS s
LEFT JOIN post AS p ON p.post_key = s.post_key
LEFT JOIN deletion AS d ON d.post_key = s.post_key AND d.seen_at = s.seen_at
