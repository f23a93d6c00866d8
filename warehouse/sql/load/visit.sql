-- When the source was really seen.
INSERT INTO visit BY NAME FROM staged_visit ON CONFLICT DO NOTHING
