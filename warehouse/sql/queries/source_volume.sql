-- What was posted hour by hour in each source.
SELECT source, time_bucket(INTERVAL 1 HOUR, posted_at) AS hour_at, count(*) AS post_count
FROM post
WHERE first_seen_at <= $now AND posted_at <= $now AND posted_at > $posted_after
GROUP BY ALL
ORDER BY hour_at, source
