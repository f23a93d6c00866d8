-- The quotes of new revisions.
INSERT OR REPLACE INTO quote BY NAME
SELECT s.post_key, s.revision, q.quote_number, q.text, q.quoted_post_id, q.quoted_author_key
FROM staged_quote AS q
JOIN staged_post AS s USING (nth)
SEMI JOIN new_revision AS r ON r.post_key = s.post_key AND r.revision = s.revision
WHERE s.is_latest_of_revision
