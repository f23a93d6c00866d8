-- Posts by key or by the address that people see.
SELECT post_key FROM post WHERE post_key = $post OR url = $post ORDER BY post_key
