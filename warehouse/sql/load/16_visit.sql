-- When the source was really seen.
INSERT INTO visit BY NAME
SELECT DISTINCT ON (visit_key) * EXCLUDE (line_number) FROM staged_visit
ON CONFLICT DO NOTHING
