-- What operations ask first: posts, those that wait or were set aside, lines in quarantine by reason.
SELECT 'posts' AS name, count(*) AS value FROM post
UNION ALL
SELECT 'posts not judged', count(*)
FROM post AS p
ANTI JOIN annotation AS a ON a.post_key = p.post_key AND a.revision = p.revision
WHERE p.text IS NOT NULL
UNION ALL
SELECT 'posts set aside', count(DISTINCT post_key) FROM post_set_aside
UNION ALL
SELECT 'quarantined: ' || reason, count(*) FROM quarantine WHERE replayed_at IS NULL GROUP BY reason
ORDER BY name
