-- Record the files. Their keys are unique: a second load of the same bytes cannot commit.
INSERT INTO landing_file BY NAME
SELECT *, now() AS loaded_at FROM staged_file
