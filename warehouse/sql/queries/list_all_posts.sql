-- Any post with words may wait for the step.
INSERT INTO waiting_post
SELECT $step, post_key
FROM post
WHERE text IS NOT NULL AND ($posted_after::TIMESTAMPTZ IS NULL OR posted_at > $posted_after)
