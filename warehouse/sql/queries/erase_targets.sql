-- The posts that an erasure is about; a text is looked for in all that a post has ever said.
CREATE OR REPLACE TEMP TABLE erase_target AS
SELECT DISTINCT p.post_key
FROM post AS p
LEFT JOIN post_revision AS r ON r.post_key = p.post_key
WHERE p.author_key = $author_key::TEXT
    OR (p.source = $source::TEXT AND p.post_id = $post_id::TEXT)
    OR contains(p.text, $text::TEXT)
    OR contains(r.text, $text::TEXT)
