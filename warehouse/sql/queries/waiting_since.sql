-- Nothing is known of the posts on a step's list before this: when the first of them was first seen, and ten days for
-- clocks that differ.
SELECT min(first_seen_at) - INTERVAL 10 DAY AS known_from
FROM post
SEMI JOIN (FROM waiting_post WHERE step = $step) USING (post_key)
