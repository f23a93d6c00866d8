-- Lay out the posts about the company with all that a search asks of them, newest first, in memory: a snapshot does not
-- change, and to work this out again for every search would take seconds.
CREATE OR REPLACE TABLE memory.main.board_mention AS
WITH topic AS (
    SELECT post_key, list_sort(list(label)) AS topics FROM label_current WHERE task = 'topic' GROUP BY post_key
),
matched AS (
    SELECT post_key, list({'claim_id': claim_id, 'stance': stance, 'tier': tier, 'judged_by': judged_by}
        ORDER BY tier, stance_score DESC, claim_id) AS matches
    FROM match_current
    GROUP BY post_key
)
SELECT p.post_key, p.source, p.url, p.author_key, p.posted_at, p.text, lower(p.text) AS words, p.sentiment,
    coalesce(t.topics, []) AS topics, coalesce(m.matches, []) AS matches
FROM mention_current AS p
LEFT JOIN topic AS t USING (post_key)
LEFT JOIN matched AS m USING (post_key)
WHERE p.text IS NOT NULL AND p.deleted_at IS NULL
ORDER BY p.posted_at DESC, p.post_key
