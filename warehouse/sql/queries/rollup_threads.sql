-- Count the threads anew.
DELETE FROM thread_total WHERE thread_key IN (FROM changed_thread);
INSERT INTO thread_total BY NAME
SELECT f.thread_key, count(*) AS post_count, count(*) FILTER (f.sentiment = 'negative') AS negative_count,
    count(*) FILTER (f.is_rumour) AS rumour_count, count(DISTINCT p.author_key) AS author_count,
    max(p.view_count) AS view_count, min(p.posted_at) AS first_posted_at, max(p.posted_at) AS last_posted_at,
    arg_min(p.url, row(p.posted_at, p.post_key)) AS url, t.source, t.thread_id, t.thread_title
FROM mention_fact AS f
JOIN post AS p USING (post_key)
JOIN thread AS t ON t.thread_key = f.thread_key
WHERE f.thread_key IN (FROM changed_thread)
GROUP BY f.thread_key, t.source, t.thread_id, t.thread_title
