-- What these posts count as may have changed.
INSERT INTO dirty_post SELECT DISTINCT post_key FROM touched_post
