-- Insert what is not there, and say of which revisions it was. TARGET is one of our own tables.
INSERT INTO TARGET BY NAME FROM incoming ON CONFLICT DO NOTHING RETURNING post_key, revision
