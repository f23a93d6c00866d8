CREATE OR REPLACE VIEW match_current AS
FROM match_as_of(TIMESTAMPTZ 'infinity');
COMMENT ON VIEW match_current IS 'Which claims every post speaks of now, and how; a person''s judgement wins.';
COMMENT ON COLUMN match_current.post_key IS 'The post.';
COMMENT ON COLUMN match_current.claim_id IS 'The claim.';
COMMENT ON COLUMN match_current.tier IS '`auto` (counted) or `suggest`.';
COMMENT ON COLUMN match_current.stance IS '`support`, `deny`, `query` or `comment`.';
COMMENT ON COLUMN match_current.stance_score IS 'The model''s probability of the stance, 0 to 1.';
COMMENT ON COLUMN match_current.score_embedding IS 'Likeness by meaning of post and claim: a tenth is a spread of unrelated posts.';
COMMENT ON COLUMN match_current.score_lexical IS 'Score of the words that post and claim share.';
COMMENT ON COLUMN match_current.about_probability IS 'Probability that the post is about the claim at all, 0 to 1.';
COMMENT ON COLUMN match_current.span_start IS 'First character of what matched, in `text`.';
COMMENT ON COLUMN match_current.span_end IS 'Character after the last of what matched.';
COMMENT ON COLUMN match_current.version IS 'Version of the model and of the claims; null where a person judged the stance.';
COMMENT ON COLUMN match_current.judged_by IS 'The person, when a person has said that the post is about the claim, or how.';
COMMENT ON COLUMN match_current.counted_at IS 'When a person confirmed what the model alone would not have counted; null otherwise.';
