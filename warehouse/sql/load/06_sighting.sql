-- Every time that a post was seen. Of two at the same instant the greater stands, in whatever order they come.
INSERT INTO sighting (post_key, seen_at, revision, posted_at, like_count, reply_count, view_count)
SELECT post_key, seen_at, revision, posted_at, like_count, reply_count, view_count
FROM staged_post
QUALIFY row_number() OVER (
    PARTITION BY post_key, seen_at
    ORDER BY row(revision, posted_at, coalesce(view_count, -1), coalesce(reply_count, -1), coalesce(like_count, -1)) DESC
) = 1
ON CONFLICT DO UPDATE SET
    revision = excluded.revision,
    posted_at = excluded.posted_at,
    like_count = excluded.like_count,
    reply_count = excluded.reply_count,
    view_count = excluded.view_count
WHERE row(excluded.revision, excluded.posted_at, coalesce(excluded.view_count, -1), coalesce(excluded.reply_count, -1),
        coalesce(excluded.like_count, -1))
    > row(sighting.revision, sighting.posted_at, coalesce(sighting.view_count, -1), coalesce(sighting.reply_count, -1),
        coalesce(sighting.like_count, -1))
