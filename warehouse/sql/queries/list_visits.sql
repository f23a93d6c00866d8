-- The crawl log.
SELECT source, started_at, finished_at, is_complete, page_count, post_count, read_count
FROM visit
WHERE finished_at <= $now AND finished_at > $finished_after
ORDER BY finished_at, source, visit_key
