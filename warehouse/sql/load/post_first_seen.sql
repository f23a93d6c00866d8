-- A post that is known may have been seen earlier than we knew.
UPDATE post SET first_seen_at = s.post_first_seen_at
FROM staged_post AS s
WHERE s.is_latest_of_post AND post.post_key = s.post_key AND s.post_first_seen_at < post.first_seen_at
