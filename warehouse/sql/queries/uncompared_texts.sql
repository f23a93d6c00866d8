-- Standing revisions that have not been held against others for copies, in the order in which they were seen.
SELECT p.post_key, p.revision, p.text, r.first_seen_at
FROM post AS p
JOIN post_revision AS r ON r.post_key = p.post_key AND r.revision = p.revision
ANTI JOIN text_print AS t ON t.post_key = p.post_key AND t.revision = p.revision
WHERE p.text IS NOT NULL
ORDER BY r.first_seen_at, p.post_key, p.revision
LIMIT $row_limit
