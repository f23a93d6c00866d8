-- Every time that a post was found gone, also one that we never saw.
INSERT INTO deletion (post_key, seen_at, source) SELECT post_key, seen_at, source FROM staged_deletion
ON CONFLICT DO NOTHING
