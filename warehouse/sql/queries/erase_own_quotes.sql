-- What the erased posts quoted is part of them.
UPDATE quote SET text = NULL, quoted_post_id = NULL, quoted_author_key = NULL WHERE post_key IN (FROM erase_target)
