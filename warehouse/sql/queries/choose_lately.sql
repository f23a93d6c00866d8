-- Posts that were posted from a time on, or first seen after another, or of which a person has said since then that they
-- are about a claim; and those that have been seen since the moment itself, which stood differently then.
CREATE OR REPLACE TEMP TABLE chosen_post AS
SELECT post_key, first_seen_at FROM post WHERE posted_at >= $posted_from
UNION SELECT post_key, first_seen_at FROM post WHERE first_seen_at > $seen_after
UNION SELECT post_key, first_seen_at FROM post WHERE seen_at > $now
UNION SELECT post_key, first_seen_at FROM post SEMI JOIN (FROM judgement WHERE judged_at > $seen_after) USING (post_key)
