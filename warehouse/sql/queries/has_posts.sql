-- Whether there is anything under a key.
SELECT EXISTS (FROM post) OR EXISTS (FROM erasure WHERE kind = 'author') AS has_posts
