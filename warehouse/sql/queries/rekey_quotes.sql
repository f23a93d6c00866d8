-- Each quoted pseudonym becomes what it is under the new key.
UPDATE quote SET quoted_author_key = n.new_key FROM rekeyed AS n WHERE quote.quoted_author_key = n.old_key
