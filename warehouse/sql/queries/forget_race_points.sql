-- Make room for a race of the same hour.
DELETE FROM race_point WHERE race_key = $race_key
