-- Name the post for statements that come several at once, and since when there may be anything of it: nothing is read
-- before it is seen, but clocks differ by minutes.
SET VARIABLE one = {'post_key': $post_key, 'since': $seen_at::TIMESTAMPTZ - INTERVAL 1 DAY}
