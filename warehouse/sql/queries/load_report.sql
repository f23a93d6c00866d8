-- What became of the lines of one landing file.
SELECT f.landing_key, f.name, f.line_count, f.is_truncated,
    count(*) FILTER (outcome = 'loaded') AS loaded,
    count(*) FILTER (outcome = 'unchanged') AS unchanged,
    count(*) FILTER (outcome = 'revised') AS revised,
    count(*) FILTER (outcome = 'deleted') AS deleted,
    count(*) FILTER (outcome = 'quarantined') AS quarantined,
    count(*) FILTER (outcome = 'suppressed') AS suppressed,
    count(*) FILTER (outcome = 'incident') AS incidents,
    count(*) FILTER (outcome = 'visit') AS visits
FROM landing_file AS f
LEFT JOIN outcome AS o ON o.landing_key = f.landing_key
WHERE f.landing_key = $landing_key
GROUP BY ALL
