-- The posts that were first seen after a time.
CREATE OR REPLACE TEMP TABLE chosen_post AS SELECT post_key, first_seen_at FROM post WHERE first_seen_at > $seen_after
