-- Topics have an alarm of their own; what a claim's alert explains is not told again, but noted at that alert.
ALTER TABLE alert ADD COLUMN topics TEXT[];
UPDATE alert SET topics = [];
COMMENT ON COLUMN alert.topics IS 'Topics whose alarm it explains: theirs was not raised beside it.';
COMMENT ON COLUMN alert.kind IS '`alarm`, `mismatch`, `void`, `silence`, `mailing` (somebody quotes one) or `topic` (more is said against us on one).';
COMMENT ON COLUMN alert.subject_id IS 'Claim, cluster, source, mailing or topic (`topic:price`).';
