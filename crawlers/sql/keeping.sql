-- A post that was erased is known, and nothing of what it said.
UPDATE known_post SET content_key = :erased
WHERE source = :source AND post_id = :post_id AND content_key <> :erased;
