-- name: thread
SELECT url, last_post_id, last_posted_at, listed_at, listed_count, last_page_url, etag, last_modified, is_kept,
       is_pending, next_check_at, check_hours, next_sweep_at
FROM thread WHERE source = :source AND thread_id = :thread_id;

-- name: due
-- Each part walks its own index only as far as the limit, however many threads are due.
SELECT thread_id FROM (
    SELECT * FROM (
        SELECT thread_id, 1 AS turn, next_check_at FROM thread
        WHERE source = :source AND next_check_at <= :now AND is_pending
        ORDER BY next_check_at, thread_id LIMIT :limit
    )
    UNION ALL SELECT * FROM (
        SELECT thread_id, 2 AS turn, next_check_at FROM thread
        WHERE source = :source AND next_check_at <= :now AND is_kept AND NOT is_pending
        ORDER BY next_check_at, thread_id LIMIT :limit
    )
) ORDER BY turn, next_check_at, thread_id LIMIT :limit;

-- name: due_for_sweep
SELECT thread_id FROM thread
WHERE source = :source AND next_sweep_at <= :now AND is_kept
ORDER BY next_sweep_at, thread_id LIMIT :limit;

-- name: save_thread
INSERT OR REPLACE INTO thread VALUES (
    :source, :thread_id, :url, :last_post_id, :last_posted_at, :listed_at, :listed_count, :last_page_url, :etag,
    :last_modified, :is_kept, :is_pending, :next_check_at, :check_hours, :next_sweep_at
);

-- name: known_posts
SELECT post_id, content_key, is_on_last_page FROM known_post WHERE source = :source AND thread_id = :thread_id;

-- name: forget_posts
DELETE FROM known_post WHERE source = :source AND thread_id = :thread_id;

-- name: save_post
INSERT OR REPLACE INTO known_post VALUES (:source, :thread_id, :post_id, :content_key, :is_on_last_page);

-- name: listing
SELECT etag, last_modified, resume_url FROM listing WHERE source = :source AND url = :url;

-- name: save_listing
INSERT OR REPLACE INTO listing VALUES (:source, :url, :etag, :last_modified, :resume_url);

-- name: landings
SELECT temporary, final FROM landing WHERE source = :source;

-- name: save_landing
INSERT OR REPLACE INTO landing VALUES (:source, :temporary, :final);

-- name: forget_landing
DELETE FROM landing WHERE source = :source AND temporary = :temporary;

-- name: host
SELECT day, page_count, not_before, slow_seconds, failure_count, break_count FROM host WHERE host = :host;

-- name: count_page
INSERT INTO host (host, day, page_count) VALUES (:host, :day, 1)
ON CONFLICT (host) DO UPDATE SET page_count = iif(day = :day, page_count + 1, 1), day = :day;

-- name: save_host
INSERT INTO host (host, day, page_count, not_before, slow_seconds, failure_count, break_count)
VALUES (:host, :day, :page_count, :not_before, :slow_seconds, :failure_count, :break_count)
ON CONFLICT (host) DO UPDATE SET
    not_before = :not_before, slow_seconds = :slow_seconds, failure_count = :failure_count, break_count = :break_count;
