-- The targets with all that tells them in files: their address, all they have said, the thread if they opened it.
SELECT p.source, p.post_id, p.url,
    coalesce((SELECT list(DISTINCT r.text) FROM post_revision AS r WHERE r.post_key = p.post_key AND r.text IS NOT NULL), [])
        AS texts,
    CASE WHEN p.thread_key IN (FROM erase_title) THEN t.thread_id END AS opened_thread_id
FROM post AS p
JOIN thread AS t USING (thread_key)
WHERE p.post_key IN (FROM erase_target) AND p.post_id IS NOT NULL
ORDER BY p.source, p.post_id
