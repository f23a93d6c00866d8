-- One post with what is held of it now; each claim that it speaks of is a row. Asked while `one_shadow` stands.
WITH label AS (
    SELECT max(label) FILTER (task = 'sentiment') AS sentiment, max(label) FILTER (task = 'relevance') AS relevance,
        coalesce(list_sort(list(label) FILTER (task = 'topic')), []) AS topics
    FROM label_current
    WHERE post_key = $post_key
)
SELECT p.post_key, p.source, p.url, p.author_key, p.posted_at, p.text, l.sentiment, l.topics, m.claim_id, m.stance,
    m.tier, m.judged_by
FROM post AS p
CROSS JOIN label AS l
LEFT JOIN match_current AS m ON m.post_key = p.post_key
WHERE p.post_key = $post_key
ORDER BY m.tier, m.claim_id
