-- What people hold of posts, one row a post: the last word on each question, with the words as they stand.
SELECT p.post_key, p.text, p.thread_key,
    max(CASE WHEN j.task = 'relevance' THEN j.label END) AS relevance,
    max(CASE WHEN j.task = 'sentiment' THEN j.label END) AS sentiment,
    coalesce(list(j.label ORDER BY j.label) FILTER (j.task = 'topic'), []) AS topics
FROM (
    SELECT post_key, task, label FROM label_current WHERE judged_by IS NOT NULL
    UNION ALL
    SELECT DISTINCT post_key, 'claim', claim_id FROM judgement_as_of(TIMESTAMPTZ 'infinity') WHERE task = 'stance'
) AS j
JOIN post AS p USING (post_key)
WHERE p.text IS NOT NULL
GROUP BY p.post_key, p.text, p.thread_key
ORDER BY p.post_key
