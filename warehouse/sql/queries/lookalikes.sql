-- Texts that have any of the prints that are wanted, in the order in which they were seen. Of a print that many have,
-- the first few count: what everybody writes leads nowhere, and what is copied often is found by its first copies.
-- A revision was last seen after it was first seen, so that of revisions as well only the end is read.
WITH held AS (
    SELECT post_key, revision, first_seen_at, unnest(prints) AS print FROM text_print WHERE first_seen_at >= $since
),
found AS (
    SELECT DISTINCT post_key, revision
    FROM (
        SELECT post_key, revision
        FROM held
        SEMI JOIN wanted_print USING (print)
        QUALIFY row_number() OVER (PARTITION BY print ORDER BY first_seen_at, post_key, revision) <= $most_holders
    )
)
SELECT r.post_key, r.revision, r.text, r.first_seen_at, c.group_key
FROM found
JOIN post_revision AS r USING (post_key, revision)
LEFT JOIN text_copy AS c USING (post_key, revision)
WHERE r.text IS NOT NULL AND r.last_seen_at >= $since
ORDER BY r.first_seen_at, r.post_key, r.revision
