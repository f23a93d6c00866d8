CREATE OR REPLACE VIEW near_duplicates AS
SELECT c.group_key, count(*) AS post_count, count(DISTINCT p.author_key) AS author_count,
    count(DISTINCT p.source) AS source_count, list_sort(list(DISTINCT p.source)) AS sources,
    min(p.first_seen_at) AS first_seen_at, min(p.posted_at) AS first_posted_at, max(p.posted_at) AS last_posted_at,
    arg_min(p.text, row(p.posted_at, p.post_key)) AS text, arg_min(p.url, row(p.posted_at, p.post_key)) AS url
FROM text_copy AS c
JOIN post AS p ON p.post_key = c.post_key AND p.revision = c.revision
GROUP BY c.group_key
HAVING count(*) > 1;
COMMENT ON VIEW near_duplicates IS 'Texts that were posted more than once with small changes; `text_copy` has their posts. A post counts as it now stands.';
COMMENT ON COLUMN near_duplicates.group_key IS 'Stable key of the group.';
COMMENT ON COLUMN near_duplicates.post_count IS 'Posts.';
COMMENT ON COLUMN near_duplicates.author_count IS 'Different authors.';
COMMENT ON COLUMN near_duplicates.source_count IS 'Different sites or networks.';
COMMENT ON COLUMN near_duplicates.sources IS 'Which.';
COMMENT ON COLUMN near_duplicates.first_seen_at IS 'When the first of them was fetched.';
COMMENT ON COLUMN near_duplicates.first_posted_at IS 'When the first of them was posted.';
COMMENT ON COLUMN near_duplicates.last_posted_at IS 'When the last of them was posted.';
COMMENT ON COLUMN near_duplicates.text IS 'What the first of them that can be shown says.';
COMMENT ON COLUMN near_duplicates.url IS 'Where the first of them that can be shown is.';
