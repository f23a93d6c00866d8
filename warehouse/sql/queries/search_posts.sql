-- Posts that hold, for each pattern, a word that begins so, newest first; the caller tells which of them are meant.
SELECT p.post_key, p.source, p.posted_at, t.thread_title, p.url, p.text
FROM post AS p
JOIN thread AS t USING (thread_key)
WHERE p.text IS NOT NULL AND p.deleted_at IS NULL
    AND ($source::TEXT IS NULL OR p.source = $source)
    AND ($posted_after::TIMESTAMPTZ IS NULL OR p.posted_at >= $posted_after)
    AND NOT EXISTS (
        SELECT 1
        FROM (SELECT unnest(from_json($patterns, '["VARCHAR"]')) AS pattern)
        WHERE NOT regexp_matches(p.text || ' ' || t.thread_title, pattern)
    )
ORDER BY p.posted_at DESC, p.post_key
LIMIT $row_limit
