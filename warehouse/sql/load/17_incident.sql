-- Pages that did not give what they should.
INSERT INTO incident BY NAME
SELECT DISTINCT ON (incident_key) * EXCLUDE (line_number) FROM staged_incident
ON CONFLICT DO NOTHING
