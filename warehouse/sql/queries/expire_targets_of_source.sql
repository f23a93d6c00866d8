-- Besides, those of a source whose terms give them less time; fetched again, they have it anew.
INSERT INTO erase_target
SELECT p.post_key
FROM post AS p
WHERE p.source = $source AND p.seen_at < $before AND (
    p.text IS NOT NULL OR NOT coalesce(starts_with(p.author_key, 'expired-') OR starts_with(p.author_key, 'erased-'), true)
    OR EXISTS (SELECT 1 FROM post_revision AS r WHERE r.post_key = p.post_key AND r.text IS NOT NULL)
) AND p.post_key NOT IN (SELECT e.post_key FROM erase_target AS e)
