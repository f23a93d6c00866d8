-- Lets every post that was set aside be tried again: each step lists all posts first.
DELETE FROM waiting_list;
DELETE FROM post_set_aside
