-- Posts by how unsure the models are of them, over all questions that no person has answered; the most unsure first.
-- Sentiment and topic matter as much as the post is likely to be about the company at all.
WITH read AS (
    SELECT a.post_key, unnest(arg_max(
        {'version': a.model_version, 'relevance': a.relevance_doubt, 'sentiment': a.sentiment_doubt,
            'topic': a.topic_doubt},
        row(a.annotated_at, a.model_version)
    ))
    FROM annotation AS a
    JOIN post AS p ON p.post_key = a.post_key AND p.revision = a.revision
    GROUP BY a.post_key
),
answered AS (
    SELECT DISTINCT post_key, task FROM judgement_as_of(TIMESTAMPTZ 'infinity') WHERE task NOT IN ('stance', 'match')
),
chance AS (
    SELECT post_key, max(CASE label WHEN 'relevant' THEN score ELSE 1 - score END) AS relevant
    FROM label_current
    WHERE task = 'relevance'
    GROUP BY post_key
),
paired AS (
    SELECT m.post_key, m.claim_id, list_reverse_sort([
        c.support_probability, c.deny_probability, c.query_probability, c.comment_probability
    ]) AS chances
    FROM match_current AS m
    JOIN claim_match AS c ON c.post_key = m.post_key AND c.claim_id = m.claim_id AND c.version = m.version
    WHERE c.support_probability IS NOT NULL
),
stance AS (
    SELECT post_key, max(2 * chances[2] / (chances[1] + chances[2])) AS doubt,
        arg_max(claim_id, chances[2] / (chances[1] + chances[2])) AS claim_id
    FROM paired
    GROUP BY post_key
),
doubt AS (
    SELECT r.post_key, coalesce(s.doubt, 0) AS stance, s.claim_id,
        CASE WHEN a.post_key IS NULL THEN coalesce(r.relevance, 0) ELSE 0 END AS relevance,
        CASE WHEN b.post_key IS NULL THEN coalesce(r.sentiment, 0) ELSE 0 END * coalesce(c.relevant, 1) AS sentiment,
        CASE WHEN t.post_key IS NULL THEN coalesce(r.topic, 0) ELSE 0 END * coalesce(c.relevant, 1) AS topic
    FROM read AS r
    LEFT JOIN stance AS s USING (post_key)
    LEFT JOIN chance AS c USING (post_key)
    LEFT JOIN answered AS a ON a.post_key = r.post_key AND a.task = 'relevance'
    LEFT JOIN answered AS b ON b.post_key = r.post_key AND b.task = 'sentiment'
    LEFT JOIN answered AS t ON t.post_key = r.post_key AND t.task = 'topic'
)
SELECT d.post_key, p.source, p.url, p.posted_at, p.text, d.relevance, d.sentiment, d.topic, d.stance, d.claim_id,
    d.relevance + d.sentiment + d.topic + d.stance AS doubt
FROM doubt AS d
JOIN post AS p USING (post_key)
WHERE p.text IS NOT NULL AND p.deleted_at IS NULL AND d.relevance + d.sentiment + d.topic + d.stance > 0
ORDER BY doubt DESC, d.post_key
LIMIT $row_limit
