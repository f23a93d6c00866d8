-- What became of the lines of landing files, by their keys or by the run that loaded them.
SELECT f.landing_key, f.name, f.line_count, f.is_truncated, histogram(o.outcome) AS counts
FROM landing_file AS f
LEFT JOIN outcome AS o ON o.landing_key = f.landing_key
WHERE list_contains($landing_keys, f.landing_key) OR f.run_id = $run_id
GROUP BY ALL
ORDER BY f.name, f.landing_key
