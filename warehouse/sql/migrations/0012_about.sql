-- How sure the model is that a post is about the claim at all.
ALTER TABLE claim_match ADD COLUMN about_probability DOUBLE;
COMMENT ON COLUMN claim_match.about_probability IS 'Probability that the post is about the claim at all, 0 to 1; null when the pair was not judged.';
COMMENT ON COLUMN claim_match.tier IS '`auto` (counted), `suggest` (for a person to look at) or `none` (judged, and not about the claim).';
