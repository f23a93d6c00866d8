-- Posts about the company that speak against it, by topic, as known at a time; a post of two topics is there twice.
SELECT t.label AS topic, p.post_key, p.source, coalesce(p.author_key, p.post_key) AS author_key, p.posted_at,
    p.first_seen_at AS seen_at
FROM mention_as_of($now) AS p
JOIN label_as_of($now) AS t ON t.post_key = p.post_key AND t.task = 'topic'
WHERE p.sentiment = 'negative' AND p.posted_at > $posted_after
    AND t.label IN (SELECT unnest(from_json($topics::VARCHAR, '["VARCHAR"]')))
ORDER BY t.label, p.posted_at, p.post_key
