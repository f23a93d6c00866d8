-- Insert what is not there. TARGET is one of our own tables.
INSERT INTO TARGET BY NAME FROM incoming ON CONFLICT DO NOTHING
