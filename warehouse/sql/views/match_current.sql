CREATE OR REPLACE VIEW match_current AS
FROM match_as_of(TIMESTAMPTZ 'infinity');
COMMENT ON VIEW match_current IS 'Which claims every post speaks of now, and how; a person''s judgement wins.';
