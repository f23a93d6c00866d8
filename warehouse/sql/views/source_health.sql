CREATE OR REPLACE VIEW source_health AS
SELECT v.source, max(finished_at) FILTER (is_complete) AS last_seen_at, max(finished_at) AS last_visited_at,
    count(*) AS visit_count, count(*) FILTER (NOT is_complete) AS incomplete_visit_count,
    sum(v.read_count)::BIGINT AS read_count, sum(post_count)::BIGINT AS post_count,
    any_value(i.cause) AS last_cause, any_value(i.seen_at) AS last_incident_at,
    coalesce(any_value(h.new_count), 0)::BIGINT AS new_count,
    coalesce(any_value(h.set_aside_count), 0)::BIGINT AS set_aside_count,
    coalesce(any_value(h.future_count), 0)::BIGINT AS future_count,
    coalesce(any_value(h.backward_count), 0)::BIGINT AS backward_count,
    coalesce(any_value(h.heaped_count), 0)::BIGINT AS heaped_count
FROM visit AS v
LEFT JOIN (
    SELECT source, arg_max(cause, seen_at) AS cause, max(seen_at) AS seen_at FROM incident GROUP BY source
) AS i USING (source)
LEFT JOIN (
    SELECT source, sum(new_count) AS new_count, sum(set_aside_count) AS set_aside_count,
        sum(future_count) AS future_count, sum(backward_count) AS backward_count, sum(heaped_count) AS heaped_count
    FROM health
    GROUP BY source
) AS h USING (source)
GROUP BY v.source;
COMMENT ON VIEW source_health IS 'When each source was last really seen (a complete visit), what last went wrong there, and how its posts looked.';
COMMENT ON COLUMN source_health.source IS 'The site or network.';
COMMENT ON COLUMN source_health.last_seen_at IS 'When the last complete visit ended.';
COMMENT ON COLUMN source_health.last_visited_at IS 'When the last visit ended.';
COMMENT ON COLUMN source_health.visit_count IS 'Visits.';
COMMENT ON COLUMN source_health.incomplete_visit_count IS 'Visits that were cut short.';
COMMENT ON COLUMN source_health.read_count IS 'Posts parsed in all visits, one that was read twice counted twice.';
COMMENT ON COLUMN source_health.post_count IS 'Posts written in all visits.';
COMMENT ON COLUMN source_health.last_cause IS 'What went wrong last.';
COMMENT ON COLUMN source_health.last_incident_at IS 'When it went wrong.';
COMMENT ON COLUMN source_health.new_count IS 'Posts parsed, each counted once, when it was first read.';
COMMENT ON COLUMN source_health.set_aside_count IS 'Posts that could not be read for certain, in all visits.';
COMMENT ON COLUMN source_health.future_count IS 'Posts dated later than they were fetched, in all visits.';
COMMENT ON COLUMN source_health.backward_count IS 'Posts dated before the post that opened their thread, in all visits.';
COMMENT ON COLUMN source_health.heaped_count IS 'Posts that share their instant with two others or more, in all visits.';
