-- An alert may be about a mailing that somebody quotes.

COMMENT ON COLUMN alert.kind IS '`alarm`, `mismatch`, `void`, `silence` or `mailing` (somebody quotes one).';
COMMENT ON COLUMN alert.subject_id IS 'Claim, cluster, source or mailing.';
