-- name: has_table
SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?;

-- name: forget_content
-- A post that was erased is known, and nothing of what it said.
UPDATE known_post SET content_key = :erased
WHERE source = :source AND post_id = :id AND content_key <> :erased;

-- name: forget_heard_content
UPDATE heard_post SET content_key = :erased WHERE post_id = :id AND content_key <> :erased;

-- name: forget_heard_title
UPDATE heard_thread SET title = '' WHERE thread_id = :id AND title <> '';

-- name: forget_heard_author
DELETE FROM heard_author WHERE author_key = :id;

-- name: heard_authors
SELECT stream, author_key FROM heard_author;

-- name: forget_heard_authors
DELETE FROM heard_author;

-- name: save_heard_author
INSERT OR IGNORE INTO heard_author VALUES (?, ?);

-- name: make_print
-- Under which key the pseudonyms here are.
CREATE TABLE IF NOT EXISTS pseudonym_key (key_print TEXT PRIMARY KEY) WITHOUT ROWID;

-- name: print
SELECT key_print FROM pseudonym_key;

-- name: forget_print
DELETE FROM pseudonym_key;

-- name: save_print
INSERT INTO pseudonym_key VALUES (?);
