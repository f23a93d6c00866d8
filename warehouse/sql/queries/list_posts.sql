-- These posts may have something new for the step, if it keeps a list.
INSERT INTO waiting_post
SELECT step, unnest(from_json($post_keys, '["VARCHAR"]')) FROM waiting_list WHERE step = $step
