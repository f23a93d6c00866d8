CREATE OR REPLACE VIEW mention_current AS
FROM mention_as_of(TIMESTAMPTZ 'infinity');
COMMENT ON VIEW mention_current IS 'Posts about the company, with their sentiment and whether they spread a claim.';
