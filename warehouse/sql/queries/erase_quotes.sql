-- Others' quotes of what is erased: known by the post, by the author, or by the words.
UPDATE quote SET text = NULL, quoted_post_id = NULL, quoted_author_key = NULL
WHERE text IS NOT NULL AND post_key NOT IN (FROM erase_target) AND (
    quoted_author_key = $author_key::TEXT
    OR contains(text, $text::TEXT)
    OR EXISTS (
        SELECT 1
        FROM post AS q
        JOIN post AS t ON t.source = q.source AND t.post_id = quote.quoted_post_id
        WHERE q.post_key = quote.post_key AND t.post_key IN (FROM erase_target)
    )
    OR (length(text) >= 20 AND EXISTS (
        SELECT 1 FROM post_revision AS r WHERE r.post_key IN (FROM erase_target) AND contains(r.text, quote.text)
    ))
)
