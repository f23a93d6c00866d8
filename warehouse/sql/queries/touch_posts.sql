-- Something has changed about these posts.
INSERT INTO dirty_post SELECT unnest(from_json($post_keys, '["VARCHAR"]'))
