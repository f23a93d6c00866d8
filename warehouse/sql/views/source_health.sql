CREATE OR REPLACE VIEW source_health AS
SELECT source, max(finished_at) FILTER (is_complete) AS last_seen_at, max(finished_at) AS last_visited_at,
    count(*) AS visit_count, count(*) FILTER (NOT is_complete) AS incomplete_visit_count,
    sum(read_count)::BIGINT AS read_count, sum(post_count)::BIGINT AS post_count,
    any_value(i.cause) AS last_cause, any_value(i.seen_at) AS last_incident_at
FROM visit
LEFT JOIN (
    SELECT source, arg_max(cause, seen_at) AS cause, max(seen_at) AS seen_at FROM incident GROUP BY source
) AS i USING (source)
GROUP BY source;
COMMENT ON VIEW source_health IS 'When each source was last really seen (a complete visit), and what last went wrong there.';
