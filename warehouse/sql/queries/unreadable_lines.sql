-- Lines that could not be read and have been kept whole.
SELECT landing_key, line_number, raw_line
FROM quarantine
WHERE reason = 'unreadable_line' AND replayed_at IS NULL AND octet_length(raw_line) < $kept_bytes
ORDER BY landing_key, line_number
