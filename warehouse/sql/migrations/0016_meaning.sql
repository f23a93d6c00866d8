-- Likeness by meaning is counted in spreads now, not as a raw cosine.
COMMENT ON COLUMN claim_match.score_embedding IS 'Likeness by meaning of post and claim: a tenth is a spread of unrelated posts.';
