-- Posts as they were known at a time: what was fetched later is not there. A post that has not been seen since stands
-- as it is; of the others, the last sighting by then tells how they stood.
CREATE OR REPLACE MACRO post_as_of(as_of) AS TABLE
SELECT post_key, source, post_id, thread_key, author_key, posted_at, first_seen_at, seen_at,
    CASE WHEN deleted_at <= as_of THEN deleted_at END AS deleted_at, revision, url, text, position, language,
    like_count, reply_count, view_count
FROM post
WHERE seen_at <= as_of
UNION ALL
SELECT p.post_key, p.source, p.post_id, p.thread_key, p.author_key, s.posted_at, p.first_seen_at, s.seen_at,
    (
        SELECT min(d.seen_at)
        FROM deletion AS d
        WHERE d.post_key = p.post_key AND d.seen_at > s.seen_at AND d.seen_at <= as_of
    ),
    s.revision, p.url, r.text, p.position, p.language, s.like_count, s.reply_count, s.view_count
FROM post AS p
JOIN (
    SELECT post_key, max(seen_at) AS seen_at, arg_max(revision, seen_at) AS revision,
        arg_max(posted_at, seen_at) AS posted_at, arg_max(like_count, seen_at) AS like_count,
        arg_max(reply_count, seen_at) AS reply_count, arg_max(view_count, seen_at) AS view_count
    FROM sighting
    WHERE seen_at <= as_of AND post_key IN (SELECT post_key FROM post WHERE seen_at > as_of)
    GROUP BY post_key
) AS s ON s.post_key = p.post_key
LEFT JOIN post_revision AS r ON r.post_key = s.post_key AND r.revision = s.revision;
COMMENT ON MACRO TABLE post_as_of IS 'Posts as they were known at a time.';
