CREATE OR REPLACE VIEW post_history AS
SELECT post_key, row_number() OVER (PARTITION BY post_key ORDER BY first_seen_at, revision) AS revision_number,
    revision, first_seen_at, last_seen_at, text
FROM post_revision;
COMMENT ON VIEW post_history IS 'What each post has said, numbered in the order in which it was first seen.';
