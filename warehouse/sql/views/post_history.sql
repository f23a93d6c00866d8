CREATE OR REPLACE VIEW post_history AS
SELECT post_key, row_number() OVER (PARTITION BY post_key ORDER BY first_seen_at, revision) AS revision_number,
    revision, first_seen_at, last_seen_at, text
FROM post_revision;
COMMENT ON VIEW post_history IS 'What each post has said, numbered in the order in which it was first seen.';
COMMENT ON COLUMN post_history.post_key IS 'The post.';
COMMENT ON COLUMN post_history.revision_number IS 'Order in which it was seen, the first being 1.';
COMMENT ON COLUMN post_history.revision IS 'The revision.';
COMMENT ON COLUMN post_history.first_seen_at IS 'When it was first fetched.';
COMMENT ON COLUMN post_history.last_seen_at IS 'When this content was last fetched.';
COMMENT ON COLUMN post_history.text IS 'What it said.';
