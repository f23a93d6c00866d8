-- Note that a line was read after all.
UPDATE quarantine SET replayed_at = now() WHERE landing_key = $landing_key AND line_number = $line_number
