-- Everything is to be counted anew.
INSERT INTO dirty_post SELECT post_key FROM post
