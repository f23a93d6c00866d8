-- A post is gone since the first time that it was found so after it was last seen.
UPDATE post SET deleted_at = (
    SELECT min(d.seen_at) FROM deletion AS d WHERE d.post_key = post.post_key AND d.seen_at > post.seen_at
)
WHERE post.post_key IN (FROM touched_post)
