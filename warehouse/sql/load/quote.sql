-- The quotes of the record that a revision was taken from.
INSERT OR REPLACE INTO quote BY NAME
SELECT DISTINCT ON (s.post_key, s.revision, q.quote_number)
    s.post_key, s.revision, q.quote_number, q.text, q.quoted_post_id, q.quoted_author_key
FROM staged_quote AS q
JOIN staged_post AS s USING (nth)
JOIN post_revision AS r ON r.post_key = s.post_key AND r.revision = s.revision AND r.record_key = s.record_key
