-- How many posts there are.
SELECT count(*) AS post_count FROM post
