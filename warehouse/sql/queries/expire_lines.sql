-- Lines in quarantine whose time is out; those that tell no time go by when they were loaded.
UPDATE quarantine SET raw_line = NULL
WHERE raw_line IS NOT NULL AND coalesce(
    seen_at, (SELECT f.loaded_at FROM landing_file AS f WHERE f.landing_key = quarantine.landing_key)
) < $before
