-- How often threads had been viewed, each time that a page showed it by a time; and when each was opened.
WITH told AS MATERIALIZED (
    SELECT post_key, thread_key, min(posted_at) OVER (PARTITION BY thread_key) AS opened_at
    FROM post
    WHERE thread_key IN (SELECT unnest(from_json($thread_keys, '["VARCHAR"]')))
)
SELECT t.thread_key, t.opened_at, s.seen_at, max(s.view_count) AS view_count
FROM sighting AS s
JOIN told AS t USING (post_key)
WHERE s.seen_at <= $now AND s.view_count IS NOT NULL
GROUP BY ALL
ORDER BY t.thread_key, s.seen_at
