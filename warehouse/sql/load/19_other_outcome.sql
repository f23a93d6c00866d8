-- Say what became of the lines that were not about one post.
INSERT INTO outcome (landing_key, line_number, record, outcome, reason)
SELECT $landing_key, line_number, 'visit', 'visit', NULL FROM staged_visit
UNION ALL SELECT $landing_key, line_number, 'incident', 'incident', NULL FROM staged_incident
UNION ALL SELECT $landing_key, line_number, record, 'quarantined', reason FROM staged_quarantine
