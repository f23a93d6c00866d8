-- What became of the lines that a run loaded, by source and outcome.
SELECT split_part(f.name, '/', 1) AS source, o.outcome, coalesce(o.reason, '') AS reason, count(*) AS line_count
FROM outcome AS o
JOIN landing_file AS f USING (landing_key)
WHERE f.run_id = $run_id
GROUP BY ALL
ORDER BY ALL
