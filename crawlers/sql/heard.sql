-- name: stream
SELECT cursor, heard_at, batch FROM heard_stream WHERE stream = :stream;

-- name: save_stream
INSERT OR REPLACE INTO heard_stream VALUES (:stream, :cursor, :heard_at, :batch);

-- name: post
SELECT thread_id, content_key, rev, heard_at, is_gone, is_mention FROM heard_post WHERE stream = :stream AND post_id = :post_id;

-- name: save_post
INSERT OR REPLACE INTO heard_post VALUES (
    :stream, :post_id, :thread_id, :content_key, :rev, :heard_at, :is_gone, :is_mention
);

-- name: posts_between
-- All posts of one author: their ids begin with the author's.
SELECT post_id FROM heard_post WHERE stream = :stream AND post_id >= :first AND post_id < :last;

-- name: post_ids
SELECT post_id FROM heard_post WHERE stream = :stream;

-- name: thread
SELECT title FROM heard_thread WHERE stream = :stream AND thread_id = :thread_id;

-- name: save_thread
INSERT INTO heard_thread VALUES (:stream, :thread_id, :title, :is_unread)
ON CONFLICT (stream, thread_id) DO UPDATE SET
    title = iif(title = '', excluded.title, title), is_unread = max(is_unread, excluded.is_unread);

-- name: thread_ids
SELECT thread_id FROM heard_thread WHERE stream = :stream;

-- name: unread_threads
SELECT thread_id FROM heard_thread WHERE stream = :stream AND is_unread;

-- name: thread_was_passed_on
UPDATE heard_thread SET is_unread = 0 WHERE stream = :stream AND thread_id = :thread_id;

-- name: author
SELECT 1 FROM heard_author WHERE stream = :stream AND author_key = :author_key;

-- name: save_author
INSERT OR IGNORE INTO heard_author VALUES (:stream, :author_key);

-- name: forget_author
DELETE FROM heard_author WHERE stream = :stream AND author_key = :author_key;

-- name: adopt_threads
-- What a crawl of the same network keeps is kept here too.
INSERT OR IGNORE INTO heard_thread
SELECT :stream, thread_id, '', 0 FROM thread WHERE source = :source AND is_kept;

-- name: adopt_posts
INSERT OR IGNORE INTO heard_post
SELECT :stream, post_id, thread_id, content_key, '', '', 0, 0 FROM known_post WHERE source = :source;
