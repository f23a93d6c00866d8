CREATE OR REPLACE VIEW source_incident AS
SELECT i.source, i.day, i.cause, i.incident_count, coalesce(v.page_count, 0) AS page_count,
    i.incident_count / greatest(coalesce(v.page_count, 0), i.incident_count) AS incident_share
FROM (
    SELECT source, timezone('Europe/Stockholm', seen_at)::DATE AS day, cause, count(*) AS incident_count
    FROM incident
    GROUP BY ALL
) AS i
LEFT JOIN (
    SELECT source, timezone('Europe/Stockholm', finished_at)::DATE AS day, sum(page_count)::BIGINT AS page_count
    FROM visit
    GROUP BY ALL
) AS v USING (source, day);
COMMENT ON VIEW source_incident IS 'Pages that did not give what they should have, by day and cause, as a share of the pages that were asked for.';
COMMENT ON COLUMN source_incident.source IS 'The site or network.';
COMMENT ON COLUMN source_incident.day IS 'The Swedish day.';
COMMENT ON COLUMN source_incident.cause IS 'The cause, as in `incident`.';
COMMENT ON COLUMN source_incident.incident_count IS 'Incidents of the cause.';
COMMENT ON COLUMN source_incident.page_count IS 'Pages fetched that day.';
COMMENT ON COLUMN source_incident.incident_share IS 'Incidents over pages; a page that gave no answer at all is not among those fetched, so at most 1.';
