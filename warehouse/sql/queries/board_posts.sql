-- Posts about the company that hold the words and labels asked for, newest first.
WITH found AS (
    SELECT *, CASE WHEN $claim_id::TEXT IS NULL AND $stance::TEXT IS NULL THEN matches ELSE list_filter(matches, lambda m:
        ($claim_id::TEXT IS NULL OR m.claim_id = $claim_id) AND ($stance::TEXT IS NULL OR m.stance = $stance)) END AS asked
    FROM memory.main.board_mention
    WHERE ($words::TEXT = '' OR contains(words, lower($words)))
        AND ($source::TEXT IS NULL OR source = $source)
        AND ($sentiment::TEXT IS NULL OR sentiment = $sentiment)
        AND ($first_at::TIMESTAMPTZ IS NULL OR posted_at >= $first_at)
        AND ($before::TIMESTAMPTZ IS NULL OR posted_at < $before)
        AND ($topic::TEXT IS NULL OR list_contains(topics, $topic))
        AND (($claim_id::TEXT IS NULL AND $stance::TEXT IS NULL) OR len(asked) > 0)
    ORDER BY posted_at DESC, post_key
    LIMIT $row_limit
)
SELECT post_key, source, url, author_key, posted_at, text, sentiment, topics, asked[1].claim_id AS claim_id,
    asked[1].stance AS stance, asked[1].tier AS tier, asked[1].judged_by AS judged_by
FROM found
ORDER BY posted_at DESC, post_key
