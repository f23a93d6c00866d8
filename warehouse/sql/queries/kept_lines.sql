-- Lines in quarantine that are kept as they were.
SELECT landing_key, line_number, raw_line FROM quarantine WHERE raw_line IS NOT NULL
