-- Posts whose time is out and that still have words or a pseudonym.
CREATE OR REPLACE TEMP TABLE erase_target AS
SELECT p.post_key
FROM post AS p
WHERE p.posted_at < $before AND (
    p.text IS NOT NULL OR NOT coalesce(starts_with(p.author_key, 'expired-') OR starts_with(p.author_key, 'erased-'), true)
    OR EXISTS (SELECT 1 FROM post_revision AS r WHERE r.post_key = p.post_key AND r.text IS NOT NULL)
)
