-- A thread has the title that was seen last.
INSERT INTO thread (thread_key, source, thread_id, thread_title, first_seen_at, seen_at)
SELECT thread_key, source, thread_id, thread_title, min(seen_at) OVER (PARTITION BY thread_key), seen_at
FROM staged_post
QUALIFY row_number() OVER (PARTITION BY thread_key ORDER BY row(seen_at, thread_title) DESC) = 1
ON CONFLICT DO UPDATE SET
    thread_title = CASE
        WHEN row(excluded.seen_at, excluded.thread_title) > row(thread.seen_at, thread.thread_title)
            THEN excluded.thread_title
        ELSE thread.thread_title
    END,
    first_seen_at = least(excluded.first_seen_at, thread.first_seen_at),
    seen_at = greatest(excluded.seen_at, thread.seen_at)
