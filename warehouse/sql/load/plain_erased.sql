-- Lines whose post, author or thread's title has been erased, or that quote a post or an author that has.
SELECT nth
FROM plain_post
WHERE post_subject(source, post_id) IN (FROM erased_subject)
    OR author_subject(author_key) IN (FROM erased_subject)
    OR title_subject(source, thread_id) IN (FROM erased_subject)
UNION
SELECT nth
FROM plain_quote AS q
JOIN plain_post AS p USING (nth)
WHERE post_subject(p.source, q.quoted_post_id) IN (FROM erased_subject)
    OR author_subject(q.quoted_author_key) IN (FROM erased_subject)
