-- What the crawl log says of each source at a time.
SELECT visited.source, max(finished_at) FILTER (is_complete) AS last_seen_at,
    min(started_at) FILTER (is_complete) AS first_started_at,
    max(started_at) FILTER (is_complete) AS last_started_at,
    coalesce((
        SELECT sum(h.new_count) FROM health AS h
        WHERE h.source = visited.source AND h.finished_at <= $now AND h.finished_at > $now - INTERVAL 24 HOUR
    ), 0)::BIGINT AS posts_24h,
    coalesce(arg_max(page_count, finished_at), 0)::BIGINT AS last_page_count,
    (
        SELECT count(*) FROM incident AS i
        WHERE i.source = visited.source AND i.cause = 'site_changed' AND i.seen_at <= $now
            AND i.seen_at >= arg_max(visited.started_at, visited.finished_at)
    ) AS last_changed_count,
    (
        SELECT arg_max(i.cause, row(i.seen_at, i.incident_key))
        FROM incident AS i
        WHERE i.source = visited.source AND i.seen_at <= $now
            AND i.seen_at > coalesce(max(visited.finished_at) FILTER (visited.is_complete), TIMESTAMPTZ '-infinity')
    ) AS cause
FROM (
    SELECT source, started_at, finished_at, is_complete, page_count FROM visit WHERE finished_at <= $now
    UNION ALL
    SELECT DISTINCT source, NULL::TIMESTAMPTZ, NULL::TIMESTAMPTZ, false, NULL::BIGINT FROM incident WHERE seen_at <= $now
) AS visited
GROUP BY visited.source
ORDER BY visited.source
