-- Spans of words that are gone.
UPDATE claim_match SET span_start = NULL, span_end = NULL WHERE post_key IN (FROM erase_target)
