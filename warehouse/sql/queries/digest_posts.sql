-- Posts worth reading: new to us in the last 24 hours, no author twice, no text twice (nor its copies with small changes),
-- no claim and stance more than three times. The score orders them: how sure the stance is, how negative the tone, how
-- many have seen it.
WITH stance AS (
    SELECT post_key, claim_id, stance, stance_score
    FROM known_match
    QUALIFY row_number() OVER (
        PARTITION BY post_key ORDER BY stance IN ('support', 'query', 'deny') DESC, stance_score DESC, claim_id
    ) = 1
),
candidate AS (
    SELECT s.claim_id, p.source, p.url, p.author_key, p.posted_at, p.text, s.stance,
        coalesce(p.sentiment, 'neutral') AS sentiment, p.post_key, p.revision,
        0.6 * CASE WHEN s.stance IN ('support', 'query', 'deny') THEN coalesce(s.stance_score, 0.5) ELSE 0.0 END
            + 0.3 * CASE WHEN p.sentiment = 'negative' THEN coalesce(p.sentiment_score, 0.5) ELSE 0.0 END
            + 0.1 * least(1.0, ln(1 + greatest(coalesce(p.view_count, 0), 0)) / ln(10001)) AS score
    FROM known_mention AS p
    LEFT JOIN stance AS s USING (post_key)
    WHERE p.first_seen_at > $now - INTERVAL 24 HOUR AND p.posted_at > $now - INTERVAL 7 DAY
        AND p.deleted_at IS NULL AND p.text IS NOT NULL AND p.url IS NOT NULL AND p.author_key IS NOT NULL
),
one_each AS (
    FROM candidate
    QUALIFY row_number() OVER (PARTITION BY author_key ORDER BY score DESC, post_key) = 1
),
distinct_text AS (
    SELECT e.*
    FROM one_each AS e
    LEFT JOIN text_copy AS c ON c.post_key = e.post_key AND c.revision = e.revision
    QUALIFY row_number() OVER (
        PARTITION BY coalesce(c.group_key, lower(trim(e.text))) ORDER BY e.score DESC, e.post_key
    ) = 1
)
SELECT claim_id, source, url, author_key, posted_at, text, stance, sentiment, score
FROM distinct_text
QUALIFY row_number() OVER (PARTITION BY coalesce(claim_id, ''), coalesce(stance, sentiment) ORDER BY score DESC, post_key) <= 3
ORDER BY score DESC, post_key
LIMIT $row_limit
