-- A source's lines in quarantine that are older than its terms allow.
UPDATE quarantine SET raw_line = NULL
WHERE raw_line IS NOT NULL AND source = $source AND coalesce(
    seen_at, (SELECT f.loaded_at FROM landing_file AS f WHERE f.landing_key = quarantine.landing_key)
) < $before
