-- Take in a batch of staged rows. TARGET is one of our own tables.
INSERT INTO TARGET BY NAME FROM incoming
