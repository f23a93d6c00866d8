-- Each pseudonym becomes what it is under the new key.
UPDATE post SET author_key = n.new_key FROM rekeyed AS n WHERE post.author_key = n.old_key
