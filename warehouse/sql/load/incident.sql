-- Pages that did not give what they should.
INSERT INTO incident BY NAME FROM staged_incident ON CONFLICT DO NOTHING
