CREATE OR REPLACE VIEW label_current AS
FROM label_as_of(TIMESTAMPTZ 'infinity');
COMMENT ON VIEW label_current IS 'What is held of every post now: the latest model''s labels; a person''s judgement wins.';
