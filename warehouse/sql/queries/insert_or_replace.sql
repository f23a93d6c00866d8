-- Insert, or take the place of what is there. TARGET is one of our own tables.
INSERT OR REPLACE INTO TARGET BY NAME FROM incoming
