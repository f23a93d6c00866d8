-- All is counted.
DELETE FROM dirty_post
