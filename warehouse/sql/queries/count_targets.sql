-- How many posts it is about.
SELECT count(*) AS post_count FROM erase_target
