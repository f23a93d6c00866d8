-- The quotes of known revisions that have been taken from these lines.
INSERT OR REPLACE INTO quote BY NAME
SELECT s.post_key, s.revision, q.quote_number, q.text, q.quoted_post_id, q.quoted_author_key
FROM staged_quote AS q
JOIN staged_post AS s USING (nth)
ANTI JOIN new_revision AS n ON n.post_key = s.post_key AND n.revision = s.revision
SEMI JOIN post_revision AS r ON r.post_key = s.post_key AND r.revision = s.revision AND r.record_key = s.record_key
WHERE s.is_latest_of_revision
