-- These posts may have something new for the steps that keep a list.
INSERT INTO waiting_post
SELECT step, post_key FROM waiting_list CROSS JOIN (SELECT DISTINCT post_key FROM touched_post)
