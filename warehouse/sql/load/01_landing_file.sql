-- Record the file. Its key is unique: a second load of the same bytes cannot commit.
INSERT INTO landing_file (landing_key, name, run_id, loaded_at, byte_count, line_count, is_truncated)
SELECT $landing_key, $name, $run_id, now(), $byte_count,
    (SELECT count(*) FROM staged_post) + (SELECT count(*) FROM staged_deletion) + (SELECT count(*) FROM staged_visit)
    + (SELECT count(*) FROM staged_incident) + (SELECT count(*) FROM staged_quarantine),
    EXISTS (FROM staged_quarantine WHERE reason = 'truncated_file')
