-- What the crawls of the last weeks counted, newest first.
SELECT source, finished_at, read_count, set_aside_count, future_count, backward_count, heaped_count
FROM health
WHERE finished_at <= $now AND finished_at > $now - INTERVAL 30 DAY
ORDER BY source, finished_at DESC, health_key
