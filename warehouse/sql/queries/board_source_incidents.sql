-- What went wrong in each source a day, newest first.
SELECT source, day, cause, incident_count, page_count
FROM source_incident
WHERE day > $day::DATE - $day_count::INTEGER
ORDER BY day DESC, source, cause
