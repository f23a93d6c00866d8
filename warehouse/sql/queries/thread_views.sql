-- How often threads had been viewed, each time that a page showed it by a time; and when each was opened. Few places show
-- it: who was seen with a count of views is asked first, and of others nothing is read.
WITH shown AS MATERIALIZED (
    SELECT p.thread_key, s.seen_at, max(s.view_count) AS view_count
    FROM sighting AS s
    JOIN post AS p USING (post_key)
    WHERE s.seen_at <= $now AND s.view_count IS NOT NULL
        AND p.thread_key IN (SELECT unnest(from_json($thread_keys, '["VARCHAR"]')))
    GROUP BY ALL
),
opened AS (
    SELECT thread_key, min(posted_at) AS opened_at
    FROM post
    WHERE thread_key IN (SELECT thread_key FROM shown)
    GROUP BY thread_key
)
SELECT s.thread_key, o.opened_at, s.seen_at, s.view_count
FROM shown AS s
JOIN opened AS o USING (thread_key)
ORDER BY s.thread_key, s.seen_at
