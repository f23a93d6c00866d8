-- name: thread
SELECT url, last_post_id, last_posted_at, listed_at, listed_count, last_page_url, etag, last_modified, is_kept,
       is_pending, next_check_at, check_hours
FROM thread WHERE source = :source AND thread_id = :thread_id;

-- name: due
SELECT thread_id FROM thread
WHERE source = :source AND next_check_at <= :now AND (is_kept OR is_pending)
ORDER BY is_pending DESC, next_check_at, thread_id LIMIT :limit;

-- name: save_thread
INSERT OR REPLACE INTO thread VALUES (
    :source, :thread_id, :url, :last_post_id, :last_posted_at, :listed_at, :listed_count, :last_page_url, :etag,
    :last_modified, :is_kept, :is_pending, :next_check_at, :check_hours
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

-- name: host
SELECT day, page_count, not_before FROM host WHERE host = :host;

-- name: count_page
INSERT INTO host VALUES (:host, :day, 1, NULL)
ON CONFLICT (host) DO UPDATE SET page_count = iif(day = :day, page_count + 1, 1), day = :day;

-- name: leave_alone
INSERT INTO host VALUES (:host, :day, 0, :not_before)
ON CONFLICT (host) DO UPDATE SET not_before = :not_before;
