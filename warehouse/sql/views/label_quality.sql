CREATE OR REPLACE VIEW label_quality AS
WITH judged AS (
    SELECT post_key, task, label, revision
    FROM judgement_as_of(TIMESTAMPTZ 'infinity')
    WHERE task IN ('relevance', 'sentiment')
    QUALIFY row_number() OVER (PARTITION BY post_key, task ORDER BY judged_at DESC, judged_by) = 1
)
SELECT l.task, l.model, l.version, j.label, count(*) AS judged_count,
    count(*) FILTER (l.label = j.label) AS agreed_count, count(*) FILTER (l.label = j.label) / count(*) AS agreed_share
FROM judged AS j
JOIN post_label AS l ON l.post_key = j.post_key AND l.task = j.task AND l.revision = j.revision
GROUP BY ALL;
COMMENT ON VIEW label_quality IS 'How often each model version said what a person said of the same revision; persons are asked where models doubt, so this is less than on all posts.';
COMMENT ON COLUMN label_quality.task IS '`relevance` or `sentiment`.';
COMMENT ON COLUMN label_quality.model IS 'The model''s name.';
COMMENT ON COLUMN label_quality.version IS 'Its version.';
COMMENT ON COLUMN label_quality.label IS 'What the person said.';
COMMENT ON COLUMN label_quality.judged_count IS 'Posts that a person has judged so and the model has judged.';
COMMENT ON COLUMN label_quality.agreed_count IS 'Of which the model said the same.';
COMMENT ON COLUMN label_quality.agreed_share IS 'Share of them, 0 to 1.';
