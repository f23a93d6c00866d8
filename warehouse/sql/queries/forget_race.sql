-- Make room for races of the same hour.
DELETE FROM race_run WHERE race_key = ANY($race_keys)
