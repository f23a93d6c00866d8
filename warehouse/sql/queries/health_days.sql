-- Posts written a day in each source, as far as they had been read at a time.
SELECT h.source, d.day, sum(d.post_count)::BIGINT AS post_count
FROM health_day AS d
JOIN health AS h USING (health_key)
WHERE h.finished_at <= $now AND d.day > timezone('Europe/Stockholm', $now)::DATE - 40
GROUP BY ALL
ORDER BY ALL
