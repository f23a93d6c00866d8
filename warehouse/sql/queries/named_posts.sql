-- Source and native id of posts, by their keys.
SELECT source, post_id
FROM post
WHERE post_id IS NOT NULL AND post_key IN (SELECT unnest(from_json($post_keys, '["VARCHAR"]')))
ORDER BY ALL
