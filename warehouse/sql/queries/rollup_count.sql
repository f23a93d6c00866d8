-- How many posts have changed, and how many there are.
SELECT (SELECT count(*) FROM changed_post) AS changed_count, (SELECT count(*) FROM post) AS post_count
