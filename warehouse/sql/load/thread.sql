-- A thread has the title that was seen last.
INSERT OR REPLACE INTO thread (thread_key, source, thread_id, thread_title, first_seen_at, seen_at)
SELECT s.thread_key, s.source, s.thread_id,
    CASE
        WHEN s.seen_at < t.seen_at OR (s.seen_at = t.seen_at AND s.thread_title < t.thread_title) THEN t.thread_title
        ELSE s.thread_title
    END,
    least(t.first_seen_at, s.thread_first_seen_at), greatest(t.seen_at, s.seen_at)
FROM staged_post AS s
LEFT JOIN thread AS t ON t.thread_key = s.thread_key
WHERE s.is_latest_of_thread
