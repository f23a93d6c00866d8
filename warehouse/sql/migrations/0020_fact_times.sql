-- When a post about the company was written is kept with what it counts as, so that lists of posts, newest first, are told
-- from the facts, and of the posts themselves none is read but those that are shown.
ALTER TABLE mention_fact ADD COLUMN posted_at TIMESTAMPTZ;
ALTER TABLE suggestion_fact ADD COLUMN posted_at TIMESTAMPTZ;
COMMENT ON COLUMN mention_fact.posted_at IS 'When it was posted.';
COMMENT ON COLUMN suggestion_fact.posted_at IS 'When the post was posted.';
UPDATE mention_fact SET posted_at = p.posted_at FROM post AS p WHERE p.post_key = mention_fact.post_key;
UPDATE suggestion_fact SET posted_at = p.posted_at FROM post AS p WHERE p.post_key = suggestion_fact.post_key
