-- Posts known at a time that are about the company: judged relevant, or matched to one of its claims
-- (people write "de" and "dom"), unless a person has said that they are not.
CREATE OR REPLACE MACRO mention_as_of(as_of) AS TABLE
WITH label AS MATERIALIZED (FROM label_as_of(as_of)),
rumour AS (
    SELECT post_key, bool_or(stance IN ('support', 'query')) AS is_rumour
    FROM match_as_of(as_of)
    WHERE tier = 'auto'
    GROUP BY post_key
)
SELECT p.*, s.label AS sentiment, s.score AS sentiment_score, coalesce(r.is_rumour, false) AS is_rumour
FROM post_as_of(as_of) AS p
LEFT JOIN label AS v ON v.post_key = p.post_key AND v.task = 'relevance'
LEFT JOIN label AS s ON s.post_key = p.post_key AND s.task = 'sentiment'
LEFT JOIN rumour AS r ON r.post_key = p.post_key
WHERE p.posted_at <= as_of
    AND (v.label = 'relevant' OR (r.post_key IS NOT NULL AND (v.judged_by IS NULL OR v.label = 'relevant')));
COMMENT ON MACRO TABLE mention_as_of IS 'Posts about the company that were known at a time.';
