-- A thread has the title that was seen last.
INSERT INTO thread (thread_key, source, thread_id, thread_title, first_seen_at, seen_at)
SELECT thread_key, any_value(source), any_value(thread_id), arg_max(thread_title, row(seen_at, thread_title)),
    min(seen_at), max(seen_at)
FROM staged_post
GROUP BY thread_key
ON CONFLICT DO UPDATE SET
    thread_title = CASE
        WHEN row(excluded.seen_at, excluded.thread_title) > row(thread.seen_at, thread.thread_title)
            THEN excluded.thread_title
        ELSE thread.thread_title
    END,
    first_seen_at = least(thread.first_seen_at, excluded.first_seen_at),
    seen_at = greatest(thread.seen_at, excluded.seen_at)
