-- A post that is known may have been seen earlier than we knew.
UPDATE post SET first_seen_at = s.first_seen_at
FROM (SELECT post_key, min(seen_at) AS first_seen_at FROM staged_post GROUP BY ALL) AS s
WHERE post.post_key = s.post_key AND s.first_seen_at < post.first_seen_at
