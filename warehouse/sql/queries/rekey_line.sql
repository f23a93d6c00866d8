-- A line in quarantine with its pseudonyms under the new key.
UPDATE quarantine SET raw_line = $raw_line WHERE landing_key = $landing_key AND line_number = $line_number
