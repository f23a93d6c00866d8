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
COMMENT ON COLUMN source_health.source IS 'The site or network.';
COMMENT ON COLUMN source_health.last_seen_at IS 'When the last complete visit ended.';
COMMENT ON COLUMN source_health.last_visited_at IS 'When the last visit ended.';
COMMENT ON COLUMN source_health.visit_count IS 'Visits.';
COMMENT ON COLUMN source_health.incomplete_visit_count IS 'Visits that were cut short.';
COMMENT ON COLUMN source_health.read_count IS 'Posts parsed in all visits.';
COMMENT ON COLUMN source_health.post_count IS 'Posts written in all visits.';
COMMENT ON COLUMN source_health.last_cause IS 'What went wrong last.';
COMMENT ON COLUMN source_health.last_incident_at IS 'When it went wrong.';
