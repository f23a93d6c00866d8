-- What the crawl log says of each source at a time.
SELECT source, max(finished_at) FILTER (is_complete) AS last_seen_at,
    coalesce(sum(read_count) FILTER (finished_at > $now - INTERVAL 24 HOUR), 0)::BIGINT AS posts_24h,
    (
        SELECT arg_max(i.cause, row(i.seen_at, i.incident_key))
        FROM incident AS i
        WHERE i.source = visited.source AND i.seen_at <= $now
            AND i.seen_at > coalesce(max(visited.finished_at) FILTER (visited.is_complete), TIMESTAMPTZ '-infinity')
    ) AS cause
FROM (
    SELECT source, finished_at, is_complete, read_count FROM visit WHERE finished_at <= $now
    UNION ALL SELECT DISTINCT source, NULL::TIMESTAMPTZ, false, 0 FROM incident WHERE seen_at <= $now
) AS visited
GROUP BY source
ORDER BY source
