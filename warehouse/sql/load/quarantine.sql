-- What could not be used for certain.
INSERT INTO quarantine BY NAME FROM staged_quarantine
