-- What could not be used for certain.
INSERT INTO quarantine BY NAME
SELECT $landing_key AS landing_key, * EXCLUDE (record) FROM staged_quarantine
