-- Make room for a race of the same hour.
DELETE FROM race_run WHERE race_key = $race_key
