-- All pseudonyms; tokens that nothing leads back from are none.
SELECT DISTINCT author_key FROM (
    SELECT author_key FROM post
    UNION ALL SELECT quoted_author_key FROM quote
)
WHERE author_key IS NOT NULL AND NOT starts_with(author_key, 'erased-') AND NOT starts_with(author_key, 'expired-')
ORDER BY author_key
