-- Lets every post that was set aside be tried again.
DELETE FROM post_set_aside
