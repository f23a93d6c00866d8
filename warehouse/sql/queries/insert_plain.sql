-- Insert what is not there for certain. TARGET is one of our own tables.
INSERT INTO TARGET BY NAME FROM incoming
