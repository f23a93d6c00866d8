-- A post stands as it was seen last: an older sighting never overwrites a newer one.
INSERT INTO post (
    post_key, source, post_id, thread_key, author_key, posted_at, first_seen_at, seen_at, revision, url, text,
    edited_at, reply_to, position, like_count, reply_count, view_count, language, redactions
)
SELECT post_key, source, post_id, thread_key, author_key, posted_at, min(seen_at) OVER (PARTITION BY post_key), seen_at,
    revision, url, text, edited_at, reply_to, position, like_count, reply_count, view_count, language, redactions
FROM staged_post
QUALIFY row_number() OVER (
    PARTITION BY post_key
    ORDER BY row(seen_at, revision, text, url, posted_at, author_key, thread_key, coalesce(view_count, -1),
        coalesce(reply_count, -1), coalesce(like_count, -1), coalesce(edited_at, '-infinity'),
        coalesce(reply_to, ''), coalesce(position, -1), coalesce(language, ''), redactions) DESC
) = 1
ON CONFLICT DO UPDATE SET
    thread_key = excluded.thread_key,
    author_key = excluded.author_key,
    posted_at = excluded.posted_at,
    seen_at = excluded.seen_at,
    revision = excluded.revision,
    url = excluded.url,
    text = excluded.text,
    edited_at = excluded.edited_at,
    reply_to = excluded.reply_to,
    position = excluded.position,
    like_count = excluded.like_count,
    reply_count = excluded.reply_count,
    view_count = excluded.view_count,
    language = excluded.language,
    redactions = excluded.redactions
WHERE row(excluded.seen_at, excluded.revision, excluded.text, excluded.url, excluded.posted_at, excluded.author_key,
        excluded.thread_key, coalesce(excluded.view_count, -1), coalesce(excluded.reply_count, -1),
        coalesce(excluded.like_count, -1), coalesce(excluded.edited_at, '-infinity'),
        coalesce(excluded.reply_to, ''), coalesce(excluded.position, -1), coalesce(excluded.language, ''),
        excluded.redactions)
    > row(post.seen_at, post.revision, coalesce(post.text, ''), coalesce(post.url, ''), post.posted_at,
        coalesce(post.author_key, ''), post.thread_key, coalesce(post.view_count, -1), coalesce(post.reply_count, -1),
        coalesce(post.like_count, -1), coalesce(post.edited_at, '-infinity'), coalesce(post.reply_to, ''),
        coalesce(post.position, -1), coalesce(post.language, ''), post.redactions)
