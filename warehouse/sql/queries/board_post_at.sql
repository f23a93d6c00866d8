-- When one post was posted: what the other questions about it are narrowed by.
SELECT posted_at, time_bucket(INTERVAL 1 HOUR, posted_at) AS hour_at FROM post WHERE post_key = $post_key
