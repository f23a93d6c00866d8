-- Posts that were erased, and posts of erased authors, are not stored again.
INSERT INTO outcome (landing_key, line_number, record, outcome, post_key)
SELECT $landing_key, line_number, 'post', 'suppressed', post_key
FROM staged_post
WHERE post_key IN (SELECT subject_key FROM erasure WHERE kind = 'post')
    OR author_subject(author_key) IN (SELECT subject_key FROM erasure WHERE kind = 'author')
