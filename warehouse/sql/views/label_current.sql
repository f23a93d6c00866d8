CREATE OR REPLACE VIEW label_current AS
FROM label_as_of(TIMESTAMPTZ 'infinity');
COMMENT ON VIEW label_current IS 'What is held of every post now: the latest model''s labels; a person''s judgement wins.';
COMMENT ON COLUMN label_current.post_key IS 'The post.';
COMMENT ON COLUMN label_current.task IS '`relevance`, `sentiment` or `topic`.';
COMMENT ON COLUMN label_current.label IS 'What is held of the post.';
COMMENT ON COLUMN label_current.score IS 'Probability of the label, 0 to 1; 1 for a person.';
COMMENT ON COLUMN label_current.version IS 'Version of the model; null for a person.';
COMMENT ON COLUMN label_current.judged_by IS 'The person, when a person has judged.';
