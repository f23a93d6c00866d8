-- When one post was posted and first seen: what the other questions about it are narrowed by.
SELECT posted_at, time_bucket(INTERVAL 1 HOUR, posted_at) AS hour_at, first_seen_at FROM post WHERE post_key = $post_key
