CREATE OR REPLACE VIEW top_thread AS
SELECT t.thread_key, t.source, t.thread_id, t.thread_title, count(*) AS post_count,
    count(*) FILTER (p.sentiment = 'negative') AS negative_count,
    count(*) FILTER (p.is_rumour) AS rumour_count,
    count(DISTINCT p.author_key) AS author_count,
    max(p.view_count) AS view_count,
    min(p.posted_at) AS first_posted_at,
    max(p.posted_at) AS last_posted_at,
    arg_min(p.url, p.posted_at) AS url
FROM mention_as_of(TIMESTAMPTZ 'infinity') AS p
JOIN thread AS t USING (thread_key)
GROUP BY ALL;
COMMENT ON VIEW top_thread IS 'Threads in which the company is talked of: sort by post_count, rumour_count or view_count.';
