-- How often threads had been viewed, each time that a page showed it by a time; and when each was opened.
SELECT p.thread_key, opened_at, s.seen_at, max(s.view_count) AS view_count
FROM sighting AS s
JOIN post AS p USING (post_key)
JOIN (SELECT thread_key, min(posted_at) AS opened_at FROM post GROUP BY thread_key) AS t USING (thread_key)
WHERE p.thread_key IN (SELECT unnest(from_json($thread_keys, '["VARCHAR"]')))
    AND s.seen_at <= $now AND s.view_count IS NOT NULL
GROUP BY ALL
ORDER BY p.thread_key, s.seen_at
