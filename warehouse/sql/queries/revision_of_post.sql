-- The revision that stands.
SELECT revision FROM post WHERE post_key = $post_key
