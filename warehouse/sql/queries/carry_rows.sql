-- Rows of the old warehouse that the new one does not have.
INSERT INTO TARGET BY NAME FROM old.main.TARGET ON CONFLICT DO NOTHING
