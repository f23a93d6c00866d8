-- Lines that could not be used for certain and have not been since.
SELECT f.name, q.line_number, q.source, q.url, q.reason, q.detail, q.seen_at, q.raw_line
FROM quarantine AS q
JOIN landing_file AS f USING (landing_key)
WHERE q.replayed_at IS NULL AND ($reason::TEXT IS NULL OR q.reason = $reason)
    AND ($name::TEXT IS NULL OR f.name = $name) AND ($line_number::BIGINT IS NULL OR q.line_number = $line_number)
ORDER BY f.loaded_at DESC, f.name DESC, q.line_number
LIMIT $row_limit
