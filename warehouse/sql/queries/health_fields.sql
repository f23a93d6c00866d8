-- Which fields the posts of the last weeks' crawls had, newest first.
SELECT h.source, f.field, h.finished_at, f.present_count, f.of_count
FROM health_field AS f
JOIN health AS h USING (health_key)
WHERE h.finished_at <= $now AND h.finished_at > $now - INTERVAL 30 DAY
ORDER BY h.source, f.field, h.finished_at DESC, h.health_key
