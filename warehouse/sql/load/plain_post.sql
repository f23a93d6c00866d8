-- Keys of posts that were read as columns: post_key, revision_key and stable_key of warehouse/keys.py, in their order.
SELECT post_subject(source, post_id) AS post_key, substr(sha256(content_key), 1, 12) AS revision,
    post_subject(source, thread_id) AS thread_key
FROM plain_post
