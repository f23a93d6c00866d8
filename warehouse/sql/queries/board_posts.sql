-- Posts about the company that hold the words and labels asked for, newest first, within the days.
WITH found AS (
    SELECT post_key, source, url, author_key, posted_at, text, sentiment
    FROM mention_current
    WHERE text IS NOT NULL AND deleted_at IS NULL
        AND ($words::TEXT = '' OR contains(lower(text), lower($words)))
        AND ($source::TEXT IS NULL OR source = $source)
        AND ($sentiment::TEXT IS NULL OR sentiment = $sentiment)
        AND ($first_at::TIMESTAMPTZ IS NULL OR posted_at >= $first_at)
        AND ($before::TIMESTAMPTZ IS NULL OR posted_at < $before)
        AND ($topic::TEXT IS NULL OR post_key IN (
            SELECT post_key FROM label_current WHERE task = 'topic' AND label = $topic))
        AND (($claim_id::TEXT IS NULL AND $stance::TEXT IS NULL) OR post_key IN (
            SELECT post_key FROM match_current
            WHERE ($claim_id::TEXT IS NULL OR claim_id = $claim_id) AND ($stance::TEXT IS NULL OR stance = $stance)))
    ORDER BY posted_at DESC, post_key
    LIMIT $row_limit
),
matched AS (
    SELECT post_key, claim_id, stance, tier, judged_by
    FROM match_current
    WHERE post_key IN (SELECT post_key FROM found)
    QUALIFY row_number() OVER (
        PARTITION BY post_key ORDER BY claim_id IS NOT DISTINCT FROM $claim_id DESC, tier, stance_score DESC, claim_id
    ) = 1
),
topic AS (
    SELECT post_key, list_sort(list(label)) AS topics
    FROM label_current
    WHERE task = 'topic' AND post_key IN (SELECT post_key FROM found)
    GROUP BY post_key
)
SELECT f.post_key, f.source, f.url, f.author_key, f.posted_at, f.text, f.sentiment, coalesce(t.topics, []) AS topics,
    m.claim_id, m.stance, m.tier, m.judged_by
FROM found AS f
LEFT JOIN matched AS m USING (post_key)
LEFT JOIN topic AS t USING (post_key)
ORDER BY f.posted_at DESC, f.post_key
