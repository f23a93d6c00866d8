-- Something is about to change about the posts that are taken.
INSERT INTO dirty_post FROM erase_target
