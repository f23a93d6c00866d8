-- The words of an erased post or author are not stored as a quote either.
UPDATE staged_quote SET text = NULL, quoted_post_id = NULL, quoted_author_key = NULL
WHERE post_subject(source, quoted_post_id) IN (SELECT subject_key FROM erasure WHERE kind = 'post')
    OR author_subject(quoted_author_key) IN (SELECT subject_key FROM erasure WHERE kind = 'author')
