-- The quotes of the line that a revision's text was taken from.
INSERT INTO quote (post_key, revision, quote_number, text, quoted_post_id, quoted_author_key)
SELECT s.post_key, s.revision, q.quote_number, q.text, q.quoted_post_id, q.quoted_author_key
FROM staged_quote AS q
JOIN staged_post AS s USING (line_number)
JOIN post_revision AS r ON r.post_key = s.post_key AND r.revision = s.revision AND r.last_seen_at = s.seen_at
QUALIFY row_number() OVER (
    PARTITION BY s.post_key, s.revision, q.quote_number
    ORDER BY row(coalesce(q.text, ''), coalesce(q.quoted_post_id, ''), coalesce(q.quoted_author_key, '')) DESC
) = 1
ON CONFLICT DO UPDATE SET
    text = excluded.text,
    quoted_post_id = excluded.quoted_post_id,
    quoted_author_key = excluded.quoted_author_key
