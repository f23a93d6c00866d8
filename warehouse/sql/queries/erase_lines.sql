-- Lines in quarantine that hold what is erased; both sides as text in which what is not ASCII is escaped.
UPDATE quarantine SET raw_line = NULL, post_id = NULL, url = NULL, detail = 'erased'
WHERE raw_line IS NOT NULL AND (
    contains(raw_line::TEXT, encode($author_key::TEXT)::TEXT)
    OR contains(raw_line::TEXT, encode($text::TEXT)::TEXT)
    OR (contains(raw_line::TEXT, encode($post_mark::TEXT)::TEXT)
        AND contains(raw_line::TEXT, encode($source_mark::TEXT)::TEXT))
    OR post_subject(source, post_id) IN (FROM erase_target)
)
