-- Lay out who was known at a time to speak of which claim.
CREATE OR REPLACE TEMP TABLE known_match AS
SELECT m.*, p.author_key, p.posted_at
FROM match_as_of($now) AS m
JOIN post_as_of($now) AS p USING (post_key)
WHERE m.tier = 'auto' AND p.posted_at <= $now
