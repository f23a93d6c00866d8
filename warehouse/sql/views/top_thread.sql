CREATE OR REPLACE VIEW top_thread AS
SELECT thread_key, source, thread_id, thread_title, post_count, negative_count, rumour_count, author_count, view_count,
    first_posted_at, last_posted_at, url
FROM thread_total;
COMMENT ON VIEW top_thread IS 'Threads in which the company is talked of: sort by post_count, rumour_count or view_count.';
COMMENT ON COLUMN top_thread.thread_key IS 'The thread.';
COMMENT ON COLUMN top_thread.source IS 'The site or network.';
COMMENT ON COLUMN top_thread.thread_id IS 'The place''s own id of the thread.';
COMMENT ON COLUMN top_thread.thread_title IS 'The title when it was last seen.';
COMMENT ON COLUMN top_thread.post_count IS 'Posts.';
COMMENT ON COLUMN top_thread.negative_count IS 'Of which negative.';
COMMENT ON COLUMN top_thread.rumour_count IS 'Of which support or ask about a claim.';
COMMENT ON COLUMN top_thread.author_count IS 'Different authors.';
COMMENT ON COLUMN top_thread.view_count IS 'Most views shown.';
COMMENT ON COLUMN top_thread.first_posted_at IS 'When the first of them was posted.';
COMMENT ON COLUMN top_thread.last_posted_at IS 'When the last of them was posted.';
COMMENT ON COLUMN top_thread.url IS 'The first of them.';
